import type { Reporter, TestModule, TestRunEndReason } from "vitest/node";

/**
 * Ends the output of a run with "N passed, N failed, N skipped" alone on a line. It is written as the process exits, since
 * what the global teardown finds also counts; a failure that is no test's (a file that does not load, a leftover) is one.
 */
export function closingLine(): Reporter {
  return {
    onTestRunEnd(modules: readonly TestModule[], _errors: readonly unknown[], _reason: TestRunEndReason): void {
      const { passed, failed, skipped } = count(modules);
      process.once("exit", (status) => {
        const failures = status !== 0 && failed === 0 ? 1 : failed;
        process.stdout.write(`${passed} passed, ${failures} failed, ${skipped} skipped\n`);
      });
    },
  };
}

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

function count(modules: readonly TestModule[]): Readonly<Tally> {
  const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      tally[state === "pending" ? "skipped" : state] += 1;
    }
  }
  return tally;
}
