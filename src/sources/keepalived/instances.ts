import { shortName } from "../../items/short-name.ts";
import type { Labels } from "../../ring/sample.ts";
import type { Remembered } from "../source.ts";
import { parseVirtualAddress, type VirtualAddress } from "./addresses.ts";
import type { ConfiguredInstance } from "./conf.ts";
import { Instance } from "./instance.ts";
import type { KeepalivedSection } from "./section.ts";

/** A found instance leaves the list when nothing has told of it in this many looks running. */
const LOOKS = 3;
/** VRRP has 255 numbers for each interface; somebody who writes names into the FIFO shall not fill our memory. */
const MOST = 1000;

interface Place {
  readonly instance: Instance;
  missing: number;
}

/** The VRRP instances of this machine: those of tidemark's configuration first, then those found. */
export class Instances {
  readonly #discovers: boolean;
  /** By keepalived's name. */
  readonly #places = new Map<string, Place>();

  constructor({ general, named }: KeepalivedSection, remembered: ReadonlyMap<string, Remembered>) {
    this.#discovers = general.Discover;
    for (const [target, { Instance: name = target, Address }] of named) {
      this.#add(new Instance({ target, name }, Address.flatMap(virtual)));
    }
    for (const { labels } of remembered.values()) this.named(labels["NAME"] ?? "");
  }

  get all(): readonly Instance[] {
    return [...this.#places.values()].map(({ instance }) => instance);
  }

  /** The one of this name, which need not be known yet. Undefined: it is not wanted, or there is no room or no name. */
  named(name: string): Instance | undefined {
    const known = this.#places.get(name)?.instance;
    if (known !== undefined || !this.#discovers || name === "" || this.#places.size >= MOST) return known;
    const target = shortName(name);
    const isTaken = this.all.some((instance) => instance.target === target); // tidemark's configuration calls another so
    return isTaken ? undefined : this.#add(new Instance({ target, name }));
  }

  /** What keepalived.conf says. Undefined: it cannot be read, so that nobody knows which there are. */
  compare(configured: readonly ConfiguredInstance[] | undefined): void {
    for (const { name, interface: device, addresses } of configured ?? []) {
      const instance = this.named(name);
      instance?.learn(addresses);
      if (instance !== undefined) instance.interface = device;
    }
    const names = configured === undefined ? undefined : new Set(configured.map(({ name }) => name));
    for (const [name, place] of this.#places) this.#keepOrDrop(place, names === undefined || names.has(name));
  }

  forget(target: string): boolean {
    const found = this.all.find((instance) => instance.target === target && !instance.isConfigured);
    return found !== undefined && this.#places.delete(found.name);
  }

  #keepOrDrop(place: Place, isListed: boolean): void {
    const { instance } = place;
    place.missing = isListed || instance.isTold || instance.isConfigured ? 0 : place.missing + 1;
    if (place.missing >= LOOKS) this.#places.delete(instance.name);
  }

  #add(instance: Instance): Instance {
    this.#places.set(instance.name, { instance, missing: 0 });
    return instance;
  }
}

function virtual(address: string): readonly VirtualAddress[] {
  const parsed = parseVirtualAddress([address]);
  return parsed === undefined ? [] : [parsed];
}

/** Macros of discovery. @param state in words */
export function labelsOf({ name, interface: device, addresses }: Instance, state: string): Labels {
  return {
    NAME: name,
    INTERFACE: device,
    ADDRESSES: addresses.map(({ address }) => address).join(","),
    STATE: state,
  };
}
