import { BlockList, isIP, isIPv4, isIPv6 } from "node:net";
import { type NameService, SYSTEM_NAMES } from "../io/name-service.ts";
import { malformed, ok, type Parsed } from "../ring/answer.ts";

// list  := [ entry *( "," entry ) [ "," ] ]     spaces around entries do not count
// entry := address / address "/" prefix / DNS name
//
// 192.0.2.1, ::192.0.2.1 (compatible) and ::ffff:192.0.2.1 (mapped) are the same to zabbix_agentd, so an IPv4 entry is
// kept as both IPv6 forms and an IPv4 peer is looked up as both.

const MOST_VERDICTS = 1_024;
const IPV4_BITS = 32;
const IPV6_BITS = 128;
const MOST_NAME_LENGTH = 255;
/** How long an answer of DNS counts, also that there is none. */
const NAME_LIFE_SECONDS = 30;
/** How long a check may wait for an answer of DNS. */
const MOST_WAIT_SECONDS = 1;

/** Who may ask: the compiled `Server` list. */
export interface Peers {
  /**
   * @param address of the peer as the socket gives it; anything else is refused
   * @returns a promise only when the verdict hangs on a name that is being looked up; it settles within a second
   */
  admits(address: string): boolean | Promise<boolean>;
}

/**
 * Compiles a `Server` list as zabbix_agentd reads it; an empty one admits nobody.
 * Malformed when an entry is none of address, CIDR block and name. A name that does not resolve matches no peer.
 */
export function compilePeers(list: string, service: NameService = SYSTEM_NAMES): Parsed<Peers> {
  const entries = list.trim() === "" ? [] : list.trim().replace(/,$/, "").split(",");
  const blocks = new AddressBlocks();
  const names = new Set<string>();
  for (const entry of entries.map((text) => text.trim())) {
    if (blocks.add(entry)) continue;
    if (!isName(entry)) return malformed(`cannot read "${entry}": expected an address, an address block or a DNS name`);
    names.add(entry);
  }
  const addresses = new RememberedBlocks(blocks);
  return ok(names.size === 0 ? addresses : new NamedPeers(addresses, names, service));
}

/** As lax as zabbix_agentd: one point between parts, the first character a letter or digit. */
function isName(entry: string): boolean {
  return entry.length <= MOST_NAME_LENGTH && /^[0-9A-Za-z][\w-]*(\.[\w-]+)*\.?$/.test(entry);
}

/** Addresses and CIDR blocks. */
class AddressBlocks {
  readonly #list = new BlockList();

  /** False when the entry is not an address or block. */
  add(entry: string): boolean {
    const [address = "", prefix, ...more] = entry.split("/");
    const bits = isIPv4(address) ? IPV4_BITS : isIPv6(address) && !address.includes("%") ? IPV6_BITS : 0;
    const length = prefix === undefined ? bits : prefixLength(prefix, bits);
    if (bits === 0 || length === undefined || more.length > 0) return false;
    const added = IPV6_BITS - bits;
    for (const form of ipv6Forms(address)) this.#list.addSubnet(form, added + length, "ipv6");
    return true;
  }

  admits(address: string): boolean {
    // A socket that listens on both families shows IPv4 peers as mapped ones.
    const peer = address.replace(/^::ffff:(?=\d+\.)/i, "");
    return isIP(peer) !== 0 && ipv6Forms(peer).some((form) => this.#list.check(form, "ipv6"));
  }
}

function prefixLength(text: string, bits: number): number | undefined {
  return /^\d{1,3}$/.test(text) && Number(text) <= bits ? Number(text) : undefined;
}

function ipv6Forms(address: string): readonly string[] {
  return isIPv4(address) ? [`::${address}`, `::ffff:${address}`] : [address.replace(/%.*/, "")];
}

/** Remembers verdicts, which hold for ever: a peer asks again and again from the same address. */
class RememberedBlocks implements Peers {
  readonly #blocks: AddressBlocks;
  readonly #verdicts = new Map<string, boolean>();

  constructor(blocks: AddressBlocks) {
    this.#blocks = blocks;
  }

  admits(address: string): boolean {
    const known = this.#verdicts.get(address);
    if (known !== undefined) return known;
    if (this.#verdicts.size >= MOST_VERDICTS) this.#verdicts.clear();
    const verdict = this.#blocks.admits(address);
    this.#verdicts.set(address, verdict);
    return verdict;
  }
}

/** A list with names. The last answer of DNS counts until the next one is there, so that a hung DNS locks nobody out. */
class NamedPeers implements Peers {
  readonly #addresses: RememberedBlocks;
  readonly #names: readonly Name[];
  readonly #service: NameService;

  constructor(addresses: RememberedBlocks, names: ReadonlySet<string>, service: NameService) {
    this.#addresses = addresses;
    this.#names = [...names].map((name) => new Name(name, service));
    this.#service = service;
  }

  admits(address: string): boolean | Promise<boolean> {
    if (this.#addresses.admits(address)) return true;
    const lookups = this.#names.map((name) => name.refresh()).filter((lookup) => lookup !== undefined);
    return this.#named(address) || (lookups.length > 0 && this.#namedAfter(lookups, address));
  }

  #named(address: string): boolean {
    return this.#names.some((name) => name.admits(address));
  }

  /** Settles with the first lookup that admits the address, at the latest with the last one or when time is up. */
  #namedAfter(lookups: readonly Promise<void>[], address: string): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.#service.after(MOST_WAIT_SECONDS, () => resolve(this.#named(address)));
      const settle = (verdict: boolean) => {
        cancel();
        resolve(verdict);
      };
      for (const lookup of lookups) void lookup.then(() => this.#named(address) && settle(true));
      void Promise.all(lookups).then(() => settle(this.#named(address)));
    });
  }
}

/** One DNS name and its last answer. */
class Name {
  readonly #name: string;
  readonly #service: NameService;
  #answer = new RememberedBlocks(new AddressBlocks());
  #freshUntil = Number.NEGATIVE_INFINITY;
  #askedAt = Number.NEGATIVE_INFINITY;
  #lookup: Promise<void> | undefined;

  constructor(name: string, service: NameService) {
    this.#name = name;
    this.#service = service;
  }

  admits(address: string): boolean {
    return this.#answer.admits(address);
  }

  /** Looks the name up when its answer is old; returns the lookup while it is worth waiting for. */
  refresh(): Promise<void> | undefined {
    const now = this.#service.seconds();
    if (this.#lookup === undefined && now >= this.#freshUntil) {
      this.#askedAt = now;
      this.#lookup = this.#resolve();
    }
    return now < this.#askedAt + MOST_WAIT_SECONDS ? this.#lookup : undefined;
  }

  async #resolve(): Promise<void> {
    const found = new AddressBlocks();
    for (const address of await this.#service.resolve(this.#name).catch(() => [])) found.add(address);
    this.#answer = new RememberedBlocks(found);
    this.#freshUntil = this.#service.seconds() + NAME_LIFE_SECONDS;
    this.#lookup = undefined;
  }
}
