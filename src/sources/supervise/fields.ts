import type { Field } from "../../ring/sample.ts";

function gauge(name: string, unit: string, doc: string): Field {
  return { name, kind: "gauge", unit, doc, part: false, ringed: true };
}

function text(name: string, doc: string): Field {
  return { name, kind: "text", unit: "", doc, part: false, ringed: true };
}

/** Fields of a service. */
export const FIELDS: readonly Field[] = [
  gauge("up", "", "1 while the service's program runs."),
  gauge("since", "unixtime", "Last start of the program, or its last end while it does not run."),
  gauge("pid", "", "Process of the service's program, 0 while it does not run."),
  gauge("want", "", "0 down, 1 up, 2 once."),
  gauge("normally_up", "", "1 when the service is started at boot."),
  gauge("exit", "", "Exit code of the last end, 128 and the signal's number after a signal."),
  gauge("more_starts", "", "Starts since the sample before, beside the one that the new life shows."),
  gauge("log_state", "", "State of the service's log service."),
  text("name", "Native name of the service."),
  text("supervisor", "Which supervisor it has."),
];
