import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { realFiles } from "../../../../src/io/real-files.ts";
import { ConfigurationReader } from "../../../../src/sources/rsyslog/configuration/reader.ts";
import { fakeIo } from "../../schedule/fake-io.ts";

const home = mkdtempSync(join(tmpdir(), "test-"));
afterAll(() => rmSync(home, { recursive: true }));

let made = 0;
/** A directory with these files; the reader of its `rsyslog.conf`. `@` in a text is the directory. */
function world(files: Readonly<Record<string, string>>, denied: readonly string[] = []) {
  const directory = join(home, `w${made++}`);
  mkdirSync(join(directory, "d"), { recursive: true });
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(directory, name), text.replaceAll("@", directory));
  const reads: string[] = [];
  const read: typeof realFiles.read = (path, most) => {
    reads.push(path.slice(directory.length + 1));
    if (denied.some((name) => path === join(directory, name)))
      return { kind: "failed", code: "EACCES", reason: "permission denied" };
    return realFiles.read(path, most);
  };
  const io = { ...fakeIo({ clock: 1, mono: 1 }), files: { ...realFiles, read } };
  return { directory, reads, reader: new ConfigurationReader(io, join(directory, "rsyslog.conf")) };
}

const queue = (name: string) => `action(name="${name}" queue.size="5")`;

test("includes of both syntaxes, in the order of their names; a hidden file is none", () => {
  const { reader } = world({
    "rsyslog.conf": `${queue("first")}\n$IncludeConfig @/d/*.conf\ninclude(file="@/one")\n${queue("last")}\ninclude(text="action(name='t' queue.size='5')")`,
    "d/20-b.conf": queue("b"),
    "d/10-a.conf": queue("a"),
    "d/.hidden.conf": queue("hidden"),
    "d/other.txt": queue("other"),
    one: queue("one"),
  });
  expect([...(reader.get()?.queues.keys() ?? [])].map((name) => name.replace(" queue", ""))).toEqual([
    "first",
    "a",
    "b",
    "one",
    "last",
    "t",
  ]);
});

test("a directory stands for all its files, and one that is not there is no fault", () => {
  const { reader } = world({ "rsyslog.conf": "$IncludeConfig @/d/\n$IncludeConfig @/none/*.conf", "d/x": queue("x") });
  expect([...(reader.get()?.queues.keys() ?? [])]).toEqual(["x queue"]);
  expect(reader.get()?.unread).toEqual([]);
});

test("no configuration at all", () => expect(world({}).reader.get()).toBeUndefined());

test("a part that cannot be read is named, the rest is read", () => {
  const { reader, directory } = world({ "rsyslog.conf": `include(file="@/secret")\n${queue("x")}`, secret: "" }, [
    "secret",
  ]);
  const found = reader.get();
  expect(found?.unread).toEqual([{ path: `${directory}/secret`, code: "EACCES", reason: "permission denied" }]);
  expect([...(found?.queues.keys() ?? [])]).toEqual(["x queue"]);
});

test("a configuration that includes itself ends", () => {
  const { reader, reads } = world({
    "rsyslog.conf": `$IncludeConfig @/rsyslog.conf\n$IncludeConfig @/rsyslog.conf\n${queue("x")}`,
  });
  expect(reader.get()?.queues.has("x queue")).toBe(true);
  expect(reads.length).toBeLessThanOrEqual(500);
});

test("read again only when a file, its mode or the list of files has changed", () => {
  const { reader, reads, directory } = world({ "rsyslog.conf": "$IncludeConfig @/d/*.conf", "d/a.conf": queue("a") });
  reader.get();
  reader.get();
  expect(reads).toEqual(["rsyslog.conf", "d/a.conf"]);
  utimesSync(join(directory, "d/a.conf"), 5, 5);
  reader.get();
  expect(reads).toHaveLength(4);
  chmodSync(join(directory, "d/a.conf"), 0o600);
  reader.get();
  expect(reads).toHaveLength(6);
  writeFileSync(join(directory, "d/b.conf"), queue("b"));
  expect(reader.get()?.queues.has("b queue")).toBe(true);
  rmSync(join(directory, "rsyslog.conf"));
  expect(reader.get()).toBeUndefined();
});

test("a configuration of bytes that are no text", () => {
  const { reader, directory } = world({ "rsyslog.conf": "" });
  writeFileSync(join(directory, "rsyslog.conf"), Buffer.from([0xff, 0xfe, 0, 0x80, 0x0a]));
  expect(reader.get()?.queues.size).toBe(0);
});
