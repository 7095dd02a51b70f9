import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { FileFacts, OpenFile, Reached } from "../../../../src/io/local-files.ts";
import { BackEnds } from "../../../../src/sources/lighttpd/back-ends.ts";
import { ErrorLog } from "../../../../src/sources/lighttpd/error-log.ts";
import { scriptedIo } from "../scripted-server.ts";

const CAPTURED = readFileSync("test/samples/lighttpd/1.4.69-error.log", "latin1").split("\n");
const PATH = "/var/log/lighttpd/error.log";
const STAMP = "2026-11-22 06:15:35: ";

const down = (name: string) =>
  `${STAMP}(gw_backend.c.274) establishing connection failed: socket: ${name}: Connection refused\n`;
const again = (name: string) => `${STAMP}(gw_backend.c.351) gw-server re-enabled: ${name} 127.0.0.1 9000 \n`;

test("the log of a real lighttpd: two are marked down, tried again, and forgotten at a start", () => {
  const both = ["tcp:127.61.8.8:8097", "tcp:127.61.8.8:8098"];
  const backEnds = new BackEnds();
  for (const line of CAPTURED.slice(0, 4)) backEnds.line(line);
  expect([backEnds.take(), backEnds.take()]).toEqual([both, both]);
  for (const line of CAPTURED.slice(4, 6)) backEnds.line(line);
  expect(backEnds.take()).toEqual([]);
  for (const line of CAPTURED.slice(0, 6)) backEnds.line(line);
  expect([backEnds.take(), backEnds.take()]).toEqual([both, []]);
});

const names = [
  ["socket: unix:/run/php fpm.sock: No such file or directory", "unix:/run/php fpm.sock"],
  ["socket: tcp:[::1]:9000: Connection refused", "tcp:[::1]:9000"],
  ["Connection refused socket: tcp:10.0.0.1:80", "tcp:10.0.0.1:80"],
] as const;
for (const [text, name] of names) {
  test(`the back end of "${text}", marked and tried again`, () => {
    const backEnds = new BackEnds();
    backEnds.line(`${STAMP}(gw_backend.c.243) establishing connection failed: ${text}`);
    expect([backEnds.take(), backEnds.take()]).toEqual([[name], [name]]);
    const path = name.startsWith("unix:") ? `${name}  0 ${name.slice(5)}` : `${name} 10.0.0.1 80 `;
    backEnds.line(`${STAMP}(gw_backend.c.323) gw-server re-enabled: ${path}`);
    expect(backEnds.take()).toEqual([]);
  });
}

test("what a client sent cannot pass for a line of lighttpd's own", () => {
  const backEnds = new BackEnds();
  for (const text of [
    "(mod_cgi.c.1) (gw_backend.c.274) establishing connection failed: socket: tcp:evil: x",
    "(gw_backend.c.960) all handlers for /(gw_backend.c.274) establishing connection failed: socket: x on are down.",
  ]) {
    backEnds.line(`${STAMP}${text}`);
  }
  expect(backEnds.take()).toEqual([]);
});

test("names are bounded", () => {
  const backEnds = new BackEnds();
  for (let at = 0; at < 5000; at++) backEnds.line(down(`tcp:h:${at}`).trimEnd());
  expect(backEnds.take().length).toBe(1000);
});

/** Files that a test writes, renames and forbids. */
class Disk {
  readonly files = new Map<string, { identity: string; text: string }>();
  opened = 0;
  denied = false;
  #made = 0;

  write(path: string, text: string): void {
    const file = this.files.get(path) ?? { identity: String(this.#made++), text: "" };
    file.text += text;
    this.files.set(path, file);
  }

  rename(from: string, to: string): void {
    const file = this.files.get(from);
    if (file === undefined) throw new Error(`no ${from}`);
    this.files.set(to, file);
    this.files.delete(from);
  }

  log(): ErrorLog {
    const io = scriptedIo();
    return new ErrorLog(
      { ...io, files: { ...io.files, open: (path) => this.#open(path), facts: (path) => this.#facts(path) } },
      PATH,
    );
  }

  #open(path: string): Reached<OpenFile> {
    const file = this.files.get(path);
    if (this.denied) return { kind: "failed", code: "EACCES", reason: "permission denied" };
    if (file === undefined) return { kind: "failed", code: "ENOENT", reason: "no such file or directory" };
    this.opened++;
    return {
      kind: "ok",
      value: {
        facts: () => ({ kind: "ok", value: factsOf(file) }),
        readAt: (offset, most) => ({
          kind: "ok",
          value: Buffer.from(file.text.slice(offset, offset + most), "latin1"),
        }),
        close: () => this.opened--,
      },
    };
  }

  #facts(path: string): Reached<FileFacts> {
    const file = this.files.get(path);
    if (file === undefined) return { kind: "failed", code: "ENOENT", reason: "no such file or directory" };
    return { kind: "ok", value: factsOf(file) };
  }
}

function factsOf({ identity, text }: { readonly identity: string; readonly text: string }): FileFacts {
  return { kind: "file", mode: 0o640, size: text.length, modified: 0, identity, birth: 0 };
}

const looked = (...found: readonly string[]) => ({ kind: "ok", value: found });

test("what was down before the first look and was tried again is history; what still is counts", () => {
  const disk = new Disk();
  disk.write(PATH, `${down("tcp:a:1")}${down("tcp:b:1")}${again("tcp:a:1")}`);
  expect(disk.log().look()).toEqual(looked("tcp:b:1"));
});

test("lines count from look to look; half a line waits for its end", () => {
  const disk = new Disk();
  disk.write(PATH, "");
  const log = disk.log();
  expect(log.look()).toEqual(looked());
  const line = down("tcp:a:1");
  disk.write(PATH, line.slice(0, 70));
  expect(log.look()).toEqual(looked());
  disk.write(PATH, `${line.slice(70)}${again("tcp:a:1")}`);
  expect([log.look(), log.look()]).toEqual([looked("tcp:a:1"), looked()]);
});

test("rotated by renaming: the old file is read to its end, then the new one; while there is none, the old one", () => {
  const disk = new Disk();
  disk.write(PATH, "");
  const log = disk.log();
  log.look();
  disk.rename(PATH, `${PATH}.1`);
  disk.write(`${PATH}.1`, down("tcp:old:1"));
  expect(log.look()).toEqual(looked("tcp:old:1"));
  disk.write(`${PATH}.1`, down("tcp:last:1"));
  disk.write(PATH, `${down("tcp:new:1")}${again("tcp:old:1")}`);
  expect(log.look()).toEqual(looked("tcp:last:1", "tcp:new:1"));
  expect(disk.opened).toBe(1);
  log.close();
  expect(disk.opened).toBe(0);
});

test("cut short in place: read from its start", () => {
  const disk = new Disk();
  disk.write(PATH, "x".repeat(500));
  const log = disk.log();
  log.look();
  const file = disk.files.get(PATH);
  if (file !== undefined) file.text = down("tcp:a:1");
  expect(log.look()).toEqual(looked("tcp:a:1"));
});

test("more than is read at one look: the end counts, and what was down before is not known any more", () => {
  const disk = new Disk();
  disk.write(PATH, "");
  const log = disk.log();
  log.look();
  disk.write(PATH, `${down("tcp:early:1")}${`${STAMP}noise\n`.repeat(50_000)}${down("tcp:late:1")}`);
  expect(log.look()).toEqual(looked("tcp:late:1"));
});

test("a line without end takes no memory, and hides nothing after it", () => {
  const disk = new Disk();
  disk.write(PATH, "");
  const log = disk.log();
  log.look();
  disk.write(PATH, "x".repeat(100_000));
  log.look();
  disk.write(PATH, `${down("tcp:inside:1")}${down("tcp:after:1")}`);
  expect(log.look()).toEqual(looked("tcp:after:1"));
});

test("a log that cannot be read: unknown with the reason, and a command where permission lacks; then it can", () => {
  const disk = new Disk();
  const log = disk.log();
  expect(log.look()).toEqual({ kind: "malformed", reason: `cannot read "${PATH}": no such file or directory` });
  disk.write(PATH, "");
  disk.denied = true;
  expect(log.look()).toMatchObject({
    kind: "malformed",
    reason: expect.stringMatching(/permission denied .*; mend: /),
  });
  expect(log.finding?.what).toBe(PATH);
  disk.denied = false;
  expect([log.look(), log.finding]).toEqual([looked(), undefined]);
});
