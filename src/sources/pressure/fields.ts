import type { Field } from "../../ring/sample.ts";

function gauge(name: string, doc: string, part = false): Field {
  return { name, kind: "gauge", unit: "", doc, part, ringed: true };
}

/** One that jumps back, as those of a network interface that was made anew, says nothing about the others. */
function counter(name: string, unit: string, doc: string, part = false): Field {
  return { name, kind: "counter", unit, doc, part, ringed: true, survivesReset: true };
}

function text(name: string, doc: string): Field {
  return { name, kind: "text", unit: "", doc, part: false, ringed: true };
}

/** What the samples of the machine hold, its disks and network interfaces as parts, and those of a place. */
export const FIELDS: readonly Field[] = [
  gauge("load1", "Load average of 1 minute."),
  gauge("load5", "Load average of 5 minutes."),
  gauge("load15", "Load average of 15 minutes."),
  counter("iowait", "ticks", "CPU time idle while a read or write was under way."),
  counter("cpu_other", "ticks", "All other CPU time, idle included."),
  counter("cpu_some", "us", "Time in which a task waited for a CPU."),
  counter("io_some", "us", "Time in which a task waited for a disk."),
  counter("io_full", "us", "Time in which all tasks waited for a disk."),
  counter("memory_some", "us", "Time in which a task waited for memory."),
  counter("memory_full", "us", "Time in which all tasks waited for memory."),
  gauge("there", "1: the disk or interface is there; its counters say nothing before their second sample.", true),
  counter("busy", "ms", "Time in which a disk had something to do.", true),
  counter("sectors_read", "512 B", "Read from a disk.", true),
  counter("sectors_written", "512 B", "Written to a disk.", true),
  counter("received", "B", "Received by a network interface.", true),
  counter("sent", "B", "Sent by a network interface.", true),
  counter("written", "B", "Bytes that a place's process caused to be written to disks."),
  text("disks_unknown", "Why the disks of the machine cannot be seen; else empty."),
  text("networks_unknown", "Why the network interfaces cannot be seen; else empty."),
  text("device", "Disk of a place; empty when it is not known."),
  text("device_unknown", "Why a place's disk is not known; else empty."),
  text("process", "Program that writes to a place; empty when none was seen."),
  text("written_unknown", "Why the bytes that it writes are not known; else empty."),
];
