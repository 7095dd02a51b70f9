import { loadConfig } from "../../src/config/apply.ts";
import { accessLines, CORE } from "../../src/config/core.ts";
import { parsePskFile } from "../../src/config/psk-file.ts";
import { PUSH } from "../../src/config/push.ts";
import type { Files } from "../../src/config/spec.ts";
import { encodeFrames, findFrame, scanFrames } from "../../src/journal/frame.ts";
import { encodeHeader, parseHeader } from "../../src/journal/header.ts";
import { decodeRecord, decodeRows, encodeState } from "../../src/outbox/record.ts";
import { malformed, ok } from "../../src/ring/answer.ts";
import { stepSeconds } from "../../src/schedule/cron.ts";
import { KnownTargets } from "../../src/schedule/known-targets.ts";
import { SampleDecoder } from "../../src/schedule/sample-record.ts";
import { SOURCES } from "../../src/sources/all.ts";
import { Pace } from "../../src/transports/pace.ts";
import { PushedKeys } from "../../src/transports/push/keys.ts";
import { compileAccess } from "../../src/zabbix/access.ts";
import { texts, vectorTexts, words } from "./corpus.ts";
import { type Fuzzed, must, parsedValue, pieces } from "./fuzzed.ts";

const SPEC = { core: CORE, sections: [...SOURCES.map(({ section }) => section), PUSH] };

const config: Fuzzed = {
  name: "tidemark's configuration",
  mostMs: 1000, // read at the start and on SIGHUP; a word that is meant is looked for at each unknown name
  stock: () => ({
    corpus: [
      ...texts(
        "Server=192.0.2.10,2001:db8::/32,zabbix.example.net\nListenIP=0.0.0.0\nListenPort=10055\nTimeout=3\n",
        "Schedule=*/10 * * * * *\nHistory=2h\nRingMemory=64M\nAlias=a[*]:memcached.stat[*]\nAllowKey=agent.*\nDenyKey=*\n",
        "Memcached.main.Uri=tcp://127.0.0.1:11211\nMemcached.main.User=m\nMemcached.main.PasswordFile=/etc/p\nMemcached.main.Pool=a\n",
        "Supervise.Directories=/service,/srv/a b\nLogDir.web.Path=/var/log/web\nInclude=/inc.d/*.conf\n\ufeff# x\r\n",
        "TLSAccept=psk,cert\nTLSPSKIdentity=x\nTLSPSKFile=/k\nServerActive=a:1;b,[::1]:2\nHostname=h\nPush.a.Server=h\nPush.a.Keys=*\n",
      ),
      ...vectorTexts("config-and-cli").filter(({ length }) => length < 1000),
    ],
    dictionary: words(
      "Memcached. .Uri= = # \ufeff Include= /inc.d/*.conf * 1e9 4294967296 10055 yes no 1K 64M 30d * * */7 UserParameter= LogType=",
    ),
  }),
  read: (bytes, dice) => {
    const [part = bytes] = pieces(bytes, dice);
    const applied = loadConfig("/main.conf", SPEC, filesOf(bytes, part));
    if (applied.kind === "refused") {
      must(applied.problems.length > 0 && applied.problems.every(({ text }) => text !== ""), "problems");
      return;
    }
    const { core, entries } = applied.config;
    parsedValue(compileAccess(accessLines(entries)));
    const step = parsedValue(stepSeconds(core.Schedule));
    must(step === undefined || step > 0, "a step");
  },
};

function filesOf(main: Buffer, other: Buffer): Files {
  return {
    read: (path) =>
      path === "/main.conf" ? ok(main) : path.startsWith("/inc") ? ok(other) : malformed("no such file"),
    mode: () => ok(0o600),
    list: (path) => (path.startsWith("/inc") ? ok(["a.conf", "b.conf"]) : malformed("no such directory")),
  };
}

const psk: Fuzzed = {
  name: "files of pre-shared keys",
  stock: () => ({ corpus: vectorTexts("psk-file"), dictionary: words("0123456789abcdef ff \r\n \\0") }),
  read: (bytes) => {
    const key = parsedValue(parsePskFile(bytes));
    must(key === undefined || (key.length >= 16 && key.length <= 256), "a key of a length that is allowed");
  },
};

const HEADER = encodeHeader({ step: 60, boot: "9c5a2f1e" });
const STATE = {
  head: 3,
  next: 9,
  cursor: { slot: 7, clock: 0.5 },
  step: 60,
  batch: { session: "a".repeat(32), id: 1, first: 3, last: 5 },
};
const ROWS = Buffer.from(
  'R 3 2 1700000000 1700000060 28333334@1700000060.5 60\n1700000000 0 "key":"a","value":"1"\n1700000060 5 "key":"b"\n',
);

const segments: Fuzzed = {
  name: "segments of journals",
  mostMs: 500, // read at the start; behind damage each byte may be the beginning of a frame
  stock: () => ({
    corpus: [
      Buffer.concat([
        HEADER,
        encodeFrames([
          { slot: 1, body: ROWS },
          { slot: 2, body: encodeState(STATE) },
        ]),
      ]),
      HEADER,
      encodeFrames([{ slot: -1, body: Buffer.of(1) }]),
    ],
    dictionary: [Buffer.from("tidejrnl"), Buffer.alloc(14), HEADER],
  }),
  read: (bytes) => {
    const header = parseHeader(bytes);
    const from = header.kind === "ok" ? header.value.size : 0;
    must(from <= bytes.length, "a header within the bytes");
    let expected = from;
    const end = scanFrames(bytes, from, (slot, body, at) => {
      must(Number.isInteger(slot) && at === expected, "frames one behind the other");
      expected = at + 14 + body.length;
    });
    must(end === expected && end <= bytes.length, "an end behind the last frame");
    const next = findFrame(bytes, end);
    must(next === undefined || next > end, "a frame further on, or none");
  },
};

const outbox: Fuzzed = {
  name: "records of an outbox",
  stock: () => ({
    corpus: [ROWS, encodeState(STATE)],
    dictionary: words('R S - 1e308 "head": "batch": null {} "session":'),
  }),
  read: (bytes) => {
    const record = parsedValue(decodeRecord(bytes));
    must(record === undefined || record.kind === "rows" || record.kind === "state", "rows or a state");
    const rows = [...decodeRows(bytes, 4)].flat();
    must(rows.length <= bytes.length && rows.every(({ seq, body }) => seq >= 4 && typeof body === "string"), "rows");
  },
};

const DEFINITION = {
  id: 7,
  source: "memcached",
  target: "main",
  epoch: "1:2",
  texts: [["version", "1.6"]],
  fields: ["uptime", "get_hits"],
  parts: ["1", "2"],
  partFields: ["evicted"],
};

function sampleRecords(): readonly Buffer[] {
  const good = Buffer.alloc(22 + 4 * 8);
  good.writeUInt8(2, 0);
  good.writeUInt32LE(7, 1);
  const failed = { source: "memcached", target: "main", state: 3, clock: 1, mono: 2, reason: "connect timed out" };
  return [jsonRecord(1, DEFINITION), good, Buffer.concat([good, Buffer.alloc(10, 1)]), jsonRecord(3, failed)];
}

function jsonRecord(type: number, content: object): Buffer {
  return Buffer.concat([Buffer.of(type), Buffer.from(JSON.stringify(content))]);
}

const records: Fuzzed = {
  name: "records of samples, known targets, keys that were found",
  stock: () => ({
    corpus: [
      ...sampleRecords(),
      ...texts('{"memcached":{"main":{"labels":{"{#X}":"y"},"seen":1}}}', '["a.b[c]","a.d"]'),
    ],
    dictionary: words('"fields": "parts": "texts": "id": [ ] {} null "length" 4294967295 "labels" "seen"'),
  }),
  read: (bytes, dice) => {
    const decoder = new SampleDecoder();
    decoder.decode(jsonRecord(1, DEFINITION));
    for (const record of pieces(bytes, dice)) {
      const replayed = parsedValue(decoder.decode(record));
      if (replayed === undefined) continue;
      const { source, sample } = replayed;
      must(typeof source === "string" && typeof sample.target === "string", "whose it is");
      must(typeof sample.stamp.clock === "number" && typeof sample.state === "number", "when and what");
      if (sample.kind === "good") must(typeof sample.epoch === "string" && [...sample.texts].every(isTexts), "texts");
      else must(typeof sample.reason === "string", "a reason");
    }
    const known = new KnownTargets({ read: () => bytes.toString("utf8"), write: () => true });
    known.notSeenFor("memcached", 1, 1_700_000_000);
    known.save(1_700_000_000);
    must(
      foundKeys(bytes.toString("utf8")).every((key) => typeof key === "string"),
      "keys",
    );
  },
};

/** What a destination with the pattern of all keys takes over from the life before. */
function foundKeys(text: string): readonly string[] {
  const file = { read: () => text, write: () => undefined };
  const registry = { calls: function* () {} };
  const pace = new Pace(() => 0);
  return new PushedKeys({ patterns: ["*"], items: [], registry, file, seconds: 60, now: () => 0, pace }).all;
}

function isTexts(pair: readonly unknown[]): boolean {
  return pair.every((text) => typeof text === "string");
}

export const FILE_PARSERS: readonly Fuzzed[] = [config, psk, segments, outbox, records];
