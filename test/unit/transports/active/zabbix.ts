import { afterEach } from "vitest";
import { realIo } from "../../../../src/io/real-io.ts";
import { ActiveClient, type ActiveOptions, type ActiveTimes } from "../../../../src/transports/active/client.ts";
import { encodePacket } from "../../../../src/zabbix/packet.ts";
import { waitFor } from "../../../real/wait.ts";
import { keptLog } from "../loopback.ts";
import { type Asked, ScriptedServer } from "../scripted-server.ts";
import { MemoryFile, MemoryOutbox, Sampled } from "./bench.ts";

export const SESSION = "ab".repeat(16);
export const ITEM = { itemid: 1, key: "cache.items", delay: "1s", lastlogsize: 0, mtime: 0, timeout: "3s" };
const TIMES: ActiveTimes = { refresh: 0.03, heartbeat: 0, buffer: 0, timeout: 5, backfill: 0 };

export interface Message {
  readonly request: string;
  readonly data?: readonly {
    readonly id: number;
    readonly itemid: number;
    readonly value: string;
    readonly state?: number;
  }[];
  readonly [field: string]: unknown;
}

export const messageOf = ({ body }: Asked): Message => JSON.parse(body.toString("utf8"));

/** A Zabbix server that knows one host; a test changes what it answers. */
export class Zabbix {
  readonly server: ScriptedServer;
  list: object = { response: "success", config_revision: 1, data: [ITEM] };
  data: object = { response: "success", info: "processed: 1; failed: 0; total: 1; seconds spent: 0.000100" };
  /** Answers some requests otherwise: what it does not answer goes the usual way. */
  instead: (asked: Asked, message: Message) => boolean = () => false;

  private constructor(server: ScriptedServer) {
    this.server = server;
    server.script = (asked) => {
      const message = messageOf(asked);
      if (this.instead(asked, message)) return;
      if (message.request === "active check heartbeat") asked.socket.end();
      else this.answer(asked, message.request === "active checks" ? this.list : this.data);
    };
  }

  static async start(host: string): Promise<Zabbix> {
    return new Zabbix(await ScriptedServer.start(host, () => undefined));
  }

  answer({ socket }: Asked, reply: object | string): void {
    const text = typeof reply === "string" ? reply : JSON.stringify(reply);
    socket.end(encodePacket(Buffer.from(text)));
  }

  get messages(): readonly Message[] {
    return this.server.requests.map(messageOf);
  }

  of(request: string): readonly Message[] {
    return this.messages.filter((message) => message.request === request);
  }

  /** Values of one item in the order in which they came. */
  values(itemid = 1): readonly string[] {
    const rows = this.of("agent data").flatMap(({ data }) => data ?? []);
    return rows.filter((row) => row.itemid === itemid).map(({ value }) => value);
  }
}

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

/** A server that is closed at the end of the test. @param host the test file's own address */
export async function zabbix(host: string): Promise<Zabbix> {
  const one = await Zabbix.start(host);
  opened.push(one.server);
  return one;
}

/** A client and all that it works with. */
export interface Life {
  readonly sampled: Sampled;
  readonly outbox: MemoryOutbox;
  readonly client: ActiveClient;
  readonly log: ReturnType<typeof keptLog>;
  readonly listFile: MemoryFile;
}

/** A client that is closed at the end of the test, and all that it works with. */
export function start(
  servers: readonly Zabbix[],
  more: Omit<Partial<ActiveOptions>, "times" | "outbox"> & {
    readonly times?: Partial<ActiveTimes>;
    readonly outbox?: MemoryOutbox;
    readonly sampled?: Sampled;
    readonly listFile?: MemoryFile;
  } = {},
): Life {
  const sampled = more.sampled ?? new Sampled();
  const outbox = more.outbox ?? new MemoryOutbox();
  const listFile = more.listFile ?? new MemoryFile();
  const log = keptLog();
  const [first, ...others] = servers.map(({ server }) => ({ kind: "tcp", ...server.at }) as const);
  if (first === undefined) throw new Error("no server");
  const client = new ActiveClient({
    name: "z",
    what: 'host "h" at z',
    nodes: [first, ...others],
    tls: undefined,
    host: { host: "h", metadata: "meta", interface: "web.example", ip: "192.0.2.7", port: 10055 },
    session: SESSION,
    registry: sampled.registry,
    ring: sampled.ring,
    stampOf: sampled.stampOf,
    step: sampled.step,
    slots: sampled.slots,
    zone: () => 0,
    io: realIo(),
    log,
    random: () => 0,
    ...more,
    outbox,
    listFile,
    times: { ...TIMES, ...more.times },
  });
  opened.push(client);
  return { sampled, outbox, client, log, listFile };
}

/** Waits for what a server or client should come to. */
export const until = (what: string, predicate: () => boolean) => waitFor(predicate, { what, seconds: 10 });

/** A world whose minutes are our seconds: pauses after failures begin with two of its seconds. */
export function quick() {
  const io = realIo();
  return {
    io: {
      ...io,
      now: () => ({ clock: io.now().clock, mono: io.now().mono * 60 }),
      after: (ms: number, callback: () => void) => io.after(ms / 60, callback),
    },
  };
}
