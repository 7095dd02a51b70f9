import { open } from "node:fs/promises";
import { scanFrames } from "./frame.ts";
import type { Place } from "./replay.ts";

/** Reads records that were appended before, oldest first. Throws what the system says; damaged frames end the reading. */
export async function readBack({ path, at, end }: Place): Promise<readonly Buffer[]> {
  const file = await open(path, "r");
  try {
    const bytes = Buffer.allocUnsafeSlow(end - at);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, at);
    const bodies: Buffer[] = [];
    scanFrames(bytes.subarray(0, bytesRead), 0, (_slot, body) => bodies.push(body));
    return bodies;
  } finally {
    await file.close();
  }
}
