import { createHash } from "node:crypto";
import { createServer } from "node:net";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { runNumber } from "./run-number.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/**
 * The loopback address that belongs to one test file alone, so that fixed ports cannot clash between files.
 * Clients that bind nothing still come from 127.0.0.1.
 * @param file `import.meta.url` of the test file
 */
export function address(file: string): string {
  const digest = createHash("sha256")
    .update(relative(ROOT, fileURLToPath(file)))
    .digest();
  return `127.${runNumber()}.${1 + (digest.readUInt16BE(0) % 254)}.${1 + (digest.readUInt16BE(2) % 254)}`;
}

const given = new Set<string>();

/** A TCP port on which nothing listens at this address; no port is given twice within a file. */
export async function freePort(host: string): Promise<number> {
  for (;;) {
    const port = await boundPort(host);
    if (given.has(`${host}:${port}`)) continue;
    given.add(`${host}:${port}`);
    return port;
  }
}

function boundPort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ host, port: 0 }, () => {
      const bound = server.address();
      server.close(() => resolve(typeof bound === "object" && bound !== null ? bound.port : 0));
    });
  });
}

const LARGEST_LOW_PORT = 32_767;

/** One that Zabbix's programs take: none of them listens above 32767. The address is the test's alone, so few are taken. */
export async function lowPort(host: string): Promise<number> {
  const port = (await freePort(host)) % (LARGEST_LOW_PORT + 1);
  return port < 1024 ? lowPort(host) : port;
}
