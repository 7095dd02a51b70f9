import { expect, test } from "vitest";
import { parseCommandLine } from "../../../src/cli/arguments.ts";
import { sendRequest } from "../../../src/cli/send.ts";
import { malformed, ok } from "../../../src/ring/answer.ts";

function requested(args: readonly string[], hostname?: string) {
  const line = parseCommandLine(args, ["zabbix-server", "host", "input-file", "with-timestamps", "with-ns"]);
  return line.kind === "ok" ? sendRequest(line.value, hostname) : line;
}

const wrong = [
  { args: ["-s", "h", "-i", "f"], said: "send needs -z, the server" },
  { args: ["-z", "zabbix", "-s", "h"], said: "send needs item keys, or a file with -i" },
  { args: ["-z", "zabbix", "-s", "h", "-i", "f", "agent.ping"], said: "send needs item keys, or a file with -i" },
  { args: ["-z", "zabbix", "-s", "h", "-T", "agent.ping"], said: "-T and -N belong to an input file" },
  { args: ["-z", "zabbix", "-s", "h", "-N", "-i", "f"], said: "-N needs -T" },
  { args: ["-z", "zabbix", "agent.ping"], said: "send needs -s, the host, or Hostname" },
  { args: ["-z", "a b", "-s", "h", "agent.ping"], said: '-z cannot read "a b": not a host with a port' },
];
for (const { args, said } of wrong) {
  test(`wrong usage: send ${args.join(" ")}`, () => {
    expect(requested(args)).toEqual(malformed(said));
  });
}

const zabbix = { kind: "tcp", host: "zabbix", port: 10_051 };
const right = [
  { args: ["-z", "zabbix", "-s", "h", "agent.ping"], want: { nodes: [zabbix], host: "h" } },
  { args: ["-z", "zabbix", "agent.ping"], want: { nodes: [zabbix], host: "own" } },
  {
    args: ["-z", "zabbix;[::1]:1", "-i", "f"],
    want: { nodes: [zabbix, { kind: "tcp", host: "::1", port: 1 }], host: "own" },
  },
  { args: ["-z", "zabbix", "-s", "h", "-T", "-N", "-i", "f"], want: { nodes: [zabbix], host: "h" } },
];
for (const { args, want } of right) {
  test(`send ${args.join(" ")}`, () => {
    expect(requested(args, "own")).toEqual(ok(want));
  });
}
