import { expect, test } from "vitest";
import { parseDisks } from "../../../../src/sources/pressure/disks.ts";
import { diskOf, parseMounts } from "../../../../src/sources/pressure/mounts.ts";

const MOUNTS = `22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:1 / / rw,relatime shared:1 master:2 - ext4 /dev/vda1 rw
30 27 253:0 / /var/log rw,relatime - xfs /dev/mapper/vg-log rw
31 30 254:16 / /var/log/old rw - ext4 /dev/vdb rw
32 27 0:40 /sub /srv rw,relatime - btrfs /dev/vdc2 rw,subvol=/sub
33 27 0:41 /sub /mnt rw,relatime - btrfs /dev/disk/by-label/data rw
34 27 0:42 / /overlay rw - overlay overlay rw,upperdir=/x
35 27 0:43 / /tmpfs rw - tmpfs tmpfs rw
36 27 254:16 / /my\\040logs rw - ext4 /dev/vdb rw
37 27 254:16 / /twice rw - ext4 /dev/vdb rw
38 27 0:44 / /twice rw - tmpfs tmpfs rw
a line that is none
`;
const NUMBERS = ["254 0 vda", "254 1 vda1", "253 0 dm-0", "254 16 vdb", "254 34 vdc2", "254 35 vdc3"];
const disks = parseDisks(NUMBERS.map((head) => `${head} 1 1 1 1 1 1 1 1 1 1 1`).join("\n"));
const links: Readonly<Record<string, string>> = { "/dev/disk/by-label/data": "/dev/vdc3" };
const files = { real: (path: string) => ({ kind: "ok", value: links[path] ?? path }) as const };
const mounts = parseMounts(MOUNTS);

test.each([
  ["the root's", "/home/x", "vda1"],
  ["the deepest mount's", "/var/log/web", "dm-0"],
  ["the mount point itself", "/var/log", "dm-0"],
  ["a deeper one", "/var/log/old/x", "vdb"],
  ["a name that only begins alike", "/var/log2", "vda1"],
  ["btrfs, by the device it was mounted from", "/srv/log", "vdc2"],
  ["btrfs, by a link to it", "/mnt", "vdc3"],
  ["a mount point with a blank", "/my logs/x", "vdb"],
])("the disk is %s: %s", (_, path, want) => {
  const found = diskOf(path, { mounts, disks, files });
  expect(found.kind === "ok" ? found.value.name : found.reason).toBe(want);
});

test.each([
  ["an overlay", "/overlay/var/log", '"/overlay/var/log" lies on overlay (overlay), which is no disk'],
  ["memory", "/tmpfs", '"/tmpfs" lies on tmpfs (tmpfs), which is no disk'],
  ["memory mounted over a disk", "/twice/x", '"/twice/x" lies on tmpfs'],
])("no disk: %s", (_, path, want) => {
  expect(diskOf(path, { mounts, disks, files })).toMatchObject({
    kind: "malformed",
    reason: expect.stringContaining(want),
  });
});

test("without a mount table there is no disk, with the reason", () => {
  expect(diskOf("/var/log", { mounts: [], disks, files })).toEqual({
    kind: "malformed",
    reason: 'no mount point in /proc/self/mountinfo leads to "/var/log"',
  });
});
