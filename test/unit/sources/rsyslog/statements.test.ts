import { describe, expect, test } from "vitest";
import { parseStatements, type Statement } from "../../../../src/sources/rsyslog/configuration/statements.ts";

/** Statements in short: `name(a=1,b=2)`, `$name value`, `> action`. */
function short(statement: Statement): string {
  if (statement.kind === "directive") return `$${statement.name} ${statement.value}`;
  if (statement.kind === "action") return `> ${statement.text}`;
  const pairs = [...statement.parameters].map(([name, value]) => `${name}=${value}`);
  return `${statement.name}(${pairs.join(",")})`;
}

const cases: readonly { readonly name: string; readonly text: string; readonly want: readonly string[] }[] = [
  { name: "nothing", text: "", want: [] },
  { name: "comments of both kinds", text: '# $A b\n/* action(type="x")\n */ $C d', want: ["$c d"] },
  { name: "a comment without its end", text: "$A b\n/* $C d", want: ["$a b"] },
  {
    name: "a directive with a comment behind it",
    text: "$WorkDirectory /var/spool # here",
    want: ["$workdirectory /var/spool"],
  },
  {
    name: "a path with a star is no comment",
    text: "$IncludeConfig /etc/rsyslog.d/*.conf\n$A b",
    want: ["$includeconfig /etc/rsyslog.d/*.conf", "$a b"],
  },
  {
    name: "an object over several lines, names in small letters",
    text: 'Action( Type="omfwd"\n  queue.Size = "100" # why\n  target=\'a b\')',
    want: ["action(type=omfwd,queue.size=100,target=a b)"],
  },
  {
    name: "a bracket, a quote and a comment sign in a value",
    text: 'action(type="omfile" file="/a)\\"#b" x="1")',
    want: ['action(type=omfile,file=/a)"#b,x=1)'],
  },
  {
    name: "a list, and a value without quotes",
    text: 'module(load="imudp" t=["a","b"] p=514)',
    want: ['module(load=imudp,t=["a","b"],p=514)'],
  },
  {
    name: "an object without its end",
    text: 'action(type="omfwd" queue.size="5"',
    want: ["action(type=omfwd,queue.size=5)"],
  },
  {
    name: "what is no parameter inside an object",
    text: 'action(= , "x" type="a" %%% b="c")',
    want: ["action(type=a,b=c)"],
  },
  {
    name: "actions in a ruleset and in conditions",
    text: 'ruleset(name="r"){ if $msg contains \'then {\' then { action(type="a") } else action(type="b") }',
    want: ["ruleset(name=r)", "action(type=a)", "action(type=b)"],
  },
  {
    name: "a condition with a selector's action",
    text: 'if $a == "x" then /var/log/x\n& @@host\n$A b',
    want: ["> /var/log/x", "> @@host", "$a b"],
  },
  {
    name: "selector lines",
    text: "*.*;auth,authpriv.none\t\t-/var/log/syslog\nkern.* /var/log/kern\n*.emerg :omusrmsg:*",
    want: ["> -/var/log/syslog", "> /var/log/kern", "> :omusrmsg:*"],
  },
  {
    name: "a property filter that stops",
    text: ':msg, !contains, "a, \\"b\\" c" stop\n:syslogtag, startswith, "r" ~\n*.* @h',
    want: ["> @h"],
  },
  {
    name: "a selector with a block",
    text: 'mail.* {\n action(type="a")\n /var/log/ignored what\n}\n*.* action(type="b")',
    want: ["action(type=a)", "> what", "action(type=b)"],
  },
  {
    name: "assignments, calls and loops",
    text: 'set $.x = "a;b" + dyn_inc("m", $programname);\ncall rs\nforeach ($.i in $!x) do { unset $.x; }\nstop\n$A b',
    want: ["$a b"],
  },
  { name: "blocks for a program or a host", text: "!cron\n*.* /a\n!*\n+host\n-host\n$A b", want: ["> /a", "$a b"] },
  { name: "a line that goes on", text: "*.* @host;\\\n  template\n$A b", want: ["> @host;\\\n  template", "$a b"] },
  { name: "a line that nobody understands", text: '\u0000\u0001 ))) = "\n$A b', want: [`> ))) = "`, "$a b"] },
];

describe("parseStatements", () => {
  for (const { name, text, want } of cases) {
    test(name, () => expect(parseStatements(text).map(short)).toEqual(want));
  }

  test("never throws and always ends, whatever is cut off or doubled", () => {
    const whole = cases.map(({ text }) => text).join("\n");
    for (let at = 0; at < whole.length; at += 3) {
      expect(() => parseStatements(whole.slice(0, at))).not.toThrow();
      expect(() => parseStatements(whole.slice(at) + whole.slice(0, at))).not.toThrow();
    }
  });

  test("a megabyte of one thing takes no longer than its length", () => {
    const began = performance.now();
    for (const unit of ["if ", "action(", '"', "a=", "/*", "{", "\\\n", ":a, b, "])
      parseStatements(unit.repeat(100_000));
    expect(performance.now() - began).toBeLessThan(5000);
  });
});

test("parseStatements: a long word among parameters takes no more time than it is long", () => {
  const began = performance.now();
  expect(parseStatements(`action(${"queue.file".repeat(20_000)} queue.size="5")`)).toEqual([
    { kind: "object", name: "action", parameters: new Map([["queue.size", "5"]]) },
  ]);
  expect(performance.now() - began).toBeLessThan(500);
});
