import { test } from "vitest";
import { address, freePort } from "../real/address.ts";
import { Campaign, forwardAction } from "../real/rsyslog-campaign.ts";
import { Rsyslogd } from "../real/rsyslogd.ts";

/** Batches of 10 with a pause of 100 ms between them: what is drained takes long enough to be predicted. */
const SLOWLY = 'queue.dequeueSlowDown="100000"';

const ways = [
  { name: "json", stats: "" },
  { name: "counters that are cleared after each report", stats: 'resetCounters="on"' },
] as const;

for (const { name, stats } of ways) {
  test(`rsyslogd idle, growing, spilling, full, retrying, draining, saved and resumed: ${name}`, async () => {
    const campaign = await untilDrained({ stats });
    await campaign.saveAndResume(300);
  });
}

/** Another build of rsyslogd, with its arguments; 8.2610 and later know all three formats. */
const another = process.env["TIDEMARK_RSYSLOGD"];

for (const format of ["json", "zabbix", "prometheus"]) {
  test.skipIf(another === undefined)(
    `another rsyslogd idle, growing, spilling, full, retrying, draining: ${format}`,
    async () => {
      await untilDrained({ binary: another?.split(" ") ?? [], format });
    },
  );
}

/** Through all that a queue goes through while its rsyslogd runs. */
async function untilDrained(build: ConstructorParameters<typeof Rsyslogd>[2]): Promise<Campaign> {
  const host = address(import.meta.url);
  const sinkAt = { host, port: await freePort(host) };
  const lines = forwardAction(host, sinkAt.port, SLOWLY);
  const campaign = new Campaign(new Rsyslogd({ host, port: await freePort(host) }, lines, build), sinkAt);
  await campaign.begin();
  await campaign.idle();
  await campaign.growInMemory(200);
  await campaign.retryForEver();
  await campaign.spill(1500);
  await campaign.fillUp(3000);
  await campaign.retryForEver();
  await campaign.drain();
  return campaign;
}
