const LONGEST = 40;

/** The beginning of what a peer sent, quoted for an error text: at most 40 characters, nothing unprintable. */
export function excerpt(bytes: Uint8Array | string): string {
  const start = typeof bytes === "string" ? bytes.slice(0, LONGEST) : latin1(bytes);
  return `"${start.replace(/[^\x20-\x7e]/g, ".")}"`;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, LONGEST)).toString("latin1");
}
