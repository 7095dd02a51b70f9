import { expect, test } from "vitest";
import { parseCommandLine } from "../../../../src/sources/keepalived/command-line.ts";

const PLAIN = { config: undefined, namespace: undefined, vrrpPidFile: undefined, configId: undefined };

test.each([
  ["/usr/sbin/keepalived --dont-fork", PLAIN],
  ["keepalived -n -d -D -S6", PLAIN],
  ["keepalived -nDf /etc/k.conf", { ...PLAIN, config: "/etc/k.conf" }],
  ["keepalived -f/etc/k.conf -r /run/v.pid", { ...PLAIN, config: "/etc/k.conf", vrrpPidFile: "/run/v.pid" }],
  [
    "keepalived --use-file=/etc/k.conf --vrrp_pid=/run/v.pid",
    { ...PLAIN, config: "/etc/k.conf", vrrpPidFile: "/run/v.pid" },
  ],
  ["keepalived --use-file /etc/k.conf --namespace=inner", { ...PLAIN, config: "/etc/k.conf", namespace: "inner" }],
  ["keepalived -i left -s inner", { ...PLAIN, configId: "left", namespace: "inner" }],
  ["keepalived -p -t", PLAIN], // -t is the name of a file here
  ["keepalived -f", { ...PLAIN, config: "" }],
])("parseCommandLine: %s", (line, started) => expect(parseCommandLine(line.split(" "))).toEqual(started));

test.each([
  "keepalived -t",
  "keepalived -nt",
  "keepalived --config-test=/tmp/log",
  "keepalived --signum=JSON",
  "keepalived -v",
  "keepalived --version",
  "keepalived -T",
  "/bin/sh keepalived",
  "keepalivedctl",
  "",
])("parseCommandLine: %s is none that stays", (line) => {
  expect(parseCommandLine(line.split(" "))).toBeUndefined();
});
