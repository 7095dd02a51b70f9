import { describe, expect, test } from "vitest";
import { parseArguments, parseRunScript } from "../../../../src/sources/logdir/command-line.ts";

describe("arguments of a process", () => {
  test.each([
    ["multilog t s4096 n5 ./main", "multilog", ["./main"]],
    ["/usr/bin/multilog t -* +*fatal* ./fatal +* =./status /var/log/web", "multilog", ["./fatal", "/var/log/web"]],
    ["multilog t !tai64nlocal n20 .", "multilog", ["."]],
    ["svlogd -tt ./main /var/log/x", "svlogd", ["./main", "/var/log/x"]],
    ["svlogd -ttv -l 2000 -b 4096 main", "svlogd", ["main"]],
    ["svlogd -r _ -R abc -tt log", "svlogd", ["log"]],
    ["svlogd -- -strange", "svlogd", ["-strange"]],
    ["busybox svlogd -tt .", "svlogd", ["."]],
    ["s6-log -b -d 3 n5 s4096 t /var/log/web", "s6-log", ["/var/log/web"]],
    ["s6-log t s99999 ./a T ./b 1", "s6-log", ["./a", "./b"]],
    ["multilog t e", "multilog", []],
    ["svlogd", "svlogd", []],
  ])("%s", (line, logger, directories) => {
    expect(parseArguments(line.split(" "))).toEqual({ logger, directories });
  });

  test.each(["sleep 60", "supervise log", "tail -f multilog", "busybox", ""])("no logger: %s", (line) => {
    expect(parseArguments(line.split(" "))).toBeUndefined();
  });

  test("a directory with spaces is one word", () => {
    expect(parseArguments(["multilog", "t", "./a b\n[c]"])?.directories).toEqual(["./a b\n[c]"]);
  });
});

describe("run scripts", () => {
  test.each([
    ["#!/bin/sh\nexec setuidgid logs multilog t ./main\n", [["multilog", ["./main"]]]],
    [
      "#!/bin/sh\nexec 2>&1\nexec setuidgid multilog multilog t s1000000 n10 /var/log/web",
      [["multilog", ["/var/log/web"]]],
    ],
    ["#!/bin/sh\nexec chpst -ulog svlogd -tt /var/log/svlogd\n", [["svlogd", ["/var/log/svlogd"]]]],
    [
      "#!/bin/sh -e\nexec multilog t \\\n  '-*' '+*fatal*' ./fatal \\\n  +'*' \"./with space\" 2>&1 </dev/null\n",
      [["multilog", ["./fatal", "./with space"]]],
    ],
    [
      "#!/usr/bin/execlineb -P\ns6-setuidgid logger # who\n# don't\ns6-log\n  n5 t\n  /var/log/web\n",
      [["s6-log", ["/var/log/web"]]],
    ],
    ["#!/bin/sh\n# it's multilog t ./old\nexec multilog t ./new # ./no\n", [["multilog", ["./new"]]]],
    ["#!/bin/sh\nmkdir -p ./main && exec s6-log t ./main", [["s6-log", ["./main"]]]],
    ['#!/bin/sh\nexec multilog t "$LOGDIR" ./x/`hostname` ./main\n', [["multilog", ["./main"]]]],
    ["#!/bin/sh\nexec multilog 2>/dev/null t ./main\n", [["multilog", ["./main"]]]],
    ["#!/bin/sh\nexec svlogd -tt ./a\\ b\n", [["svlogd", ["./a b"]]]],
    ['#!/bin/sh\nexec multilog t "./never closed\n', []],
    ["#!/bin/sh\necho multilog\n", []],
    ["exec multilog t ./main", []],
    ["\x7fELF multilog t ./main", []],
    ["", []],
  ] as const)("%j", (script, want) => {
    expect(parseRunScript(script).map(({ logger, directories }) => [logger, directories])).toEqual(want);
  });
});
