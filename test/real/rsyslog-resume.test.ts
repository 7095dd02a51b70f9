import { test } from "vitest";
import { address, freePort } from "./address.ts";
import { Campaign, forwardAction } from "./rsyslog-campaign.ts";
import { Rsyslogd } from "./rsyslogd.ts";

test("a backlog that is saved at the stop is told after the start, and none of it while rsyslogd is away", async () => {
  const host = address(import.meta.url);
  const sinkAt = { host, port: await freePort(host) };
  const rsyslogd = new Rsyslogd({ host, port: await freePort(host) }, forwardAction(host, sinkAt.port));
  const campaign = new Campaign(rsyslogd, sinkAt);
  await campaign.begin();
  await campaign.saveAndResume(100);
});
