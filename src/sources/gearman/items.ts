import { discoveryItem, ERROR_ITEM, MASTER_ITEM, ONCE, STATE_ITEM } from "../../items/family.ts";
import { type Discovery, type Item, type Params, type Row, type TargetItem, targetItem } from "../../items/item.ts";
import { optional, text } from "../../items/params.ts";
import { rowsText } from "../../items/rows-text.ts";
import { shortName } from "../../items/short-name.ts";
import { type Answer, flatMap, none, unknown, value } from "../../ring/answer.ts";
import type { View } from "../../ring/moment.ts";
import { MOST_FUNCTIONS } from "./functions.ts";
import { functionNames, loadOf, stuckCount } from "./load.ts";
import { master } from "./master.ts";
import { STATES } from "./states.ts";
import type { Load } from "./status-reader.ts";

export const SOURCE = "gearman";

/** So many functions have standard calls; discovery and the master have all. */
const STANDARD_FUNCTIONS = 20;

type Given = "scope" | "source" | "delay" | "freshness";

function serverItem<P extends Params>(
  declared: Omit<TargetItem<P>, Given> & Partial<Pick<TargetItem<P>, "delay" | "freshness">>,
): TargetItem<P> {
  return targetItem<P>({ source: SOURCE, delay: "1m", freshness: "sample", ...declared });
}

/** A native name becomes the short one; a short name stays as it is. */
const params = { function: optional(text("function, by its short name; all together when it is left out")) };

function sumAndEach(view: View): readonly (readonly string[])[] {
  const names = functionNames(view).slice(0, STANDARD_FUNCTIONS);
  return [[], ...names.map((name) => [name])];
}

function asked(name: string | undefined): string | undefined {
  return name === undefined ? undefined : shortName(name);
}

function jobsItem(key: string, name: string, doc: string, of: (load: Load) => number) {
  return serverItem({
    key,
    params,
    type: "unsigned",
    units: "",
    name,
    doc,
    standard: sumAndEach,
    value: (view, args) => flatMap(loadOf(view, asked(args.function)), (load) => value(of(load))),
  });
}

export const state = serverItem({
  key: "gearman.state",
  ...STATE_ITEM,
  doc: `What the newest attempt found: ${STATES.listed}.`,
});

export const error = serverItem({ key: "gearman.error", ...ERROR_ITEM });

export const waiting = jobsItem(
  "gearman.jobs.waiting",
  "Waiting jobs",
  "Jobs that no worker has taken yet, of one function or of all.",
  (load) => load.waiting,
);

export const running = jobsItem(
  "gearman.jobs.running",
  "Running jobs",
  "Jobs that workers are doing, of one function or of all.",
  (load) => load.running,
);

const total = jobsItem(
  "gearman.jobs.total",
  "Jobs",
  "Waiting and running jobs, of one function or of all.",
  (load) => load.waiting + load.running,
);

export const workers = jobsItem(
  "gearman.workers",
  "Workers",
  "Workers that can do the function's jobs. Without a function each worker counts for every function that it can do.",
  (load) => load.workers,
);

export const stuck = serverItem({
  key: "gearman.stuck",
  params,
  type: "unsigned",
  units: "",
  name: "Jobs without a worker",
  doc:
    "1 when the function has jobs and no worker is connected that could do them, else 0. Without a function: how many " +
    "functions are so.",
  standard: sumAndEach,
  value: (view, args) => stuckCount(view, asked(args.function)),
});

export const version = serverItem({
  key: "gearman.version",
  params: {},
  type: "char",
  units: "",
  name: "Version",
  doc: "Version of gearmand, as it says itself.",
  delay: "1h",
  standard: () => ONCE,
  value: (view) => textOf(view, "version"),
});

export const get = serverItem({
  key: "gearman.get",
  ...MASTER_ITEM,
  doc:
    "Master item: state, state_text, error, time and age of the sample always; waiting, running, total, workers, stuck and " +
    "the same of each function by its short name only while the newest sample is fresh.",
  value: (view, _, now) => master(view, now),
});

function textOf(view: View, name: string): Answer<string> {
  const found = view.newest?.texts.get(name);
  return found === undefined ? none(`the ${name} is not known now`) : value(found);
}

const servers = discoveryItem(SOURCE, "INSTANCE", {
  key: "gearman.discovery",
  name: "Gearman discovery",
  doc: "All configured and found job servers; one that is down stays listed.",
});

const functions = serverItem({
  key: "gearman.function.discovery",
  params: {},
  type: "json",
  units: "",
  name: "Function discovery",
  doc:
    "The functions of one job server. One that gearmand lists no more stays for a day, with no jobs and no workers. Not " +
    `supported while there are more than ${MOST_FUNCTIONS}: a shorter list would take items away.`,
  delay: "10m",
  standard: () => ONCE,
  value: (view) => flatMap(functionRows(view), (rows) => value(rowsText(rows))),
});

/** One LLD row for each function; none where a list would be too short. */
export function functionRows(view: View): Answer<readonly Row[]> {
  const sample = view.newest;
  if (sample === undefined) return none("the functions are known in the newest sample only");
  const left = Number(sample.numbers.get("left_out") ?? 0);
  if (left > 0)
    return unknown(`gearmand has ${left} functions more than the ${MOST_FUNCTIONS} that are kept one by one`);
  const rows = functionNames(view).map((name) => {
    return { INSTANCE: view.target, FUNCTION: name, NAME: sample.texts.get(`function.${name}`) ?? name };
  });
  return value(rows);
}

export const FUNCTION_MACROS = [
  { name: "INSTANCE", doc: "Short name of the job server." },
  { name: "FUNCTION", doc: "Short name of the function; the second parameter of its items." },
  { name: "NAME", doc: "The function's own name; bytes that are no text as \\xNN." },
];

export const DISCOVERIES: readonly Discovery[] = [
  {
    item: servers,
    macros: [
      { name: "INSTANCE", doc: "Short name of the job server; the first parameter of its items." },
      { name: "ADDRESS", doc: "Where it listens, such as 127.0.0.1:4730." },
      { name: "HOST", doc: "Host of the address." },
      { name: "PORT", doc: "Port of the address." },
    ],
  },
  {
    item: functions,
    macros: FUNCTION_MACROS,
  },
];

/** Every item about gearmand, in the order in which people read them. */
export const ITEMS: readonly Item[] = [
  state,
  error,
  waiting,
  running,
  total,
  workers,
  stuck,
  version,
  get,
  servers,
  functions,
];
