import { expect, test } from "vitest";
import { newestStatus } from "../../../../src/sources/qmail/status-line.ts";

const AT = "@400000006b0229fb0de89d94";

/** "local/max remote/max" of the newest status. */
function told(text: string, whole = true): string | undefined {
  const status = newestStatus(Buffer.from(text, "latin1"), whole);
  if (status?.kind !== "slots") return status?.kind;
  const { local, remote, stamp } = status;
  return `${local.used}/${local.max} ${remote.used}/${remote.max}${stamp === undefined ? " no stamp" : ""}`;
}

/** Lines in the form of qmail-log(5). */
const LOG = `${AT} new msg 4711
${AT} info msg 4711: bytes 312 from <a@example.org> qp 77 uid 1000
${AT} starting delivery 1: msg 4711 to remote b@example.net
${AT} status: local 0/10 remote 1/20
${AT} delivery 1: deferral: status:_local_9/9_remote_9/9/
${AT} status: local 3/10 remote 7/20
`;

test.each([
  ["the last of many lines", LOG, "3/10 7/20"],
  ["with more behind it", `${AT} status: local 1/10 remote 2/255 exitasap\n`, "1/10 2/255"],
  ["ended", `${LOG}${AT} status: exiting\n`, "exiting"],
  ["started again", `${AT} status: exiting\n${AT} status: local 0/10 remote 0/20\n`, "0/10 0/20"],
  ["without a stamp", "status: local 0/10 remote 0/20\n", "0/10 0/20 no stamp"],
  ["svlogd's stamp", "2026-11-21_23:31:53.26660 status: local 0/10 remote 0/20\n", "0/10 0/20"],
])("newestStatus: %s", (_, text, want) => expect(told(text)).toBe(want));

test.each([
  ["nothing", ""],
  ["a line that is still being written", `${AT} status: local 0/10 remote 0/20`],
  ["what strangers write stands later in a line", `${AT} info msg 1: bytes 1 from <status: local 0/10 remote 0/20>\n`],
  ["a negative number", `${AT} status: local -1/10 remote 0/20\n`],
  ["a number of a million digits", `${AT} status: local ${"9".repeat(60_000)}/10 remote 0/20\n`],
  ["half of it", `${AT} status: local 0/10\n`],
  ["another stamp", "Nov 21 23:31:53 host qmail: status: local 0/10 remote 0/20\n"],
  ["zeros", "\0".repeat(1000)],
])("newestStatus: %s is none", (_, text) => expect(told(text)).toBeUndefined());

test("the first line of a file's end may lack its beginning", () => {
  expect(told("status: local 1/10 remote 0/20\n", false)).toBeUndefined();
  expect(told("x\nstatus: local 1/10 remote 0/20\n", false)).toBe("1/10 0/20 no stamp");
});

test("every cut of a log leaves a status that was once written, or none", () => {
  for (let length = 0; length <= LOG.length; length++) {
    expect([undefined, "0/10 1/20", "3/10 7/20"]).toContain(told(LOG.slice(0, length)));
  }
});
