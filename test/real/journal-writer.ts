import { writeSync } from "node:fs";
import { Journal } from "../../src/journal/journal.ts";
import { ringJournal } from "../../src/journal/kind.ts";

/*
 * Appends a slot of records every 5 ms until it is ended. Record ids have no gaps, across restarts too.
 * Output: "open ID" (the first id to come), "ack ID" (all up to it are with the kernel), findings on standard error.
 * Arguments: directory, records of a slot, bytes of a record, slots to keep.
 */
const [directory = "", records = "10", bytes = "700", keepSlots = "1000000"] = process.argv.slice(2);

const report = (line: string) => void writeSync(2, `${line}\n`);
let nextId = 0;
const opened = Journal.open(
  {
    directory,
    step: 1,
    boot: "boot",
    kind: ringJournal(Number(keepSlots), 50),
    preamble: () => [Buffer.from("preamble")],
    report,
  },
  ({ slot, body }) => {
    if (slot !== undefined) nextId = body.readUInt32LE(0) + 1;
  },
);
if (opened.kind === "malformed") {
  report(opened.reason);
  process.exit(111);
}
const journal = opened.value;
writeSync(1, `open ${nextId}\n`);

let slot = journal.newestSlot ?? 0;
const timer = setInterval(() => {
  slot++;
  void journal.append(Array.from({ length: Number(records) }, () => ({ slot, body: bodyOf(nextId++) })));
  const last = nextId - 1;
  void journal.settled().then(() => writeSync(1, `ack ${last}\n`));
  if (slot % 20 === 0) void journal.sync();
}, 5);

process.once("SIGTERM", () => {
  clearInterval(timer);
  void journal.close();
});

/** The id, and bytes that follow from it. */
function bodyOf(id: number): Buffer {
  const body = Buffer.alloc(Number(bytes), id % 251);
  body.writeUInt32LE(id, 0);
  return body;
}
