import { coming } from "../../items/coming.ts";
import {
  type Figure,
  figureOf,
  type Graph,
  type Group,
  type Macro,
  type Page,
  phrase,
  type TemplateParts,
  type Trigger,
  triggerOf,
} from "../../items/template.ts";
import { diskDiscovery, readRate, util, writtenRate } from "./disk-items.ts";
import { iowait, load, STALLED } from "./host-items.ts";
import { get } from "./master.ts";
import { placeDiscovery, processState, writtenPerSecond } from "./place-items.ts";
import { STATES } from "./states.ts";

const span: Macro = {
  macro: "PRESSURE.TIME",
  value: "30m",
  doc: "How long a machine may be that busy before that is a problem: backups and bursts are none.",
};
const fullLimit: Macro = {
  macro: "PRESSURE.IO.FULL.MAX",
  value: "40",
  doc: "Percentage of the time in which all tasks wait for disks.",
};
const someLimit: Macro = {
  macro: "PRESSURE.IO.SOME.MAX",
  value: "80",
  doc: "Percentage of the time in which some task waits for a disk.",
};
const memoryLimit: Macro = {
  macro: "PRESSURE.MEMORY.FULL.MAX",
  value: "20",
  doc: "Percentage of the time in which all tasks wait for memory.",
};
const iowaitLimit: Macro = {
  macro: "PRESSURE.IOWAIT.MAX",
  value: "50",
  doc: "Percentage of CPU time that is idle while a disk works.",
};
const utilLimit: Macro = {
  macro: "PRESSURE.DISK.UTIL.MAX",
  value: "95",
  doc: "Percentage of the time in which a disk has something to do; context: the disk.",
};

const ioFull = overFive(STALLED.ioFull, ".io.full");
const ioSome = overFive(STALLED.ioSome, ".io.some");
const memoryFull = overFive(STALLED.memoryFull, ".memory.full");
const memorySome = overFive(STALLED.memorySome, ".memory.some");
const cpuSome = overFive(STALLED.cpuSome, ".cpu.some");
const waiting = overFive(iowait, ".iowait");
const loadNow = figureOf({ item: load, params: ["5m"], path: ".load['5m']", name: "Load average of 5m" });

/** Kernels that keep no such figures never have them. */
function overFive(item: Figure["item"], path: string): Figure {
  return figureOf({ item, params: ["5m"], path: `${path}['5m']`, known: "sometimes" });
}

const stalls = lasting(ioFull, fullLimit, {
  name: "The machine stands still for its disks",
  priority: "WARNING",
  doc: "Nothing gets on because all wait for disks. iotop, or pressure.process.written of the loggers, shows who writes; then look at the disk itself (smartctl, the RAID's state).",
});
const waits = lasting(ioSome, someLimit, {
  name: "Tasks wait for disks nearly all the time",
  priority: "INFO",
  doc: "Something always waits for a disk. iotop shows what.",
  after: [stalls],
});
const idles = lasting(waiting, iowaitLimit, {
  name: "I/O wait is high",
  priority: "WARNING",
  doc: "CPUs are idle because disks are slow. iotop shows who reads and writes: syslog with synchronous files is an old cause.",
  after: [stalls, waits],
});
const thrashes = lasting(memoryFull, memoryLimit, {
  name: "The machine stands still for want of memory",
  priority: "AVERAGE",
  doc: "It swaps, or reads its programs again and again. Look for what has grown (ps, free), and give it less or the machine more.",
});

type Said = Pick<Trigger, "name" | "priority" | "doc"> & Partial<Pick<Trigger, "after">>;

/** High through all of a long time; over as soon as it is clearly lower. */
function lasting(figure: Figure, limit: Macro, said: Said): Trigger {
  return triggerOf({
    ...said,
    event: phrase`${said.name}: ${figure} (limit ${limit} %)`,
    scope: "performance",
    expression: phrase`min(${figure},${span})>${limit} and count(${figure},${span})>=10`,
    recovery: phrase`last(${figure})<=0.8*${limit} or ${coming(figure).gone}`,
  });
}

const pressureGraph: Graph = {
  name: "What tasks wait for",
  ofHost: true,
  lines: [ioFull, ioSome, memorySome, cpuSome, waiting],
};
const loadGraph: Graph = { name: "Load", ofHost: true, lines: [loadNow] };

const machine: Group = {
  discovery: undefined,
  target: [],
  filters: {},
  master: { item: get },
  component: "pressure",
  figures: [ioFull, ioSome, memoryFull, memorySome, cpuSome, waiting, loadNow],
  triggers: [stalls, waits, idles, thrashes],
  graphs: [pressureGraph, loadGraph],
};

const busy = ofDisk(util, "util");
const written = ofDisk(writtenRate, "written_rate");
const read = ofDisk(readRate, "read_rate");

function ofDisk(item: Figure["item"], field: string): Figure {
  return figureOf({ item, params: ["5m"], path: `.${field}['5m']` });
}

const saturated = lasting(busy, utilLimit, {
  name: "Disk is busy all the time",
  priority: "INFO",
  doc: "A disk that does one thing at a time can do no more; SSDs and RAIDs may. Compare it with how long tasks wait for disks.",
});

const diskGraph: Graph = { name: "Disk", lines: [busy, written, read], right: [written, read] };

const disks: Group = {
  discovery: diskDiscovery,
  target: ["DISK"],
  filters: { DISK: "PRESSURE.DISK" },
  master: { item: get, once: true, at: ".disks" },
  component: "disk",
  figures: [busy, written, read],
  triggers: [saturated],
  graphs: [diskGraph],
};

const writer = figureOf({ item: processState, path: ".state", name: "State of the logger", states: STATES });
const logged = figureOf({
  item: writtenPerSecond,
  params: ["5m"],
  path: ".written_rate['5m']",
  name: "Bytes written by the logger per second",
  known: "sometimes",
});
const loggedGraph: Graph = { name: "Written by the logger", lines: [logged] };

const places: Group = {
  discovery: placeDiscovery,
  target: ["PLACE"],
  filters: { PLACE: "PRESSURE.PLACE" },
  master: { item: get, once: true, at: ".places" },
  component: "place",
  figures: [writer, logged],
  triggers: [],
  graphs: [loggedGraph],
};

const page: Page = {
  name: "Machine",
  rows: [
    { height: 4, widgets: [{ kind: "problems", of: "neighbours" }] },
    {
      height: 4,
      widgets: [
        { kind: "lines", graph: pressureGraph },
        { kind: "lines", graph: loadGraph },
      ],
      widths: [16, 8],
    },
    {
      height: 4,
      widgets: [
        { kind: "lines", graph: diskGraph, figures: [busy], title: "Disks are busy" },
        { kind: "lines", graph: diskGraph, figures: [read, written], title: "Disks read and write" },
      ],
    },
  ],
};

/** What the pressure on the machine brings to "Tidemark neighbours". */
export const TEMPLATE: TemplateParts = {
  template: "neighbours",
  macros: [span, fullLimit, someLimit, memoryLimit, iowaitLimit, utilLimit],
  groups: [machine, disks, places],
  pages: [page],
};
