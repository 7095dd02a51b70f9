import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { Browser } from "./browser.ts";
import type { Server } from "./lab.ts";

/* What a person sees of a host in Zabbix's own frontend. */

/** As people have it on their desks; the templates' dashboards are made for it. */
const SCREEN = { width: 1920, height: 1080 };
const COLOURS = 48;

export class Frontend {
  readonly #browser: Browser;
  readonly #url: string;

  private constructor(browser: Browser, url: string) {
    this.#browser = browser;
    this.#url = url;
  }

  /** Logs in. */
  static async open({ api, user, password }: Server): Promise<Frontend> {
    const browser = await Browser.open(SCREEN.width, SCREEN.height);
    const url = new URL(".", api).href;
    await browser.go(`${url}index.php`);
    const fields = JSON.stringify({ name: user, password, enter: "Sign in" });
    const form = `{ method: "POST", body: new URLSearchParams(${fields}) }`;
    await browser.evaluate(`fetch("index.php", ${form}).then(({ status }) => status)`);
    return new Frontend(browser, url);
  }

  /** A dashboard of the host's templates, its first page. @returns names of its pages */
  async dashboard(hostid: string, dashboardid: string, period: string): Promise<readonly string[]> {
    const place = `action=host.dashboard.view&hostid=${hostid}&dashboardid=${dashboardid}`;
    await this.#browser.go(`${this.#url}zabbix.php?${place}&from=now-${period}&to=now`);
    await this.#browser.evaluate(CLOSE_FILTER);
    return (await this.#browser.evaluate(`${TABS}.map((tab) => tab.textContent.trim())`)) as readonly string[];
  }

  /** Turns to another page of the dashboard. */
  async page(index: number): Promise<void> {
    await this.#browser.evaluate(`${TABS}[${index}]?.click()`);
    await this.#browser.settled();
  }

  async latestData(hostid: string): Promise<void> {
    const query = `action=latest.view&hostids%5B%5D=${hostid}&show_details=0&filter_set=1`;
    await this.#browser.go(`${this.#url}zabbix.php?${query}`);
    await this.#browser.evaluate(`document.querySelector("table.list-table")?.scrollIntoView()`); // past the filter
  }

  /** Writes what is seen, with few colours. */
  async shoot(path: string): Promise<void> {
    const input = await this.#browser.picture();
    const options = ["--speed", "1", "--nofs", String(COLOURS), "-"];
    const { status, stdout, stderr, error } = spawnSync("pngquant", options, { input, maxBuffer: 1 << 26 });
    if (status !== 0) throw new Error(`pngquant: ${error?.message ?? stderr}`);
    writeFileSync(path, stdout);
  }
}

const TABS = `[...document.querySelectorAll(".dashboard-navigation-tabs li > *")]`;

/** The choice of a period would fill a fifth of the screen; it stays closed for whoever has closed it once. */
const CLOSE_FILTER = `(() => {
  const open = document.querySelector(".ui-tabs-active .btn-time, li.ui-tabs-active a.filter-trigger");
  if (document.querySelector(".time-selection-container")?.offsetParent) open?.click();
})()`;
