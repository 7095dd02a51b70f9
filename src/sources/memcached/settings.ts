import { ONCE } from "../../items/family.ts";
import { text } from "../../items/params.ts";
import { type Answer, none, unknown, value } from "../../ring/answer.ts";
import type { View } from "../../ring/moment.ts";
import { instanceItem } from "./declare.ts";
import { meant } from "./stat-names.ts";

const SETTING = "setting.";
const EXPECTED = "expected.";
const UNREAD = "the settings were not read yet";
const UNEXPECTED =
  "nothing says how this memcached was meant to be set: a configured one by ExpectMemory and the like, a discovered one by its command line";
const STANDARD = ["maxbytes", "maxconns", "num_threads", "item_size_max", "evictions"];

/** Whether a text of the sample comes from `stats settings` or the configuration, not from `stats`. */
export function isSetting(name: string): boolean {
  return name.startsWith(SETTING) || name.startsWith(EXPECTED);
}

/** The values of `stats settings` by name; undefined while no sample has them. */
export function settingsOf(view: View): ReadonlyMap<string, string> | undefined {
  const found = view.once("settings", () => texts(view, SETTING));
  return found.size === 0 ? undefined : found;
}

function texts(view: View, prefix: string): ReadonlyMap<string, string> {
  const all = view.newest?.texts ?? new Map<string, string>();
  return new Map(
    [...all].filter(([name]) => name.startsWith(prefix)).map(([name, found]) => [name.slice(prefix.length), found]),
  );
}

export const setting = instanceItem({
  key: "memcached.setting",
  params: { name: text("name as in the reply to stats settings, such as maxconns") },
  type: "text",
  units: "",
  name: "One setting",
  doc: "A value of stats settings; read when the process is new and once an hour. None until it was read.",
  delay: "1h",
  standard: () => STANDARD.map((name) => [name]),
  value: (view, { name }) => settingValue(view, name),
});

function settingValue(view: View, name: string): Answer<string> {
  const settings = settingsOf(view);
  if (settings === undefined) return none(UNREAD);
  const found = settings.get(name);
  return found === undefined ? unknown(`unknown setting "${name}"${meant(name, settings.keys())}`) : value(found);
}

export const drift = instanceItem({
  key: "memcached.config.drift",
  params: {},
  type: "unsigned",
  units: "",
  name: "Settings that differ from what was meant",
  doc:
    "Settings whose running value is not the one that was meant: by the Expect directives of a configured instance, by " +
    "the command line (-m, -c, -t, -I) of a discovered one. The master item names them. None where nothing says it.",
  delay: "5m",
  standard: () => ONCE,
  value: (view) => {
    if (settingsOf(view) === undefined) return none(UNREAD);
    const found = drifted(view);
    return found === undefined ? none(UNEXPECTED) : value(found.length);
  },
});

/** A setting that is not as it was meant. */
export interface Drifted {
  readonly setting: string;
  readonly expected: string;
  readonly found: string;
}

/** Undefined when nothing is expected or the settings were not read yet. */
export function drifted(view: View): readonly Drifted[] | undefined {
  const expected = texts(view, EXPECTED);
  const settings = settingsOf(view);
  if (expected.size === 0 || settings === undefined) return undefined;
  return [...expected]
    .map(([name, wanted]) => ({ setting: name, expected: wanted, found: settings.get(name) ?? "unknown" }))
    .filter((row) => row.expected !== row.found);
}
