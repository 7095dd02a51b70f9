import { gearman } from "./gearman/gearman.ts";
import { keepalived, keepalivedChildren } from "./keepalived/keepalived.ts";
import { lighttpd } from "./lighttpd/lighttpd.ts";
import { logdir } from "./logdir/logdir.ts";
import { memcached } from "./memcached/memcached.ts";
import { pressure } from "./pressure/pressure.ts";
import { qmail } from "./qmail/qmail.ts";
import { RSYSLOG } from "./rsyslog/rsyslog.ts";
import type { Source } from "./source.ts";
import { readproctitle } from "./supervise/readproctitle.ts";
import { supervise } from "./supervise/supervise.ts";
import { tidemark } from "./tidemark/tidemark.ts";

/** Every watched software, in the order in which keys and tables are shown. */
export const SOURCES: readonly Source[] = [
  memcached,
  supervise,
  readproctitle,
  logdir,
  ...RSYSLOG,
  pressure,
  gearman,
  keepalived,
  keepalivedChildren,
  qmail,
  lighttpd,
  tidemark,
];
