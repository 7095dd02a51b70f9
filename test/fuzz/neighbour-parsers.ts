import type { Io } from "../../src/io/io.ts";
import type { FileFacts, LocalFiles, OpenFile } from "../../src/io/local-files.ts";
import { ageOf, processStat } from "../../src/io/process-stat.ts";
import { isContained } from "../../src/io/processes.ts";
import { StatusReader } from "../../src/sources/gearman/status-reader.ts";
import { parseCommandLine } from "../../src/sources/keepalived/command-line.ts";
import { parseConf } from "../../src/sources/keepalived/conf.ts";
import { parseDataFile } from "../../src/sources/keepalived/data-file.ts";
import { NoticeReader } from "../../src/sources/keepalived/notices.ts";
import { readConf } from "../../src/sources/lighttpd/conf.ts";
import { ErrorLog } from "../../src/sources/lighttpd/error-log.ts";
import { httpDate } from "../../src/sources/lighttpd/http-date.ts";
import { PageReader } from "../../src/sources/lighttpd/page-reader.ts";
import { parseStatusPage } from "../../src/sources/lighttpd/status-page.ts";
import { parseStatusUrl } from "../../src/sources/lighttpd/url.ts";
import { parseCpu } from "../../src/sources/pressure/cpu.ts";
import { parseDisks, wholeDisks } from "../../src/sources/pressure/disks.ts";
import { parseLoad } from "../../src/sources/pressure/load.ts";
import { parseMounts } from "../../src/sources/pressure/mounts.ts";
import { parseNetworks } from "../../src/sources/pressure/networks.ts";
import { parseStalls } from "../../src/sources/pressure/stalls.ts";
import { samples, texts, words } from "./corpus.ts";
import { type Fuzzed, must, mustBeNumbers, parsedValue, pieces } from "./fuzzed.ts";

const gearman: Fuzzed = {
  name: "replies of gearmand",
  stock: () => ({
    corpus: [
      Buffer.concat([...samples("gearmand", /status\.txt$/), ...texts("1.1.20\nOK 4711\n")]),
      ...texts("reverse\t3\t1\t2\n.\nOK 1.1.18\nOK 99\n", ".\n1.0\nERR UNKNOWN_COMMAND Unknown+server+command\r\n"),
    ],
    dictionary: words("\t0\t0\t0\n .\n OK\u0020 ERR 4294967295 \\0REQ"),
  }),
  read: (bytes, dice) => {
    const reader = new StatusReader();
    for (const piece of pieces(bytes, dice)) if (reader.feed(piece)) break;
    const { verdict } = reader;
    if (verdict?.kind !== "read") return;
    const { all, functions, stuck } = verdict.reading;
    mustBeNumbers(Object.values(all));
    for (const load of functions.values())
      must(
        Object.values(load).every((count) => count >= 0),
        "counts",
      );
    must(stuck >= 0 && stuck <= functions.size + bytes.length, "a count");
  },
};

const lighttpd: Fuzzed = {
  name: "pages of lighttpd",
  stock: () => ({
    corpus: [
      ...samples("lighttpd", /\.(txt|html)$/).map((page) =>
        Buffer.concat([...texts(`HTTP/1.0 200 OK\r\nContent-Length: ${page.length}\r\n\r\n`), page]),
      ),
      ...samples("lighttpd", /auto\.txt$/),
      ...texts(
        "HTTP/1.1 403 Forbidden\r\nDate: Sun, 22 Nov 2026 00:00:00 GMT\r\n\r\n",
        "http://127.0.0.1:80/server-status?auto",
      ),
    ],
    dictionary: words(
      "HTTP/1.0 \r\n\r\n Content-Length: Transfer-Encoding: chunked Total\u0020Accesses: Uptime: -1 http:// @ [::1]",
    ),
  }),
  read: (bytes, dice) => {
    const reader = new PageReader();
    for (const piece of pieces(bytes, dice)) if (reader.feed(piece)) break;
    must(reader.head === undefined || (reader.head.status >= 0 && reader.head.status <= 999), "a status");
    const page = reader.isWhole ? reader.body : bytes.toString("latin1");
    const numbers = parsedValue(parseStatusPage(page));
    if (numbers !== undefined) mustBeNumbers([...numbers.keys()].map((name) => numbers.get(name)));
    must(!Number.isNaN(httpDate(reader.head?.fields.get("date") ?? page) ?? 0), "a time or none");
    parsedValue(parseStatusUrl(bytes.toString("utf8", 0, 2048))); // as long as a line of configuration
  },
};

const errorLog: Fuzzed = {
  name: "error logs of lighttpd",
  stock: () => ({
    corpus: [
      ...samples("lighttpd", /error\.log$/),
      ...texts("2026-11-22 06:15:35: (gw_backend.c.323) gw-server re-enabled: tcp:127.0.0.1:9000 127.0.0.1 9000 \n"),
    ],
    dictionary: words(
      "(gw_backend.c.274)\u0020establishing\u0020connection\u0020failed:\u0020socket: (gw_backend.c.351)\u0020gw-server\u0020re-enabled: (server.c.1)\u0020server\u0020started tcp: unix:/ \n",
    ),
  }),
  read: (bytes, dice) => {
    const file = new GrowingFile();
    const log = new ErrorLog({ files: file as Partial<LocalFiles> as LocalFiles } as Partial<Io> as Io, "/e");
    for (const piece of pieces(bytes, dice)) {
      file.write(piece, dice.below(8) === 0);
      const names = parsedValue(log.look()) ?? [];
      must(names.length <= 2000 && names.every((name) => name !== "" && !name.includes("\n")), "names of back ends");
    }
  },
};

/** A file that grows, or is another one of the same name. */
class GrowingFile implements Pick<LocalFiles, "open" | "facts"> {
  #bytes: Buffer = Buffer.alloc(0);
  #files = 0;

  write(piece: Buffer, isAnother: boolean): void {
    this.#bytes = isAnother ? piece : Buffer.concat([this.#bytes, piece]);
    if (isAnother) this.#files += 1;
  }

  facts() {
    const size = this.#bytes.length;
    const value: FileFacts = { kind: "file", mode: 0o644, size, modified: 0, identity: `${this.#files}`, birth: 0 };
    return { kind: "ok", value } as const;
  }

  open() {
    const [bytes, facts] = [() => this.#bytes, this.facts.bind(this)];
    const readAt = (offset: number, most: number) =>
      ({ kind: "ok", value: bytes().subarray(offset, offset + most) }) as const;
    const value: OpenFile = { facts, readAt, close: () => undefined };
    return { kind: "ok", value } as const;
  }
}

const conf: Fuzzed = {
  name: "configurations of lighttpd and keepalived",
  mostMs: 500, // root's files, read when something is new: up to a hundred of lighttpd, which include each other here
  stock: () => ({
    corpus: [
      ...samples("lighttpd", /\.conf$/),
      ...texts(
        "vrrp_instance VI_1 {\n  interface eth0\n  virtual_ipaddress {\n 192.0.2.10/24 dev eth9 label eth9:1\n }\n}\n@^b include /x\n$N=1\n",
        'server.port := 80\n$HTTP["remoteip"] == "127.0.0.1" { status.status-url = "/s" }\ninclude "b.conf"\n',
      ),
    ],
    dictionary: words(
      '{ } $HTTP[ == =~ += include "b.conf" include_shell vrrp_instance virtual_ipaddress_excluded $N $} @a @^a # ! \\"',
    ),
  }),
  read: (bytes, dice) => {
    const text = bytes.toString("utf8");
    const included = pieces(bytes, dice)[0]?.toString("utf8", 0, 500);
    const readText = (path: string) => (path === "/main" ? text : included);
    const io = { readText, list: () => ["a.conf", "b.conf"] } as Partial<Io> as Io;
    for (const value of (readConf(io, "/main") ?? new Map()).values()) must(typeof value === "string", "texts");
    const { instances } = parseConf(text.split("\n"), "a");
    for (const { name, addresses } of instances)
      must(typeof name === "string" && Array.isArray(addresses), "an instance");
    parseCommandLine(text.split("\0"));
  },
};

const keepalived: Fuzzed = {
  name: "state files and notices of keepalived",
  stock: () => ({
    corpus: [
      ...samples("keepalived", /\.(data|json)$/),
      ...samples("keepalived", /notify-fifo\.txt$/),
      ...texts('INSTANCE "VI_1" MASTER 150\nGROUP "G" BACKUP 0\n'),
    ],
    dictionary: words(
      'INSTANCE " MASTER 255\n "vrrp" "iname" "state" "vips" ------<\u0020VRRP\u0020Topology\u0020>------\n VRRP\u0020Instance\u0020= -1 null',
    ),
  }),
  read: (bytes, dice) => {
    for (const { addresses, name, state } of parsedValue(parseDataFile(bytes.toString("utf8"))) ?? []) {
      must(
        typeof name === "string" && typeof state === "string" && addresses.every((each) => typeof each === "string"),
        "an instance",
      );
    }
    const reader = new NoticeReader();
    for (const piece of pieces(bytes, dice)) {
      for (const { priority } of reader.push(piece)) must(priority >= 0 && priority <= 255, "a priority");
    }
    must(reader.takeStrange() <= bytes.length + 1, "no more strange lines than there are bytes");
  },
};

const kernel: Fuzzed = {
  name: "files of /proc",
  stock: () => ({
    corpus: [
      ...samples("proc", /a-(diskstats|loadavg|pressure-io|stat)\.txt$/),
      ...texts(
        "4711 (a) b) (x) S 1 4711 4711 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 123456 1000 10\nNSpid:\t4711\t7\n",
        "36 35 98:0 /mnt1 /mnt\\0402 rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n",
        "Inter-|   Receive  |  Transmit\n face |bytes packets\n  eth0: 1200 3 0 0 0 0 0 0 3400 5 0 0 0 0 0 0\n",
      ),
    ],
    dictionary: words("cpu some full avg10= total= sda sda1 nvme0n1p1 - \\040 \\777 eth0: :"),
  }),
  read: (bytes) => {
    const text = bytes.toString("latin1");
    mustBeNumbers(parseCpu(text) ?? []);
    mustBeNumbers(parseLoad(text).map(([, load]) => load));
    mustBeNumbers(parseStalls(text).values());
    for (const { numbers } of [...wholeDisks(parseDisks(text)), ...parseNetworks(text)])
      mustBeNumbers(numbers.values());
    for (const { point } of parseMounts(text)) must(typeof point === "string", "a path");
    const io = { readText: () => text } as Partial<Io> as Io;
    const stat = processStat(io, "4711");
    must(stat === undefined || (stat.state !== "" && typeof ageOf(io)(stat) === "number"), "a process or none");
    must(typeof isContained(io, "4711") === "boolean", "whether it is in a container");
  },
};

export const NEIGHBOUR_PARSERS: readonly Fuzzed[] = [gearman, lighttpd, errorLog, conf, keepalived, kernel];
