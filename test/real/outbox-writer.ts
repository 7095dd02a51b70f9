import { writeSync } from "node:fs";
import { Outbox } from "../../src/outbox/outbox.ts";

/*
 * Puts a slot of rows every 3 ms and sends batches all the time, until it is ended. Row N of all has the body "N".
 * Output: "batch SESSION ID:BODY ..." for what is sent; an odd number of batches is acknowledged late, some never.
 * Arguments: directory, rows of a slot, rows of a batch, "drain": put nothing, send all that waits and end.
 */
const [directory = "", rows = "7", most = "20", mode = "put"] = process.argv.slice(2);
const ROWS = Number(rows);

const outbox = await Outbox.open({
  directory,
  name: "the test",
  step: 1,
  boot: "boot",
  limits: { bytes: 2 ** 30, seconds: 2 ** 40 },
  now: () => ({ clock: 0, mono: 0 }),
  pause: () => undefined,
  report: (line) => void writeSync(2, `${line}\n`),
});
writeSync(1, `open ${outbox.cursor ?? -1}\n`);

const timer = mode === "drain" ? undefined : setInterval(put, 3);
while (await sent());
if (mode === "drain") await outbox.close();

function put(): void {
  const slot = (outbox.cursor ?? -1) + 1;
  const bodies = Array.from({ length: slot % (ROWS + 1) }, (_, at) => ({ clock: slot, ns: 0, body: `${slot}.${at}` }));
  outbox.put(slot, bodies);
}

/** False: there is nothing more to send. */
async function sent(): Promise<boolean> {
  const batch = await outbox.next(Number(most));
  if (batch === undefined) {
    if (timer === undefined) return false;
    await new Promise((resolve) => setTimeout(resolve, 2));
    return true;
  }
  const values = batch.rows.map(({ id, body }) => `${id}:${body}`).join(" ");
  writeSync(1, `batch ${batch.session} ${values}\n`);
  if (Math.random() < 0.5) await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
  if (Math.random() < 0.9 || mode === "drain") outbox.acknowledge(batch);
  return true;
}
