import type { Clock } from "../../ring/sample.ts";
import { timeText } from "../../words/time.ts";
import type { Sender } from "./sender.ts";
import type { Slots } from "./status-line.ts";
import type { Logged, NoStatus } from "./status-log.ts";

/** Delivery slots as they are now. none: rightly none; unknown: they should be known. */
export type SlotsNow =
  | { readonly kind: "known"; readonly local: Slots; readonly remote: Slots }
  | { readonly kind: "none" | "unknown"; readonly reason: string };

/** No delivery goes on for longer without an end or a beginning: timeoutremote is 20 minutes. */
const BUSY_SECONDS = 3600;
/** How old a line may be where nobody can see that both who write it still do. */
const UNSEEN_SECONDS = 180;
/** Stamps and starts of processes are rounded differently. */
const ROUNDING_SECONDS = 1;

/**
 * A status holds until the next one, however long that takes on an idle machine: qmail-send writes one at its start and
 * whenever a delivery begins or ends. But only as long as qmail-send lives and its logger writes.
 * @param isLogged whether the log's logger runs; undefined: that cannot be seen
 */
export function slotsNow(
  logged: Logged | NoStatus,
  { sender, isLogged, now }: { readonly sender: Sender; readonly isLogged: boolean | undefined; readonly now: Clock },
): SlotsNow {
  if (sender.kind === "down") return { kind: "none", reason: "qmail-send does not run" };
  if (!("status" in logged)) return { kind: "unknown", reason: logged.reason };
  const { status, clock } = logged;
  if (status.kind === "exiting") return { kind: "none", reason: `qmail-send has ended ${timeText(clock)}` };
  if (sender.kind === "up" && sender.since !== undefined && clock < sender.since - ROUNDING_SECONDS) {
    return {
      kind: "none",
      reason: `qmail-send was started ${timeText(sender.since)}, and has not said its status since`,
    };
  }
  if (isLogged === false) return outdated(clock, "no logger writes the log");
  const age = Math.abs(now - clock);
  const isSeen = sender.kind === "up" && sender.since !== undefined && isLogged === true;
  if (!isSeen && age > UNSEEN_SECONDS) return outdated(clock, "nobody can see whether the log is still written");
  const isBusy = status.local.used + status.remote.used > 0;
  if (isBusy && age > BUSY_SECONDS) return outdated(clock, "no delivery takes so long");
  return { kind: "known", local: status.local, remote: status.remote };
}

function outdated(clock: Clock, why: string): SlotsNow {
  return { kind: "unknown", reason: `the newest status is that of ${timeText(clock)}, and ${why}` };
}
