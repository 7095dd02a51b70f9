import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  encodeSenderBody,
  encodeSenderData,
  encodeSenderProbe,
  encodeSenderRow,
  parseSenderInfo,
} from "../../../src/zabbix/sender.ts";

interface Capture {
  readonly client: string;
  readonly args: readonly string[];
  readonly requests: readonly { readonly body: string }[];
}

const { cases } = JSON.parse(readFileSync(new URL("../../vectors/sender-captures.json", import.meta.url), "utf8")) as {
  readonly cases: readonly Capture[];
};

/** Requests of one value that zabbix_sender made of its arguments -s, -k and -o. */
const single = cases.filter(({ args, requests }) => args[4] === "-o" && requests.length > 0);

test("the vectors are there", () => {
  expect(single.length).toBeGreaterThan(10);
});

for (const [at, { client, args, requests }] of single.entries()) {
  test(`a request is that of zabbix_sender, byte by byte: ${at}, ${client}`, () => {
    const [, host = "", , key = "", , value = ""] = args;
    const body = requests[0]?.body ?? "";
    const stamp = /"clock":(\d+),"ns":(\d+)\}$/.exec(body);
    const sent = stamp === null ? {} : { sent: { clock: Number(stamp[1]), ns: Number(stamp[2]) } };
    expect(encodeSenderData([encodeSenderRow({ host, key, value })], sent).toString()).toBe(body);
  });
}

test("rows with clocks are those of zabbix_sender -T and -N", () => {
  const captured = (file: string) =>
    cases.find(({ client, args }) => client.endsWith("6.0.14") && args.includes("-T") && args.includes(file));
  const body = captured("in3.txt")?.requests[0]?.body ?? "";
  expect(body).toContain(
    encodeSenderRow({ host: "dflt", key: "up.a", value: "1", clock: 1_700_000_000, ns: 123_456_789 }),
  );
  const without = captured("in2.txt")?.requests[0]?.body ?? "";
  expect(without).toContain(encodeSenderRow({ host: "hostB", key: "k b", value: "two words", clock: 1_700_000_001 }));
});

test("a session stands before the rows", () => {
  const body = encodeSenderData([`{${encodeSenderBody({ host: "h", key: "k", value: "v" })},"id":1}`], {
    session: "ab",
  });
  expect(body.toString()).toBe(
    '{"request":"sender data","session":"ab","data":[{"host":"h","key":"k","value":"v","id":1}]}',
  );
});

test("a probe has no value", () => {
  expect(encodeSenderProbe("h", 'k["a"]')).toBe('{"host":"h","key":"k[\\"a\\"]"}');
});

const infos = [
  { info: "processed: 1; failed: 0; total: 1; seconds spent: 0.000041", want: { processed: 1, failed: 0, total: 1 } },
  { info: "processed: 3; failed: 2; total: 5; seconds spent: 12.500000", want: { processed: 3, failed: 2, total: 5 } },
  { info: "", want: undefined },
  { info: "hello", want: undefined },
  { info: "unknown host 'x'", want: undefined },
  { info: "processed: 1; failed: 0; total: 1", want: undefined },
  { info: "processed: -1; failed: 0; total: 1; seconds spent: 0.1", want: undefined },
  { info: " processed: 1; failed: 0; total: 1; seconds spent: 0.1", want: undefined },
];
for (const { info, want } of infos) {
  test(`info "${info}"`, () => {
    expect(parseSenderInfo(info)).toEqual(want);
  });
}
