import { fileURLToPath } from "node:url";
import type { TemplateName } from "../src/items/template.ts";

/**
 * The real fault that raises each trigger of each template, in words; `test/lab/template-*.test.ts` strike with them. A
 * trigger that is not here fails the unit tests.
 */
export const CAMPAIGNS: Readonly<Record<TemplateName, Readonly<Record<string, string>>>> = {
  memcached: {
    "Memcached is down": "kill -9",
    "Memcached hangs": "SIGSTOP",
    "Memcached refuses connections": "more clients than -c",
    "Memcached cannot be asked": "another program takes the port",
    "Memcached is slow": "a network that is late by 400 ms",
    "Memcached was restarted": "kill -9 and start",
    "Memcached restarts again and again": "kill -9 and start, three times",
    "Items live too short": "more items than fit into -m 4",
    "Items will soon live too short": "more and more items into -m 4",
    "Hit ratio is low": "gets of keys that nobody has set",
    "Items are evicted while memory is free": "all pages given to small items, these deleted, large ones stored",
    "Connections are nearly used up": "220 idle clients with -c 256",
    "Settings are not as they were meant": "start with another -m",
  },
  services: {
    "Service is down though it is wanted up": "runit: a run script that is not executable any more",
    "Supervisor is dead": "kill -9 of supervise, svscan stopped",
    "Service crashes again and again": "a program that ends at once",
    "Service was restarted": "svc -t",
    "Service cannot be read": "an empty supervise/status, as a full disk leaves it",
    "Service runs though it is wanted down": "svc -d of a program that ignores TERM",
    "Service is paused": "svc -p",
    "Log service is not up": "svc -d of the log service",
    "Log has no logger": "svc -d of the log service",
    "Writer waits for its logger": "SIGSTOP of multilog while its service writes",
    "Log directory cannot be read": "the directory is renamed",
    "Log is silent": "svc -p of a program that writes",
    "Logger died while it wrote": "kill -9 of multilog",
    "Disk for logs will be full soon": "a flood of lines onto a small tmpfs",
  },
  "log queues": {
    "Rsyslogd reports no more": "SIGSTOP of rsyslogd",
    "Statistics of rsyslogd cannot be read": "the file of impstats is taken away",
    "Rsyslogd has not reported yet": "rsyslogd does not run when tidemark comes to the machine",
    "Queue is stuck": "the destination is closed",
    "Queue discards messages": "the destination is closed, more messages than the queue holds",
    "Queue is nearly full": "the destination is closed, as many messages as fill 85 %",
    "Queue will be full soon": "the destination is closed, messages go on",
    "Queue spills to disk": "the destination is closed, more messages than the high watermark",
    "Action is suspended": "the destination is closed, no queue, no retries",
    "Action fails": "a destination that closes for 1.5 s of every 8 s",
    "Input drops messages that come too fast":
      "imjournal, ratelimit.burst=100: 500 messages at once (of others rsyslogd 8.2302 counts none)",
    "Input refuses senders": "datagrams from an address that $AllowedSender leaves out",
    "Spool holds files that no queue needs": "a queue with messages on disk gets another queue.filename",
    "Spool cannot be read": "the directory is renamed",
  },
  neighbours: {
    "The machine stands still for its disks": "four readers that wait for each block of a disk (O_DIRECT)",
    "Tasks wait for disks nearly all the time": "the same",
    "I/O wait is high": "four readers that get ten blocks a second between them (a control group's limit)",
    "The machine stands still for want of memory":
      "a program that reads 64 MB again and again and may have 16 MB of memory",
    "Disk is busy all the time": "the same, on a loop device",
    "Gearmand is down": "kill -9",
    "Gearmand hangs": "SIGSTOP",
    "Another program answers instead of gearmand": "another program takes the port",
    "Function has jobs and no worker": "kill -9 of the worker, jobs go on",
    "Too many jobs of the function wait": "a worker that is slower than its jobs come",
    "Keepalived does not run": "kill -9",
    "VRRP instance is in FAULT": "its interface is taken down",
    "VRRP instance cannot be read": "a plain file in the place of the notify FIFO when keepalived starts",
    "VRRP instance flaps": "its interface goes down and up, three times",
    "VRRP instance changed its state": "its interface goes down and up",
    "Keepalived's children die": "kill -9 of the VRRP child",
    "Qmail-send does not run": "kill -9 of what holds its lock",
    "Mail queue cannot be read": "the queue is renamed",
    "Mail queue is large": "150 more messages",
    "Mail queue grows": "50 messages",
    "Messages wait to be preprocessed": "20 messages in todo",
    "All local delivery slots are in use": "status: local 10/10",
    "All remote delivery slots are in use": "status: remote 20/20",
    "Lighttpd is down": "kill -9",
    "Lighttpd hangs": "SIGSTOP",
    "Lighttpd gives no status": "start without mod_status",
    "Connections of lighttpd are nearly used up": "clients that keep connections open",
    "Back ends of lighttpd are down": "requests for a back end that does not run",
    "Lighttpd was restarted": "kill -9 and start",
  },
  self: {
    "Tidemark is silent": "kill -9",
    "Tidemark was restarted": "stop and start",
    "Ticks are missed": "SIGSTOP for two ticks and a half",
    "Sources do not finish in time": "a twentieth of a CPU (SIGSTOP for 475 ms of every 500)",
    "Many connections are refused": "connections from an address that Server leaves out",
    "Values wait for their destination": "the server's port is closed",
    "Values are lost": "the server's port is closed for longer than OutboxAge",
  },
};

/** The test that strikes for a template's triggers. */
export function campaignFile(template: TemplateName): string {
  return fileURLToPath(new URL(`lab/template-${template.replace(" ", "-")}.test.ts`, import.meta.url));
}
