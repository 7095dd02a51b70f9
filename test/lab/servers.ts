import { connect } from "node:net";
import { findServer, lab, labDirectory, type Server, VERSIONS } from "./lab.ts";

const MISSING =
  "\nNO ZABBIX LAB: all tests with real servers are skipped. TIDEMARK_LAB names the directory of one (test/lab/lab.ts).\n\n";

/** vitest's global setup: starts the servers that do not run, and stops those again at the end. */
export async function setup(): Promise<() => void> {
  const directory = labDirectory();
  if (directory === undefined) {
    process.stderr.write(MISSING);
    return () => undefined;
  }
  const started: Server[] = [];
  for (const version of VERSIONS) {
    const server = findServer(version);
    if (server === undefined) process.stderr.write(`\nNO ZABBIX ${version} IN THE LAB: its tests are skipped.\n\n`);
    else if (!(await isUp(server))) started.push(server);
  }
  for (const { version } of started) lab(directory, "up", version);
  return () => {
    for (const { version } of started) lab(directory, "down", version);
  };
}

function isUp({ host, port }: Server): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}
