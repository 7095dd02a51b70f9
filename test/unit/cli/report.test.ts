import { expect, test } from "vitest";
import { printLine, statusLines } from "../../../src/cli/report.ts";

test("print gives a line in the form of zabbix_agentd -p", () => {
  const lines = [
    printLine({ key: "agent.ping", type: "unsigned", reply: { kind: "value", text: "1", clock: 0 } }),
    printLine({ key: "a.ratio", type: "float", reply: { kind: "none", reason: "No get requests in the last 5m." } }),
    printLine({ key: "a.stat", type: "text", reply: { kind: "unknown", reason: "Down." } }),
    printLine({ key: "a.log", type: "text", reply: { kind: "value", text: "one\r\ntwo", clock: 0 } }),
  ];
  expect(lines).toEqual([
    "agent.ping                                    [u|1]",
    "a.ratio                                       [m|no value] [No get requests in the last 5m.]",
    "a.stat                                        [m|ZBX_NOTSUPPORTED] [Down.]",
    "a.log                                         [t|one\\r\\ntwo]",
  ]);
});

test("status shows a table per source, then what was found wrong", () => {
  const columns = [
    { title: "Instance", align: "left" },
    { title: "Age", align: "right" },
  ] as const;
  const tables = [
    {
      source: "memcached",
      columns,
      rows: [
        ["main", "1 s"],
        ["longer-name", "12 s"],
      ],
    },
    { source: "supervise", columns, rows: [], reason: "none was found or configured" },
  ];
  const findings = [{ what: "/run/x.sock", found: "permission denied", mend: "usermod -aG memcache tidemark" }];
  expect(statusLines({ tables, findings })).toEqual([
    "Instance      Age",
    "main          1 s",
    "longer-name  12 s",
    "",
    "supervise: none was found or configured",
    "",
    "/run/x.sock: permission denied",
    "  mend: usermod -aG memcache tidemark",
  ]);
});
