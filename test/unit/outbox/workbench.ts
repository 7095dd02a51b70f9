import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import type { Batch } from "../../../src/outbox/batch.ts";
import type { OutboxOptions } from "../../../src/outbox/options.ts";
import { Outbox } from "../../../src/outbox/outbox.ts";
import type { OutboxRow } from "../../../src/outbox/row.ts";

const directories: string[] = [];
const outboxes: Outbox[] = [];

afterEach(closeAll);

/** Closes all outboxes and removes their directories; done after each test anyway. */
export async function closeAll(): Promise<void> {
  for (const outbox of outboxes.splice(0)) await outbox.close();
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
}

/** A new directory that is gone after the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "tidemark-outbox-"));
  directories.push(directory);
  return directory;
}

/** The present of all tests; rows are about as old as their number says. */
export const NOW = 1_700_000_000;

export async function openOutbox(options: Partial<OutboxOptions> & { readonly directory: string }) {
  const lines: string[] = [];
  const outbox = await Outbox.open({
    name: `"zabbix"`,
    step: 60,
    boot: "boot-1",
    limits: { bytes: 2 ** 30, seconds: 86_400 },
    now: () => ({ clock: NOW, mono: 0 }),
    pause: () => undefined,
    report: (line) => lines.push(line),
    ...options,
  });
  outboxes.push(outbox);
  return { outbox, lines };
}

/** A row whose body names it. */
export function row(name: string | number, clock = NOW): OutboxRow {
  return { clock, ns: 1, body: `"value":"${name}"` };
}

export function rows(...names: readonly (string | number)[]): readonly OutboxRow[] {
  return names.map((name) => row(name));
}

/** The names of a batch's rows. */
export function namesIn(batch: Batch | undefined): readonly string[] {
  return batch?.rows.map(({ body }) => /"value":"(.*)"/.exec(body)?.[1] ?? body) ?? [];
}

/** Takes and acknowledges all that waits. */
export async function drain(outbox: Outbox, most = 250): Promise<readonly string[]> {
  const names: string[] = [];
  for (let batch = await outbox.next(most); batch !== undefined; batch = await outbox.next(most)) {
    names.push(...namesIn(batch));
    outbox.acknowledge(batch);
  }
  return names;
}
