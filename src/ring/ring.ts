import { listed } from "../words/sentence.ts";
import { type Answer, unknown, value } from "./answer.ts";
import { Block } from "./block.ts";
import type { Moment, View } from "./moment.ts";
import type { Field, Roster, Sample } from "./sample.ts";
import { type Schema, schemaOf } from "./schema.ts";
import { viewOf } from "./view.ts";

/** The fields of one source, by which its samples are laid out. */
export interface RingSource {
  readonly name: string;
  readonly fields: readonly Field[];
}

interface Kept {
  readonly schema: Schema;
  readonly blocks: Map<string, Block>;
  roster: Roster;
}

/** `slots`: how many are kept; `step`: seconds of one; `mostBytes`: what all columns together may take. */
export interface RingSize {
  readonly slots: number;
  readonly step: number;
  readonly mostBytes?: number;
}

/** Which slot of a block a Moment shows, and which attempt. */
type SlotsOf = (block: Block) => { readonly slot: number; readonly attempted: number };

const NO_ROSTER: Roster = unknown("no tick has finished yet");

/**
 * The newest slots of every target. One writer (`put`); readers take a Moment.
 * A slot is a counter of ticks; see schedule/slots.ts.
 */
export class Ring {
  readonly #sources: ReadonlyMap<string, Kept>;
  readonly #slots: number;
  readonly #step: number;
  readonly #listeners = new Set<(slot: number) => void>();
  readonly #mostBytes: number;
  /** Targets that found no room. */
  readonly #crowdedOut = new Set<string>();
  #bytes = 0;
  #generation = 0;
  #closed = -1;
  #present: { readonly generation: number; readonly moment: Moment };

  constructor(sources: readonly RingSource[], size: RingSize) {
    this.#slots = size.slots;
    this.#step = size.step;
    this.#mostBytes = size.mostBytes ?? Number.POSITIVE_INFINITY;
    this.#sources = new Map(
      sources.map(({ name, fields }) => [name, { schema: schemaOf(fields), blocks: new Map(), roster: NO_ROSTER }]),
    );
    this.#present = { generation: -1, moment: this.at(-1) };
  }

  /** Changes whenever any answer may have changed. */
  get generation(): number {
    return this.#generation;
  }

  get closed(): number {
    return this.#closed;
  }

  /** Bytes of all columns. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Targets that have no history because `mostBytes` is used up: "source target". */
  get crowdedOut(): ReadonlySet<string> {
    return this.#crowdedOut;
  }

  /** `replayed`: the sample comes from the journal and has the ringed fields only. */
  put(slot: number, source: string, sample: Sample, replayed = false): void {
    const kept = this.#kept(source);
    if (kept === undefined) return;
    const block = kept.blocks.get(sample.target) ?? this.#newBlock(source, sample.target, kept);
    if (block === undefined) return;
    const before = block.bytes;
    block.put(slot, sample, replayed);
    this.#bytes += block.bytes - before;
    this.#generation++;
  }

  /** undefined: there is no room for one more target. Those that are there go on, parts and all. */
  #newBlock(source: string, target: string, kept: Kept): Block | undefined {
    const block = new Block(kept.schema, this.#slots, this.#step);
    const name = `${source} ${target}`;
    if (this.#bytes + block.bytes > this.#mostBytes) {
      this.#crowdedOut.add(name);
      return undefined;
    }
    this.#crowdedOut.delete(name);
    this.#bytes += block.bytes;
    kept.blocks.set(target, block);
    return block;
  }

  /** The source's newest complete list of targets, or why it is not complete. */
  roster(source: string, roster: Roster): void {
    const kept = this.#kept(source);
    if (kept === undefined) return;
    kept.roster = roster;
    this.#generation++;
    if (roster.kind !== "value") return;
    for (const crowded of this.#crowdedOut) {
      const [of, target] = crowded.split(" ", 2);
      if (of === source && !roster.value.has(target ?? "")) this.#crowdedOut.delete(crowded);
    }
  }

  /** Every target has had its sample of this slot: wakes the subscribers. */
  close(slot: number): void {
    this.#closed = slot;
    for (const kept of this.#sources.values()) this.#dropGone(kept, slot);
    for (const listener of this.#listeners) listener(slot);
  }

  onClose(listener: (slot: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Each target at its newest good slot. Between two samples it is the same for all who ask. */
  now(): Moment {
    if (this.#present.generation !== this.#generation) {
      const moment = this.#moment((block) => ({ slot: block.newestGood, attempted: block.newestSlot }));
      this.#present = { generation: this.#generation, moment: remembering(moment) };
    }
    return this.#present.moment;
  }

  /** Every target at exactly this slot; a hole is a hole. */
  at(slot: number): Moment {
    return this.#moment(() => ({ slot, attempted: slot }));
  }

  /** What `now()` was when this slot was closed; rosters are those of the present. */
  asOf(slot: number): Moment {
    return this.#moment((block) => ({ slot: block.goodAtOrBefore(slot), attempted: block.attemptAtOrBefore(slot) }));
  }

  #moment(slotsOf: SlotsOf): Moment {
    return {
      step: this.#step,
      slots: this.#slots,
      targets: (source) => this.#kept(source)?.roster ?? unknown(`no source "${source}"`),
      view: (source, target) => this.#view(source, target, slotsOf),
    };
  }

  #view(source: string, target: string, slotsOf: SlotsOf): Answer<View> {
    const kept = this.#kept(source);
    const block = kept?.blocks.get(target);
    const gone = kept?.roster.kind === "value" && !kept.roster.value.has(target);
    if (block === undefined && this.#crowdedOut.has(`${source} ${target}`)) {
      return unknown(`no room for ${source} target "${target}": RingMemory is used up`);
    }
    if (kept === undefined || block === undefined || gone) return unknown(notThere(source, target, kept?.roster));
    return value(viewOf(block, { source, target, step: this.#step, slots: this.#slots, ...slotsOf(block) }));
  }

  /** A block goes once a known roster lacks its target and its newest slot has left the ring. */
  #dropGone({ blocks, roster }: Kept, slot: number): void {
    if (roster.kind !== "value") return;
    for (const [target, block] of blocks) {
      if (!roster.value.has(target) && block.newestSlot <= slot - this.#slots) {
        blocks.delete(target);
        this.#bytes -= block.bytes;
      }
    }
  }

  #kept(source: string): Kept | undefined {
    return this.#sources.get(source);
  }
}

/** The same moment, with each view made once. */
function remembering(moment: Moment): Moment {
  const views = new Map<string, Answer<View>>();
  return {
    ...moment,
    view: (source, target) => {
      const name = `${source} ${target}`;
      const known = views.get(name);
      if (known !== undefined) return known;
      const made = moment.view(source, target);
      if (made.kind === "value") views.set(name, made);
      return made;
    },
  };
}

function notThere(source: string, target: string, roster: Roster | undefined): string {
  if (roster?.kind !== "value") return `no ${source} target "${target}" is known yet`;
  if (roster.value.has(target)) return `no sample of ${source} target "${target}" was taken yet`;
  const names = [...roster.value.keys()];
  if (names.length === 0) return `no ${source} target "${target}"; none was found or configured`;
  return `no ${source} target "${target}"; there are ${listed(names)}`;
}
