/** A decimal counter of the kernel, exactly: above 2^53 it is a bigint. Undefined: no counter. */
export function parseCounter(text: string | undefined): number | bigint | undefined {
  if (text === undefined || !/^\d{1,20}$/.test(text)) return undefined;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}
