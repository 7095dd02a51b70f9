import { NEARLY_ALL } from "../../derive/coverage.ts";
import { counts, type Pair, ratio } from "../../derive/ratio.ts";
import { standardWindows, window, word } from "../../items/params.ts";
import { type Answer, flatMap, unknown, value } from "../../ring/answer.ts";
import type { View, Window } from "../../ring/moment.ts";
import { instanceItem } from "./declare.ts";

/** Commands that memcached counts hits and misses of. */
export const COMMANDS = ["get", "delete", "incr", "decr", "cas", "touch"] as const;

export type Command = (typeof COMMANDS)[number];

/** The command parameter that several items share. */
export const command = word("command whose hits and misses are meant", COMMANDS, "get");

export const hitRatio = instanceItem({
  key: "memcached.hit_ratio",
  params: { window: window("5m"), command },
  type: "float",
  units: "%",
  name: "Hit ratio",
  doc:
    "Share of requests in the window that found their key. None when there were no requests, and until half of the " +
    "window is known.",
  standard: calls,
  value: (view, args) => flatMap(counted(view, args.command), (pair) => ratio(view.steps(args.window), pair)),
});

export const requests = instanceItem({
  key: "memcached.requests",
  params: { window: window("5m"), command },
  type: "unsigned",
  units: "",
  name: "Requests in the window",
  doc: "Hits and misses of a command in the window. None until nine tenths of the window are known.",
  standard: calls,
  value: (view, args) => requestsIn(view, args.window, args.command),
});

/** Hits and misses of a command in the window. */
export function requestsIn(view: View, window: Window, asked: Command): Answer<number> {
  return flatMap(counted(view, asked), (pair) =>
    flatMap(counts(view.steps(window), pair, NEARLY_ALL), ({ hits, misses }) => value(hits + misses)),
  );
}

/** The two counters of a command. */
export function pairOf(asked: Command): Pair {
  return { hits: `${asked}_hits`, misses: `${asked}_misses`, things: `${asked} requests` };
}

/** Unknown when this memcached does not count the command: versions before 1.2.7 know get only. */
function counted(view: View, asked: Command): Answer<Pair> {
  const pair = pairOf(asked);
  const sample = view.newest;
  if (sample === undefined || sample.numbers.get(pair.hits) !== undefined) return value(pair);
  return unknown(`memcached ${sample.texts.get("version") ?? "of this version"} does not count ${pair.things}`);
}

function calls(view: View): readonly (readonly string[])[] {
  const lengths = standardWindows(view);
  const others = lengths.includes("5m") ? COMMANDS.filter((other) => other !== "get") : [];
  return [...lengths.map((length) => [length]), ...others.map((other) => ["5m", other])];
}
