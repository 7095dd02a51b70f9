import { createHash } from "node:crypto";

/**
 * The uuid of a template's entity, the same in every release and version as long as its name stays: 32 lower-case
 * hexadecimal digits with the marks of RFC 4122 version 4, which the import asks for.
 * @param name what the entity is, unique among all: "item", template, key
 */
export function uuidOf(...name: readonly string[]): string {
  const bytes = createHash("sha256").update(name.join("\0")).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex");
}
