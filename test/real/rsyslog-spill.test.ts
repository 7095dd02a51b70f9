import { test } from "vitest";
import { address, freePort } from "./address.ts";
import { Campaign, forwardAction } from "./rsyslog-campaign.ts";
import { Rsyslogd } from "./rsyslogd.ts";

test("a dead destination: the queue spills to disk until that is full, and every lost message is told", async () => {
  const host = address(import.meta.url);
  const sinkAt = { host, port: await freePort(host) };
  const rsyslogd = new Rsyslogd({ host, port: await freePort(host) }, forwardAction(host, sinkAt.port));
  const campaign = new Campaign(rsyslogd, sinkAt);
  await campaign.begin();
  await campaign.spill(1500);
  await campaign.fillUp(3000);
});
