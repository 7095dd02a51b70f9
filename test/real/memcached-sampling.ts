import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { afterAll } from "vitest";
import { applyConfig } from "../../src/config/apply.ts";
import { diskFiles } from "../../src/config/files.ts";
import type { Section } from "../../src/config/spec.ts";
import type { Io } from "../../src/io/io.ts";
import { realIo } from "../../src/io/real-io.ts";
import type { Labels, Roster, Sample } from "../../src/ring/sample.ts";
import { open } from "../../src/sources/memcached/collector.ts";
import { type General, type Named, section } from "../../src/sources/memcached/section.ts";
import { STATES } from "../../src/sources/memcached/states.ts";
import type { Collector, Finding, Remembered, Surroundings } from "../../src/sources/source.ts";

/** What one tick published. */
export interface Ticked {
  readonly samples: ReadonlyMap<string, Sample>;
  readonly roster: Roster | undefined;
  readonly remembered: ReadonlyMap<string, Labels>;
  readonly findings: readonly Finding[];
  /** How long it took. */
  readonly ms: number;
}

export interface SamplerOptions {
  readonly io?: Io;
  readonly remembered?: ReadonlyMap<string, Remembered>;
}

const samplers: Sampler[] = [];
const mimics: Mimic[] = [];

afterAll(async () => {
  await Promise.all(samplers.map((sampler) => sampler.close()));
  for (const mimic of mimics) mimic.close();
});

/** The real collector in this process, ticked by hand. */
export class Sampler {
  readonly #collector: Collector;
  readonly #io: Io;
  #slot = 0;

  /** @param lines directives without their prefix: `"a.Uri=127.0.0.1:1"` */
  constructor(lines: readonly string[], { io = realIo(), remembered = new Map() }: SamplerOptions = {}) {
    this.#io = io;
    const surroundings = { io, remembered } as unknown as Surroundings; // it needs no more
    this.#collector = open(memcachedSection(lines), surroundings);
    samplers.push(this);
  }

  async tick(seconds = 0.5): Promise<Ticked> {
    const samples = new Map<string, Sample>();
    const remembered = new Map<string, Labels>();
    const findings: Finding[] = [];
    let roster: Roster | undefined;
    const stamp = this.#io.now();
    const tick = { slot: this.#slot++, stamp, seconds, deadline: AbortSignal.timeout(seconds * 1000) };
    await this.#collector.collect(tick, {
      sample: (sample) => {
        if (samples.has(sample.target)) throw new Error(`"${sample.target}" was sampled twice`);
        samples.set(sample.target, sample);
      },
      roster: (now) => {
        roster = now;
      },
      remember: (target, labels) => remembered.set(target, labels),
      finding: (finding) => findings.push(finding),
    });
    return { samples, roster, remembered, findings, ms: (this.#io.now().mono - stamp.mono) * 1000 };
  }

  /** The sample of the only instance. */
  async sample(seconds?: number): Promise<Sample> {
    const [sample] = (await this.tick(seconds)).samples.values();
    if (sample === undefined) throw new Error("nothing was sampled");
    return sample;
  }

  /** State and reason of the only instance: "up", "down: connection refused by ...". */
  async state(seconds?: number): Promise<string> {
    return told(await this.sample(seconds));
  }

  forget(name: string): boolean {
    return this.#collector.forget(name);
  }

  close(): Promise<void> {
    return this.#collector.close();
  }
}

export function told(sample: Sample | undefined): string {
  if (sample === undefined) return "no sample";
  const words = sample.kind === "good" ? sample.note : sample.reason;
  const what = sample.kind === "good" ? "" : " (failed)";
  return `${STATES.word(sample.state)}${what}${words === undefined ? "" : `: ${words}`}`;
}

function memcachedSection(lines: readonly string[]): Section<General, Named> {
  const entries = lines.map((line, at) => {
    const [name = "", value = ""] = line.split(/=(.*)/s);
    return { name: `Memcached.${name}`, value, file: "test", line: at + 1 };
  });
  const applied = applyConfig(entries, { core: {}, sections: [section] }, diskFiles);
  if (applied.kind === "refused") throw new Error(JSON.stringify(applied.problems));
  const found = applied.config.sections.get("Memcached");
  if (found === undefined) throw new Error("every section is there");
  return found as Section<General, Named>; // made from this very section
}

/** A server that behaves as `serve` says, in this process. */
export class Mimic {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Connections that were ever made. */
  accepted = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async listen(
    at: { readonly host: string; readonly port: number },
    serve: (socket: Socket) => void,
  ): Promise<Mimic> {
    const server = createServer();
    const mimic = new Mimic(server);
    mimics.push(mimic);
    server.on("connection", (socket) => {
      mimic.accepted++;
      mimic.#sockets.add(socket);
      socket.on("close", () => mimic.#sockets.delete(socket));
      socket.on("error", () => undefined);
      serve(socket);
    });
    server.listen(at.port, at.host);
    await once(server, "listening");
    return mimic;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
