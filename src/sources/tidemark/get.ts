import { increase } from "../../derive/increase.ts";
import { rate } from "../../derive/rate.ts";
import { ONCE } from "../../items/family.ts";
import { momentItem } from "../../items/item.ts";
import { byWindow, figure, standardSteps } from "../../items/master.ts";
import { type Answer, flatMap, unknown, value } from "../../ring/answer.ts";
import type { Steps, View } from "../../ring/moment.ts";
import { namesIn, OUTBOX, REFUSED, RUN, self } from "./self.ts";
import { wrongText } from "./wrong.ts";

/** The master item of tidemark itself. */
export const get = momentItem({
  key: "tidemark.get",
  params: {},
  type: "json",
  units: "",
  name: "Everything about tidemark, as JSON",
  doc:
    "Master item: version, uptime, wrong, rss, tick (duration, missed, missed_in), requests, refused, late (sources whose " +
    "newest tick did not finish in time) and outbox by destination. A value that is not known now is left out.",
  delay: "1m",
  standard: () => ONCE,
  value: (moment, _args, now): Answer<string> =>
    flatMap(self(moment), (view) => {
      const { newest } = view;
      if (newest === undefined) return unknown("no tick has finished yet");
      const uptime = Math.floor(now.mono - Number(newest.numbers.get("started")));
      const version = newest.texts.get("version");
      return value(JSON.stringify({ version, uptime, wrong: wrongText(moment), ...figures(view) }));
    }),
});

function figures(view: View): object {
  const windows = standardSteps(view);
  return {
    rss: figure(view.number("rss")),
    tick: {
      duration: figure(view.number("tick_seconds")),
      missed: Number(view.newest?.numbers.get("tick_missed")),
      missed_in: byWindow(windows, (steps) => increase(steps, "tick_missed")),
    },
    requests: byWindow(windows, (steps) => rate(steps, "requests")),
    refused: byWindow(windows, (steps) => refusedIn(view, steps)),
    late: namesIn(view, RUN).filter((name) => view.number("settled", `${RUN}${name}`) === 0).length,
    outbox: Object.fromEntries(namesIn(view, OUTBOX).map((name) => [name, queue(view, windows, `${OUTBOX}${name}`)])),
  };
}

/** For all reasons together. */
export function refusedIn(view: View, steps: Steps): Answer<number> {
  return namesIn(view, REFUSED).reduce<Answer<number>>(
    (sum, reason) =>
      flatMap(sum, (before) =>
        flatMap(increase(steps, "refused", `${REFUSED}${reason}`), (more) => value(before + more)),
      ),
    value(0),
  );
}

function queue(view: View, windows: readonly Steps[], part: string): object {
  return {
    size: figure(view.number("outbox_rows", part)),
    bytes: figure(view.number("outbox_bytes", part)),
    oldest: figure(view.number("outbox_oldest", part)),
    dropped: byWindow(windows, (steps) => increase(steps, "outbox_dropped", part)),
    failed: byWindow(windows, (steps) => increase(steps, "outbox_failed", part)),
  };
}
