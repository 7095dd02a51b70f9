import { ONCE } from "../../items/family.ts";
import { momentItem } from "../../items/item.ts";
import { figure, masterText } from "../../items/master.ts";
import { type Answer, flatMap, unknown, value } from "../../ring/answer.ts";
import type { Moment, View } from "../../ring/moment.ts";
import type { Stamp } from "../../ring/sample.ts";
import { ACTION_MASTER } from "./actions/items.ts";
import { INPUT_MASTER } from "./inputs/items.ts";
import { kindFields, objectFields } from "./master.ts";
import { QUEUE_MASTER } from "./queues/master.ts";
import { STATISTICS } from "./sources.ts";
import { SPOOL_MASTER } from "./spool/items.ts";
import { reportAge, STATISTICS_MASTER } from "./statistics/items.ts";
import { TARGET } from "./statistics/sample.ts";

/** One check for a whole rsyslogd: hosts have dozens of queues, actions and inputs. */
export const get = momentItem({
  key: "rsyslog.get",
  params: {},
  type: "json",
  units: "",
  name: "Everything of rsyslogd, as JSON",
  doc:
    "Master item: statistics, queues, actions, inputs and spools, the latter four by short name. Each is what its own " +
    "master item says, over 1m, 5m and 15m only.",
  delay: "1m",
  standard: () => ONCE,
  value: (moment, _, now) =>
    flatMap(statisticsOf(moment), (view) =>
      flatMap(objectFields(STATISTICS_MASTER, view, now), (statistics) =>
        value(masterText({ statistics: { ...statistics, ...ageField(view, now) }, ...kinds(moment, now) })),
      ),
    ),
});

function statisticsOf(moment: Moment): Answer<View> {
  const view = moment.view(STATISTICS, TARGET);
  return view.kind === "value" ? view : unknown("no statistics of rsyslogd are read: tidemark doctor says what to do");
}

/** However old the newest report is. */
function ageField(view: View, now: Stamp): object {
  return { report_age: figure(reportAge(view, now)) };
}

function kinds(moment: Moment, now: Stamp): object {
  return {
    queues: kindFields(QUEUE_MASTER, moment, now),
    actions: kindFields(ACTION_MASTER, moment, now),
    inputs: kindFields(INPUT_MASTER, moment, now),
    spools: kindFields(SPOOL_MASTER, moment, now),
  };
}
