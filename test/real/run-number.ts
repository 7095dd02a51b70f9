/** Environment variable that carries the number of one run of the tests from vitest's main process to its workers. */
export const RUN = "TIDEMARK_TEST_RUN";

/** 1 to 254: second byte of the run's loopback addresses, so that two runs on one machine never meet. */
export function runNumber(): number {
  return Number(process.env[RUN] ?? 1 + (process.pid % 254));
}
