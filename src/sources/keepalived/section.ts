import { ipAddress } from "../../config/agent-kinds.ts";
import { duration, list, optional, path, text, yesNo } from "../../config/kinds.ts";
import { directive, type Section, type SectionSpec } from "../../config/spec.ts";

const general = {
  Discover: directive({
    kind: yesNo,
    fallback: true,
    doc: "Find the VRRP instances of the keepalived that runs here: by its configuration, and by what it says of them.",
  }),
  NotifyFifo: directive({
    kind: optional(path),
    fallback: undefined,
    doc: "What vrrp_notify_fifo or notify_fifo names in keepalived.conf. Nobody else may read it: each line reaches one reader.",
  }),
  DataFile: directive({
    kind: optional(path),
    fallback: undefined,
    doc: "keepalived.json or keepalived.data, which keepalived writes when somebody sends it the signal JSON or DATA.",
  }),
  DataFileAge: directive({
    kind: duration(1, 86_400),
    fallback: 180,
    doc: "How long DataFile is believed after it was written.",
  }),
  Config: directive({
    kind: optional(path),
    fallback: undefined,
    doc: "keepalived.conf. Without it: the one that keepalived was started with, else /etc/keepalived/keepalived.conf.",
  }),
};

const named = {
  Instance: directive({
    kind: optional(text),
    fallback: undefined,
    doc: "Name of the VRRP instance in keepalived.conf, where it is another one than the target's.",
  }),
  Address: directive({
    kind: list(ipAddress, { atLeast: 0 }),
    fallback: [],
    doc: "Virtual addresses of the instance, where tidemark may not read keepalived.conf: the master has them.",
  }),
};

export type General = typeof general;
export type Named = typeof named;
export type KeepalivedSection = Section<General, Named>;

export const section: SectionSpec<General, Named> = { prefix: "Keepalived", general, named };
