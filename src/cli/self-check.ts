import type { AddressInfo } from "node:net";
import { Connection } from "../io/connection.ts";
import { endingReason } from "../io/ending-reason.ts";
import type { HostPort } from "../io/endpoint.ts";
import type { Io } from "../io/io.ts";
import { askControl } from "../transports/control-client.ts";
import { encodePacket } from "../zabbix/packet.ts";
import type { Settings } from "./settings.ts";

/** What a daemon has to show of itself. */
export interface Vitals {
  readonly settings: Rules;
  readonly io: Io;
  /** Monotonic second at which its newest tick was over. */
  readonly finished: number | undefined;
  /** Where it listens for passive checks. */
  readonly addresses: readonly AddressInfo[];
  /** Path of its control socket; undefined: it has none. */
  readonly control: string | undefined;
}

/** Of the settings: how often it ticks, and who is let in. */
interface Rules extends Pick<Settings, "step" | "peers"> {
  readonly core: Pick<Settings["core"], "Timeout">;
  readonly tls: { readonly accept: Pick<Settings["tls"]["accept"], "unencrypted"> };
}

const TICKS = 2;
const KEY = "agent.ping";

/** What is wrong with a daemon, a fragment: ticks that do not finish, or a check of its own that nobody answers. */
export async function selfCheck(vitals: Vitals): Promise<string | undefined> {
  return lateTick(vitals) ?? (await unanswered(vitals));
}

function lateTick({ settings, io, finished }: Vitals): string | undefined {
  const most = TICKS * settings.step + settings.core.Timeout;
  const since = io.now().mono - (finished ?? Number.NEGATIVE_INFINITY);
  return since <= most ? undefined : `no tick has finished for more than ${most} s`;
}

/** A passive check where we let ourselves in; else through the control socket, which is asked the same. */
async function unanswered({ settings, io, addresses, control }: Vitals): Promise<string | undefined> {
  const ms = settings.core.Timeout * 1000;
  const door = addresses.map(reachable).find((endpoint) => admitsItself(settings, endpoint));
  if (door !== undefined) return unansweredAt(door, ms, io);
  if (control === undefined) return undefined;
  const reply = await askControl(control, { request: "passive checks", data: [{ key: KEY }] }, ms);
  return reply.kind === "ok" ? undefined : reply.reason;
}

/** That we close it early, because somebody floods us from this address, shows that we are well, too. */
async function unansweredAt(endpoint: HostPort, ms: number, io: Io): Promise<string | undefined> {
  const connection = new Connection(io, endpoint);
  const ending = await connection.exchange(encodePacket(Buffer.from(KEY)), { feed: () => true }, ms);
  connection.close();
  const isWell = ending.kind === "read" || (ending.kind === "closed" && ending.phase === "open");
  return isWell ? undefined : endingReason(ending, { endpoint, received: 0, ms });
}

function admitsItself({ peers, tls }: Rules, { host }: HostPort): boolean {
  const from = host.startsWith("127.") ? "127.0.0.1" : host; // whence the kernel lets it come
  return tls.accept.unencrypted && peers.admits(from) === true;
}

function reachable({ address, port }: AddressInfo): HostPort {
  const any = { "0.0.0.0": "127.0.0.1", "::": "::1" }[address];
  return { kind: "tcp", host: any ?? address, port };
}
