import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const TEST = fileURLToPath(new URL("../", import.meta.url));
const LARGEST = 1 << 13;
const HEX = /^(?:[0-9a-f]{2}){4,}$/;

/** Captured files below test/samples whose names match, their beginnings where they are long. */
export function samples(directory: string, names: RegExp): readonly Buffer[] {
  const root = join(TEST, "samples", directory);
  const found = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => names.test(name) && statSync(join(root, name)).isFile())
    .map((name) => readFileSync(join(root, name)).subarray(0, LARGEST));
  if (found.length === 0) throw new Error(`no sample in "${root}" matches ${names}`);
  return found;
}

/** Every text of a vector file; those that are bytes in hexadecimal as these bytes. */
export function vectorTexts(name: string): readonly Buffer[] {
  const found = new Map<string, Buffer>();
  const visit = (node: unknown): void => {
    if (typeof node === "string") found.set(node, HEX.test(node) ? Buffer.from(node, "hex") : Buffer.from(node));
    else if (typeof node === "object" && node !== null) for (const child of Object.values(node)) visit(child);
  };
  visit(JSON.parse(readFileSync(join(TEST, "vectors", `${name}.json`), "utf8")));
  return [...found.values()].filter(({ length }) => length <= LARGEST);
}

/** Bodies of the packets among texts of vectors. */
export function bodies(texts: readonly Buffer[]): readonly Buffer[] {
  return texts
    .filter((bytes) => bytes.subarray(0, 5).toString("latin1") === "ZBXD\x01")
    .map((bytes) => bytes.subarray(13));
}

export function words(text: string): readonly Buffer[] {
  return text.split(" ").map((word) => Buffer.from(word));
}

export function texts(...all: readonly string[]): readonly Buffer[] {
  return all.map((text) => Buffer.from(text));
}
