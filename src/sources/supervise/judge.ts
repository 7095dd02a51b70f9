import type { State } from "./record.ts";
import type { Status } from "./status.ts";

/** Whether the service's own program runs, not its finish script. */
export function isUp({ pid, finishing }: Status): boolean {
  return pid !== undefined && !finishing;
}

/** @param awaitsReady s6: the service has a file notification-fd, by which its program says that it is ready */
export function stateOf(status: Status, awaitsReady: boolean): State {
  if (status.finishing) return "finishing";
  if (!isUp(status)) return status.want === "up" ? "wants up but down" : "down";
  if (status.paused) return "paused";
  if (status.want === "down") return "wants down but up";
  return awaitsReady && !status.ready ? "starting or not ready" : "up";
}
