import type { Io } from "../../src/io/io.ts";
import { Slices } from "../../src/io/slices.ts";
import { configurationOf } from "../../src/sources/rsyslog/configuration/configuration.ts";
import { parseStatements } from "../../src/sources/rsyslog/configuration/statements.ts";
import { type Arrival, StatsReader } from "../../src/sources/rsyslog/feed/stats-reader.ts";
import type { Sweep } from "../../src/sources/rsyslog/feed/sweep.ts";
import { nameInDirectory, segmentDirectory, spoolName } from "../../src/sources/rsyslog/spool/layout.ts";
import { samples, texts, words } from "./corpus.ts";
import { type Fuzzed, must, mustBeNumbers, pieces } from "./fuzzed.ts";

const STANDING: Pick<Io, "now" | "after"> = {
  now: () => ({ clock: 1_795_000_000, mono: 1000 }),
  after: (_ms, callback) => {
    queueMicrotask(callback);
    return () => undefined;
  },
};
const SLICES = new Slices(STANDING as Io);
const ARRIVAL: Arrival = { stamp: STANDING.now(), written: 1_795_000_000, delay: 1 };

const impstats: Fuzzed = {
  name: "statistics of rsyslogd",
  stock: () => ({
    corpus: [
      ...samples("rsyslog", /8\.2302-(json|cee|legacy|json-elasticsearch)-(idle|spilling-to-disk)\.log$/),
      ...samples("rsyslog", /8\.2610-.*\.log$/),
      ...samples("rsyslog", /via-udp-.*\.txt$/),
      ...texts(...HEADERS.map((header) => `${header}{"name":"main Q","origin":"core.queue","size":7}\n`.repeat(2))),
    ].map(beginning),
    dictionary: words(
      '@cee: BEGIN END {"timedate":" "name": "origin": "values":{ "core.queue" : origin= =1\u0020 # HELP TYPE counter maxqsize __proto__ main\u0020Q[DA] Sun\u0020Nov\u002022\u002000:02:04\u00202026:',
    ),
  }),
  read: async (bytes, dice) => {
    const reader = new StatsReader();
    if (dice.below(2) === 0) reader.begin(); // else a sweep without its beginning, which is left out
    for (const piece of pieces(bytes, dice)) {
      await reader.read(piece, ARRIVAL, SLICES);
      if (dice.below(8) === 0) reader.cut();
    }
    await reader.endLine(ARRIVAL, SLICES);
    reader.learnZone(bytes, ARRIVAL.written);
    reader.quiet();
    for (const sweep of reader.sweeps.take()) mustBeSweep(sweep);
    must(
      Object.values(reader.counts).every((count) => Number.isSafeInteger(count) && count >= 0),
      "counts",
    );
  },
};

/** What stands before a record in a log, or in a datagram. */
const HEADERS = [
  "Nov 22 00:02:04 web1 rsyslogd-pstats: ",
  "<46>1 2026-11-22T00:02:04.123456+01:00 web1 rsyslogd-pstats - - - ",
  "<46>Nov 22 00:02:04 web1 rsyslogd-pstats[4711]: @cee:",
];

const ENOUGH = 3000;

/** The first lines, whole: a sweep in zabbix format is one line, and none at all without its end. */
function beginning(bytes: Buffer): Buffer {
  return bytes.subarray(0, Math.max(bytes.lastIndexOf("\n", ENOUGH), bytes.indexOf("\n")) + 1);
}

function mustBeSweep({ clock, objects }: Sweep): void {
  must(Number.isFinite(clock), "a time");
  for (const { name, origin, numbers } of objects) {
    must(typeof name === "string" && typeof origin === "string", "texts");
    mustBeNumbers(numbers.values());
    for (const number of numbers.values()) must(number >= 0, "nothing below 0");
  }
}

const configuration: Fuzzed = {
  name: "rsyslogd's configuration and spool",
  stock: () => ({
    corpus: [
      ...samples("rsyslog", /\.(conf|qi)$/).map((bytes) => bytes.subarray(0, 4000)),
      ...texts(
        'action(type="omfwd" target="x" queue.type="LinkedList" queue.filename="fwdq" queue.size="10k")\n*.* @@host:514\n',
        '$ActionQueueFileName q\n$ActionQueueSize 1m\nif $msg contains "x" then { /var/log/x\n}\n',
        "fwdq.00000001\nfwdq.qi\nfwdq.segq\nsegment-00000000000000000001.seg\n",
      ),
    ],
    dictionary: words(
      'action( module(load="impstats" main_queue( ) { } /* */ # & ~ stop if then \\ queue.size= 18446744073709551615 [" "]',
    ),
  }),
  read: (bytes) => {
    const text = bytes.toString("utf8");
    const statements = parseStatements(text);
    const { queues } = configurationOf(statements, []);
    for (const settings of queues.values()) {
      for (const value of Object.values(settings)) must(typeof value !== "number" || !Number.isNaN(value), "settings");
    }
    for (const name of text.split("\n")) {
      spoolName(name);
      segmentDirectory(name);
      nameInDirectory(name, "q");
    }
  },
};

export const RSYSLOG_PARSERS: readonly Fuzzed[] = [impstats, configuration];
