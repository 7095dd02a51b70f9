import { rate } from "../../derive/rate.ts";
import { ONCE } from "../../items/family.ts";
import type { Discovery } from "../../items/item.ts";
import { standardWindows, text, window } from "../../items/params.ts";
import { rowsText } from "../../items/rows-text.ts";
import { type Answer, flatMap, unknown, value } from "../../ring/answer.ts";
import type { Moment, Steps, View } from "../../ring/moment.ts";
import { listed } from "../../words/sentence.ts";
import { HOST, hostItem, placesAt, SOURCE } from "./declare.ts";
import { SECTOR_BYTES } from "./disks.ts";
import { DISK } from "./host.ts";

const diskParam = text("a place, or a disk such as sda; default: the first place", "");

interface Figure {
  readonly key: string;
  readonly units: string;
  readonly name: string;
  readonly doc: string;
  of(steps: Steps, part: string): Answer<number>;
}

function diskItem({ of, doc, ...declared }: Figure) {
  return hostItem(
    {
      ...declared,
      params: { disk: diskParam, window: window("5m") },
      type: "float",
      doc: `${doc} None until half of the window is known.`,
      standard: (moment) =>
        standardDisks(moment).flatMap((disk) => standardWindows(moment).map((each) => [disk, each])),
    },
    (host, args, moment) => flatMap(partOf(moment, host, args.disk), (part) => of(host.steps(args.window), part)),
  );
}

export const util = diskItem({
  key: "pressure.disk.util",
  units: "%",
  name: "Disk utilisation",
  doc: "Share of the window in which the disk had something to do. Disks that do several things at once may have room at 100.",
  of: utilisation,
});

export const writtenRate = diskItem({
  key: "pressure.disk.written.rate",
  units: "Bps",
  name: "Bytes written to the disk per second",
  doc: "Bytes that reached the disk per second of the window, of all programs.",
  of: bytesWritten,
});

export const readRate = diskItem({
  key: "pressure.disk.read.rate",
  units: "Bps",
  name: "Bytes read from the disk per second",
  doc: "Bytes that came from the disk per second of the window, for all programs.",
  of: bytesRead,
});

/** A busy disk's milliseconds per second are tenths of a percent. */
export function utilisation(steps: Steps, part: string): Answer<number> {
  return flatMap(rate(steps, "busy", part), (ms) => value(Math.min(ms / 10, 100)));
}

export function bytesWritten(steps: Steps, part: string): Answer<number> {
  return flatMap(rate(steps, "sectors_written", part), (sectors) => value(sectors * SECTOR_BYTES));
}

export function bytesRead(steps: Steps, part: string): Answer<number> {
  return flatMap(rate(steps, "sectors_read", part), (sectors) => value(sectors * SECTOR_BYTES));
}

/** The part of a place's disk, or of a disk; "" is the first place. */
export function partOf(moment: Moment, host: View, asked: string): Answer<string> {
  const places = placesAt(moment);
  const name = asked || places[0] || "";
  if (!places.includes(name)) return partOfDisk(host, name);
  return flatMap(moment.view(SOURCE, name), (place) => {
    const disk = place.text("device");
    return disk ? value(`${DISK}${disk}`) : unknown(place.text("device_unknown") ?? "no sample was taken yet");
  });
}

function partOfDisk(host: View, name: string): Answer<string> {
  const unseen = host.text("disks_unknown");
  if (unseen) return unknown(unseen);
  const disks = disksOf(host);
  return disks.includes(name) ? value(`${DISK}${name}`) : unknown(`no disk "${name}"; there are ${listed(disks)}`);
}

/** Short names of the disks in a sample of the machine. */
export function disksOf(host: View): readonly string[] {
  return host.parts().flatMap((part) => (part.startsWith(DISK) ? [part.slice(DISK.length)] : []));
}

function standardDisks(moment: Moment): readonly string[] {
  const host = moment.view(SOURCE, HOST);
  return [...placesAt(moment), ...(host.kind === "value" ? disksOf(host.value) : [])];
}

/** Disks that cannot be seen are an error, never a shorter list. */
const disks = hostItem(
  {
    key: "pressure.disk.discovery",
    params: {},
    type: "json",
    name: "Disk discovery",
    doc: "Disks that have ever done anything, without partitions, loop devices and disks in memory; and the disks of the places.",
    delay: "10m",
    standard: () => ONCE,
  },
  (host) => {
    const unseen = host.text("disks_unknown");
    return unseen ? unknown(unseen) : value(rowsText(disksOf(host).map((DISK) => ({ DISK }))));
  },
);

export const diskDiscovery: Discovery = {
  item: disks,
  macros: [{ name: "DISK", doc: "Name of the disk; the first parameter of the disk items." }],
};
