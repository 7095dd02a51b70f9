import type { LocalAddress } from "../../io/io.ts";

/** A virtual address in the one form that all writings of it have. `device`: where it is to be; undefined: anywhere. */
export interface VirtualAddress {
  readonly address: string;
  readonly device: string | undefined;
}

/** Reads an entry of virtual_ipaddress, such as "192.0.2.10/24 dev eth0"; undefined when it begins with no address. */
export function parseVirtualAddress(words: readonly string[]): VirtualAddress | undefined {
  const address = canonical(words[0] ?? "");
  const device = words.indexOf("dev");
  return address === undefined ? undefined : { address, device: device < 0 ? undefined : words[device + 1] };
}

/** IPv6 has many writings of one address; URLs know one. */
function canonical(text: string): string | undefined {
  const [bare = ""] = text.split(/[/%]/);
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(bare)) return bare;
  const url = `http://[${bare}]/`;
  return bare.includes(":") && URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : undefined;
}

/** Interfaces that have an address, by the address in its one form. */
export type Held = ReadonlyMap<string, readonly string[]>;

export function heldBy(own: readonly LocalAddress[]): Held {
  const held = new Map<string, string[]>();
  for (const each of own) {
    const address = canonical(each.address) ?? each.address;
    held.set(address, [...(held.get(address) ?? []), withoutLabel(each.interface)]);
  }
  return held;
}

/** An address with a label shows that instead of its interface: "eth0:1". */
function withoutLabel(name: string): string {
  return name.split(":", 1)[0] ?? name;
}

const LOOPBACK = "lo";

/**
 * Which of the virtual addresses this machine has where they belong. One that may be anywhere may not be on the loopback
 * interface: a real server behind a director keeps the director's address there.
 */
export function presentOf(virtual: readonly VirtualAddress[], held: Held): readonly VirtualAddress[] {
  return virtual.filter(({ address, device }) =>
    (held.get(address) ?? []).some((found) => (device === undefined ? found !== LOOPBACK : found === device)),
  );
}
