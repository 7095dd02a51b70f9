import { type ChildProcess, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { afterAll } from "vitest";
import { temporaryDirectory } from "../real/start.ts";
import { pause, waitFor } from "../real/wait.ts";

/*
 * A real browser, driven over two pipes as its developer tools do: messages are JSON, each ended by NUL
 * (https://chromedevtools.github.io/devtools-protocol/, --remote-debugging-pipe).
 */

const PROGRAM = "chromium";
const OPTIONS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--hide-scrollbars",
  "--remote-debugging-pipe",
  "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", // a frontend's maps would ask the internet
];
/** How long a page may take until nothing moves in it any more. */
const PAGE_SECONDS = 90;

const browsers: Browser[] = [];
afterAll(() => Promise.all(browsers.map((browser) => browser.close())));

interface Reply {
  readonly id?: number;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

interface Waiting {
  readonly settle: (result: Readonly<Record<string, unknown>>) => void;
  readonly fail: (error: Error) => void;
}

/** One window. */
export class Browser {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #text = "";
  #newest = 0;
  #session: string | undefined;

  private constructor() {
    const profile = `--user-data-dir=${temporaryDirectory()}`;
    const stdio = ["ignore", "ignore", "ignore", "pipe", "pipe"] as const;
    this.#child = spawn(PROGRAM, [...OPTIONS, profile, "about:blank"], { stdio: [...stdio], detached: true });
    this.#child.once("error", (error) => this.#failAll(error));
    this.#child.once("exit", () => this.#failAll(new Error(`${PROGRAM} ended`)));
    (this.#child.stdio[4] as Readable).setEncoding("utf8").on("data", (text: string) => this.#take(text));
    browsers.push(this);
  }

  /** Opens it with a window of this size. Throws when there is no such program. */
  static async open(width: number, height: number): Promise<Browser> {
    const browser = new Browser();
    const { targetInfos } = await browser.#call("Target.getTargets");
    const page = (targetInfos as readonly { type: string; targetId: string }[]).find(({ type }) => type === "page");
    const attached = await browser.#call("Target.attachToTarget", { targetId: page?.targetId, flatten: true });
    browser.#session = String(attached["sessionId"]);
    await browser.resize(width, height);
    return browser;
  }

  async resize(width: number, height: number): Promise<void> {
    await this.#call("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
  }

  /** Goes there, and waits until the page is all there. */
  async go(url: string): Promise<void> {
    await this.#call("Page.navigate", { url });
    await waitFor(async () => (await this.evaluate("document.readyState")) === "complete", {
      what: `"${url}" to be loaded`,
      seconds: PAGE_SECONDS,
    });
    await this.settled();
  }

  /** Waits until nothing is loaded and nothing changes any more. */
  async settled(): Promise<void> {
    let before = "";
    await waitFor(
      async () => {
        await pause(1000);
        const now = String(await this.evaluate(LOOK));
        const isSame = now === before && !now.startsWith("busy");
        before = now;
        return isSame;
      },
      { what: "the page to be still", seconds: PAGE_SECONDS },
    );
  }

  /** What an expression of the page is worth; a promise's value when it is one. */
  async evaluate(expression: string): Promise<unknown> {
    const reply = await this.#call("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
    const { result, exceptionDetails } = reply as { result: { value?: unknown }; exceptionDetails?: { text: string } };
    if (exceptionDetails !== undefined) throw new Error(`${exceptionDetails.text}: ${expression}`);
    return result.value;
  }

  /** What is seen, as a PNG. */
  async picture(): Promise<Buffer> {
    const { data } = await this.#call("Page.captureScreenshot", { format: "png" });
    return Buffer.from(String(data), "base64");
  }

  async close(): Promise<void> {
    const { pid, exitCode } = this.#child;
    if (pid === undefined || exitCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    process.kill(-pid, "SIGKILL");
    await ended;
  }

  #call(method: string, params: object = {}): Promise<Readonly<Record<string, unknown>>> {
    const id = ++this.#newest;
    const session = this.#session === undefined ? {} : { sessionId: this.#session };
    return new Promise((settle, fail) => {
      this.#waiting.set(id, { settle, fail: (error) => fail(new Error(`${method}: ${error.message}`)) });
      (this.#child.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    });
  }

  #take(text: string): void {
    const messages = (this.#text + text).split("\0");
    this.#text = messages.pop() ?? "";
    for (const message of messages) this.#answer(JSON.parse(message) as Reply);
  }

  #answer({ id, result, error }: Reply): void {
    const waiting = this.#waiting.get(id ?? 0);
    if (waiting === undefined) return; // an event, which nobody asked for
    this.#waiting.delete(id ?? 0);
    if (error === undefined) waiting.settle(result ?? {});
    else waiting.fail(new Error(error.message));
  }

  #failAll(error: Error): void {
    for (const { fail } of this.#waiting.values()) fail(error);
    this.#waiting.clear();
  }
}

/** Images that are not there yet, or the frontend's own marks of waiting; else how much there is. */
const LOOK = `(() => {
  const images = [...document.images].filter((image) => !image.complete || image.naturalWidth === 0);
  const waiting = document.querySelectorAll(".is-loading, .loading").length;
  return images.length + waiting > 0 ? "busy" : "still " + document.body.innerHTML.length;
})()`;
