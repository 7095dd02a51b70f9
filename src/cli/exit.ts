/**
 * Exit codes, as daemontools programs use them.
 * - yes: done; no: the answer is no (a key that is not supported, a target that is not there)
 * - partly: some of what was sent was refused
 * - wrong: usage or configuration, so that a supervisor need not try again
 * - failed: a passing trouble, worth another try
 */
export const EXIT = { yes: 0, no: 1, partly: 2, wrong: 100, failed: 111 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
