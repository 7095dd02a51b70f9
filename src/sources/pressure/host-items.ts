import { rate } from "../../derive/rate.ts";
import { ratio } from "../../derive/ratio.ts";
import { eachWindow } from "../../items/family.ts";
import { window, word } from "../../items/params.ts";
import { type Answer, flatMap, unknown, value } from "../../ring/answer.ts";
import type { Steps, View } from "../../ring/moment.ts";
import { hostItem } from "./declare.ts";
import type { Resource } from "./stalls.ts";

const PERIODS = ["1m", "5m", "15m"] as const;
const LOAD_FIELDS = { "1m": "load1", "5m": "load5", "15m": "load15" } as const;
/** A total of microseconds that rises so much in a second is a percent. */
const US_PER_PERCENT = 1e4;
/** Two clocks measure: the kernel's totals and ours. */
const MOST_PERCENT = 100;

export const load = hostItem(
  {
    key: "pressure.load",
    params: { period: word("1m, 5m or 15m: the time over which the kernel averages", PERIODS, "1m") },
    type: "float",
    name: "Load average",
    doc: "Tasks that run or wait for a CPU or a disk, as in /proc/loadavg. In a container it is that of the whole machine.",
    standard: () => PERIODS.map((period) => [period]),
  },
  (host, { period }) => {
    const found = host.number(LOAD_FIELDS[period]);
    return Number.isNaN(found) ? unknown('cannot read "/proc/loadavg"') : value(found);
  },
);

export const iowait = hostItem(
  {
    key: "pressure.iowait",
    params: { window: window("5m") },
    type: "float",
    units: "%",
    name: "I/O wait",
    doc:
      "Share of the window's CPU time that was idle while a read or write was under way. A machine that is busy otherwise " +
      "shows little of it although its disks are slow: see pressure.io.some. None until half of the window is known.",
    standard: eachWindow,
  },
  (host, args) => iowaitShare(host.steps(args.window)),
);

export function iowaitShare(steps: Steps): Answer<number> {
  return ratio(steps, { hits: "iowait", misses: "cpu_other", things: "CPU ticks" });
}

/** What tasks wait for, by name. */
export const STALLED = {
  cpuSome: stallItem("cpu", "some", "Tasks waiting for a CPU", "at least one task waited for a CPU"),
  ioSome: stallItem("io", "some", "Tasks waiting for disks", "at least one task waited for a disk"),
  ioFull: stallItem(
    "io",
    "full",
    "All tasks waiting for disks",
    "all tasks that had something to do waited for a disk",
  ),
  memorySome: stallItem(
    "memory",
    "some",
    "Tasks waiting for memory",
    "at least one task waited for memory to be reclaimed or swapped in",
  ),
  memoryFull: stallItem(
    "memory",
    "full",
    "All tasks waiting for memory",
    "all tasks that had something to do waited for memory",
  ),
};

function stallItem(resource: Resource, kept: "some" | "full", name: string, what: string) {
  return hostItem(
    {
      key: `pressure.${resource}.${kept}`,
      params: { window: window("5m") },
      type: "float",
      units: "%",
      name,
      doc:
        `Share of the window in which ${what}, exactly, from the totals of /proc/pressure/${resource}. None until half of ` +
        "the window is known; not supported where the kernel keeps no such figures.",
      standard: eachWindow,
    },
    (host, args) =>
      flatMap(kernelKeeps(host, resource, kept), () => stallShare(host.steps(args.window), resource, kept)),
  );
}

/** Unknown with the reason when the newest sample holds no such total. */
function kernelKeeps(host: View, resource: Resource, kept: "some" | "full"): Answer<true> {
  const sample = host.newest;
  if (sample === undefined || sample.numbers.get(`${resource}_${kept}`) !== undefined) return value(true);
  return unknown(sample.texts.get(`${resource}_unknown`) || `"/proc/pressure/${resource}" has no total of "${kept}"`);
}

/** Percent of the window. */
export function stallShare(steps: Steps, resource: Resource, kept: "some" | "full"): Answer<number> {
  return flatMap(rate(steps, `${resource}_${kept}`), (us) => value(Math.min(us / US_PER_PERCENT, MOST_PERCENT)));
}
