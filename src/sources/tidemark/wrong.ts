import { ONCE } from "../../items/family.ts";
import { type MomentItem, momentItem } from "../../items/item.ts";
import { flatMap, value } from "../../ring/answer.ts";
import type { Moment } from "../../ring/moment.ts";
import { sentence } from "../../words/sentence.ts";
import { namesOfParts, RUN, self } from "./self.ts";

/** More than a person reads at once. */
const LINES = 20;

/** What most machines rightly lack: a source that finds nothing of its own says so, which is no fault. */
const OPTIONAL = new Set(["readproctitle"]);

/** What is wrong with all that tidemark watches, in words: what an on-call person asks first. */
export const wrong: MomentItem = momentItem({
  key: "tidemark.wrong",
  params: {},
  type: "text",
  units: "",
  name: "What is wrong now",
  doc:
    "A line for each target with which the newest attempt found something wrong, the source and the target first; at most " +
    `${LINES}, and how many more. "Nothing." while there is none.`,
  delay: "1m",
  standard: () => ONCE,
  value: (moment) => flatMap(self(moment), () => value(wrongText(moment))),
});

/** The item's text. */
export function wrongText(moment: Moment): string {
  const lines = namesOfParts(moment, RUN)
    .filter((source) => !OPTIONAL.has(source))
    .toSorted()
    .flatMap((source) => linesOf(moment, source));
  if (lines.length === 0) return "Nothing.";
  const more = lines.length - LINES;
  return [...lines.slice(0, LINES), ...(more > 0 ? [`And ${more} more.`] : [])].join("\n");
}

function linesOf(moment: Moment, source: string): readonly string[] {
  const roster = moment.targets(source);
  if (roster.kind !== "value") return [];
  return [...roster.value.keys()].flatMap((target) => {
    const view = moment.view(source, target);
    const reason = view.kind === "value" ? (view.value.attempt?.reason ?? "") : "";
    return reason === "" ? [] : [`${source} ${target}: ${sentence(reason)}`];
  });
}
