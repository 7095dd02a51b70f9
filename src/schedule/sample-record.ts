import { malformed, ok, type Parsed } from "../ring/answer.ts";
import type { GoodSample, Numbers, Sample } from "../ring/sample.ts";
import type { Schema } from "../ring/schema.ts";

/*
 * How samples stand in the journal. Only ringed fields are written; a series' definition names them, so a field that is
 * gone is skipped at replay and a new one is unknown.
 *
 *   record     := definition / good / failed
 *   definition := 0x01 json                       ; Definition below; holds for its id until it is defined again
 *   good       := 0x02 id:u32le state:u8 clock:f64le mono:f64le number:f64le[n] large*
 *   large      := index:u16le value:u64le         ; exact values above 2^53, by place in `number`
 *   failed     := 0x03 json                       ; Failed below
 */
const DEFINITION = 1;
const GOOD = 2;
const FAILED = 3;
const GOOD_HEADER = 22;
const LARGE_BYTES = 10;

interface Definition {
  readonly id: number;
  readonly source: string;
  readonly target: string;
  readonly epoch: string;
  readonly note?: string;
  readonly texts: readonly (readonly [string, string])[];
  readonly fields: readonly string[];
  readonly parts: readonly string[];
  readonly partFields: readonly string[];
}

interface Failed {
  readonly source: string;
  readonly target: string;
  readonly state: number;
  readonly clock: number;
  readonly mono: number;
  readonly reason: string;
}

/** Encodes samples; remembers the newest definition of every series, for the head of a new segment. */
export class SampleEncoder {
  readonly #schemas: ReadonlyMap<string, Schema>;
  readonly #series = new Map<string, { readonly definition: Definition; readonly record: Buffer }>();
  #nextId = 0;

  constructor(schemas: ReadonlyMap<string, Schema>) {
    this.#schemas = schemas;
  }

  /** Definitions that a new segment begins with. */
  preamble(): readonly Buffer[] {
    return [...this.#series.values()].map(({ record }) => record);
  }

  /** The records of one sample: its definition first when it is new or has changed. */
  encode(source: string, sample: Sample): readonly Buffer[] {
    const schema = this.#schemas.get(source);
    if (schema === undefined) return [];
    if (sample.kind === "failed") return [encodeFailed(source, sample)];
    const known = this.#series.get(`${source}\0${sample.target}`);
    if (known !== undefined && describes(known.definition, sample, schema))
      return [encodeGood(known.definition, sample)];
    const definition = define(this.#nextId++, source, sample, schema);
    const record = jsonRecord(DEFINITION, definition);
    this.#series.set(`${source}\0${sample.target}`, { definition, record });
    return [record, encodeGood(definition, sample)];
  }

  /** Forgets series whose targets are gone, so that new segments do not carry them on. */
  keepOnly(isThere: (source: string, target: string) => boolean): void {
    for (const [key, { definition }] of this.#series) {
      if (!isThere(definition.source, definition.target)) this.#series.delete(key);
    }
  }
}

function define(id: number, source: string, sample: GoodSample, schema: Schema): Definition {
  return {
    id,
    source,
    target: sample.target,
    epoch: sample.epoch,
    ...(sample.note === undefined ? {} : { note: sample.note }),
    texts: ringedTexts(sample, schema),
    fields: [...schema.general.keys()],
    parts: [...sample.parts.keys()],
    partFields: [...schema.part.keys()],
  };
}

function ringedTexts(sample: GoodSample, schema: Schema): readonly (readonly [string, string])[] {
  return schema.texts.flatMap((name) => {
    const text = sample.texts.get(name);
    return text === undefined ? [] : [[name, text] as const];
  });
}

function describes(definition: Definition, sample: GoodSample, schema: Schema): boolean {
  if (definition.epoch !== sample.epoch || definition.note !== sample.note) return false;
  if (definition.parts.length !== sample.parts.size) return false;
  if (!definition.parts.every((part) => sample.parts.has(part))) return false;
  const texts = ringedTexts(sample, schema);
  return texts.length === definition.texts.length && texts.every(([, text], at) => definition.texts[at]?.[1] === text);
}

function encodeGood(definition: Definition, sample: GoodSample): Buffer {
  const { fields, parts, partFields } = definition;
  const record = Buffer.allocUnsafe(GOOD_HEADER + (fields.length + parts.length * partFields.length) * 8);
  record.writeUInt8(GOOD, 0);
  record.writeUInt32LE(definition.id, 1);
  record.writeUInt8(sample.state, 5);
  record.writeDoubleLE(sample.stamp.clock, 6);
  record.writeDoubleLE(sample.stamp.mono, 14);
  const large: Buffer[] = [];
  writeNumbers({ record, large }, 0, fields, sample.numbers);
  for (const [at, part] of parts.entries()) {
    writeNumbers({ record, large }, fields.length + at * partFields.length, partFields, sample.parts.get(part));
  }
  return large.length === 0 ? record : Buffer.concat([record, ...large]);
}

interface Written {
  readonly record: Buffer;
  readonly large: Buffer[];
}

/** Runs a thousand times a tick: hence no arrays in between. */
function writeNumbers(
  { record, large }: Written,
  first: number,
  names: readonly string[],
  numbers: Numbers | undefined,
): void {
  let index = first;
  for (const name of names) {
    const number = numbers?.get(name);
    record.writeDoubleLE(number === undefined ? Number.NaN : Number(number), GOOD_HEADER + index * 8);
    if (typeof number === "bigint") large.push(encodeLarge(index, number));
    index++;
  }
}

function encodeLarge(index: number, number: bigint): Buffer {
  const large = Buffer.allocUnsafe(LARGE_BYTES);
  large.writeUInt16LE(index, 0);
  large.writeBigUInt64LE(number, 2);
  return large;
}

function encodeFailed(source: string, sample: Extract<Sample, { kind: "failed" }>): Buffer {
  const { target, state, reason, stamp } = sample;
  const failed: Failed = { source, target, state, clock: stamp.clock, mono: stamp.mono, reason };
  return jsonRecord(FAILED, failed);
}

function jsonRecord(type: number, content: Definition | Failed): Buffer {
  return Buffer.concat([Buffer.of(type), Buffer.from(JSON.stringify(content))]);
}

/** One replayed sample and whose it is. */
export interface Replayed {
  readonly source: string;
  readonly sample: Sample;
}

/** Decodes records in the order they were written. */
export class SampleDecoder {
  readonly #definitions = new Map<number, Definition>();

  /** @returns undefined for a definition; malformed when the record does not fit its definition or has none */
  decode(body: Buffer): Parsed<Replayed | undefined> {
    switch (body[0]) {
      case DEFINITION:
        return this.#define(jsonOf(body));
      case GOOD:
        return this.#good(body);
      case FAILED:
        return failedOf(jsonOf(body));
      default:
        return malformed(`unknown record type ${body[0]}`);
    }
  }

  #define(definition: unknown): Parsed<undefined> {
    if (!isDefinition(definition)) return malformed("a definition that is none");
    this.#definitions.set(definition.id, definition);
    return ok(undefined);
  }

  #good(body: Buffer): Parsed<Replayed> {
    const definition = body.length < GOOD_HEADER ? undefined : this.#definitions.get(body.readUInt32LE(1));
    if (definition === undefined) return malformed("sample without a definition");
    const count = definition.fields.length + definition.parts.length * definition.partFields.length;
    if (body.length < GOOD_HEADER + count * 8) return malformed(`sample of "${definition.target}" is too short`);
    const numbers = readNumbers(body, count);
    const first = definition.fields.length;
    const width = definition.partFields.length;
    const parts = definition.parts.map(
      (part, at) => [part, named(definition.partFields, numbers.slice(first + at * width))] as const,
    );
    const sample: GoodSample = {
      kind: "good",
      target: definition.target,
      stamp: { clock: body.readDoubleLE(6), mono: body.readDoubleLE(14) },
      state: body.readUInt8(5),
      ...(definition.note === undefined ? {} : { note: definition.note }),
      epoch: definition.epoch,
      numbers: named(definition.fields, numbers),
      texts: new Map(definition.texts),
      parts: new Map(parts),
    };
    return ok({ source: definition.source, sample });
  }
}

function readNumbers(body: Buffer, count: number): readonly (number | bigint)[] {
  const numbers: (number | bigint)[] = [];
  for (let at = 0; at < count; at++) numbers.push(body.readDoubleLE(GOOD_HEADER + at * 8));
  for (let place = GOOD_HEADER + count * 8; place + LARGE_BYTES <= body.length; place += LARGE_BYTES) {
    const index = body.readUInt16LE(place);
    if (index < count) numbers[index] = body.readBigUInt64LE(place + 2);
  }
  return numbers;
}

function named(names: readonly string[], numbers: readonly (number | bigint)[]): Numbers {
  const known = new Map<string, number | bigint>();
  for (const [at, name] of names.entries()) {
    const number = numbers[at];
    if (number !== undefined && !Object.is(number, Number.NaN)) known.set(name, number);
  }
  return known;
}

function failedOf(failed: unknown): Parsed<Replayed> {
  if (!isFailed(failed)) return malformed("a failed sample that is none");
  const { source, target, state, clock, mono, reason } = failed;
  return ok({ source, sample: { kind: "failed", target, stamp: { clock, mono }, state, reason } });
}

/** A record's CRC says that it is as it was written, not that one of ours wrote it. */
function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8", 1));
  } catch {
    return undefined;
  }
}

type Unchecked<T> = { readonly [K in keyof T]?: unknown };

function isDefinition(json: unknown): json is Definition {
  if (typeof json !== "object" || json === null) return false;
  const { id, source, target, epoch, note, texts, fields, parts, partFields }: Unchecked<Definition> = json;
  return (
    typeof id === "number" &&
    areTexts([source, target, epoch, note ?? ""]) &&
    [fields, parts, partFields].every(areTexts) &&
    Array.isArray(texts) &&
    texts.every((pair) => areTexts(pair) && pair.length === 2)
  );
}

function isFailed(json: unknown): json is Failed {
  if (typeof json !== "object" || json === null) return false;
  const { source, target, state, clock, mono, reason }: Unchecked<Failed> = json;
  return areTexts([source, target, reason]) && [state, clock, mono].every((number) => typeof number === "number");
}

function areTexts(json: unknown): json is readonly string[] {
  return Array.isArray(json) && json.every((text) => typeof text === "string");
}
