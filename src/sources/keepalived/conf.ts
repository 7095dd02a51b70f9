import { parseVirtualAddress, type VirtualAddress } from "./addresses.ts";

/** One vrrp_instance block. */
export interface ConfiguredInstance {
  readonly name: string;
  /** "": not said. */
  readonly interface: string;
  /** virtual_ipaddress and virtual_ipaddress_excluded; where they belong, too, unless it makes an interface for them. */
  readonly addresses: readonly VirtualAddress[];
}

/** What a configuration of keepalived says that matters here. */
export interface Conf {
  readonly instances: readonly ConfiguredInstance[];
  /** Network namespace in which it works; undefined: that of its process. */
  readonly namespace: string | undefined;
}

/**
 * Words of a line: quoted ones whole, braces alone, and a comment, which ends it. keepalived.conf(5): "#" and "!" begin
 * comments anywhere.
 */
const WORDS = /[#!].*|"([^"]*)"|([{}])|([^\s"{}#!]+)/g;

/**
 * Reads keepalived.conf.
 * @param lines those of included files in the place of the include
 * @param id what "@" lines are for: those of another id are left out
 */
export function parseConf(lines: readonly string[], id: string): Conf {
  const reader = new BlockReader();
  for (const line of resolved(lines, id)) {
    for (const [, quoted, brace, plain] of line.matchAll(WORDS)) {
      if (brace === "{") reader.open();
      else if (brace === "}") reader.close();
      else if (quoted !== undefined || plain !== undefined) reader.add(quoted ?? plain ?? "");
    }
    reader.endLine();
  }
  return reader.conf;
}

/** Definitions can hold each other many times over: what they may come to in all. Beyond it names stay names. */
const MOST_REPLACED = 2 ** 18;

/** Lines with "@id" and "@^id" kept or dropped, and $NAME replaced by what a line NAME=... before it says. */
function* resolved(lines: readonly string[], id: string): Generator<string> {
  const values = new Map<string, string>();
  let left = MOST_REPLACED;
  const replacement = (all: string, name: string) => {
    const value = values.get(name) ?? all;
    left -= value.length;
    return left < 0 ? all : value;
  };
  for (const line of lines) {
    const [, not, of, rest] = /^\s*@(\^?)(\S+)\s+(.*)$/.exec(line) ?? [];
    if (of !== undefined && (of === id) === (not === "^")) continue;
    const replaced = (rest ?? line).replace(/\$\{?(\w+)\}?(?!\w*\s*=)/g, replacement);
    const [, name, value] = /^\s*\$(\w+)\s*=(.*)$/.exec(replaced) ?? [];
    if (name !== undefined && value !== undefined) values.set(name, value.trim());
    else yield replaced;
  }
}

/** An instance while its block is being read. */
interface Begun {
  readonly name: string;
  interface: string;
  makesInterface: boolean;
  readonly addresses: VirtualAddress[];
}

/** Follows the blocks. A block's words may stand on the line before its brace. */
class BlockReader {
  readonly #instances: Begun[] = [];
  readonly #blocks: (readonly string[])[] = [];
  #namespace: string | undefined;
  #words: string[] = [];
  #before: readonly string[] = [];

  get conf(): Conf {
    return { instances: this.#instances.map(finished), namespace: this.#namespace };
  }

  add(word: string): void {
    this.#words.push(word);
  }

  open(): void {
    const block = this.#words.length > 0 ? this.#words : this.#before;
    this.#words = [];
    this.#blocks.push(block);
    const [kind, name] = block;
    if (kind === "vrrp_instance" && name !== undefined && this.#blocks.length === 1) {
      this.#instances.push({ name, interface: "", makesInterface: false, addresses: [] });
    }
  }

  close(): void {
    this.endLine();
    this.#blocks.pop();
  }

  endLine(): void {
    if (this.#words.length === 0) return;
    this.#say(this.#words);
    this.#before = this.#words;
    this.#words = [];
  }

  #say(words: readonly string[]): void {
    const [keyword, value] = words;
    const [outer, inner] = this.#blocks.map(([kind]) => kind);
    if (keyword === "net_namespace" && value !== undefined) this.#namespace = value;
    const instance = outer === "vrrp_instance" ? this.#instances.at(-1) : undefined;
    if (instance === undefined) return;
    if (inner === undefined && keyword === "interface" && value !== undefined) instance.interface = value;
    if (inner === undefined && MAKES_INTERFACE.test(keyword ?? "")) instance.makesInterface = true;
    const address = inner?.startsWith("virtual_ipaddress") ? parseVirtualAddress(words) : undefined;
    if (address !== undefined) instance.addresses.push(address);
  }
}

const MAKES_INTERFACE = /^use_(?:vmac|ipvlan)/;

/** Addresses are put on the instance's interface where they name none. */
function finished({ name, interface: own, makesInterface, addresses }: Begun): ConfiguredInstance {
  const deviceOf = ({ device }: VirtualAddress) => (makesInterface ? undefined : device || own || undefined);
  return { name, interface: own, addresses: addresses.map((each) => ({ ...each, device: deviceOf(each) })) };
}
