import { discoveryItem, ONCE } from "../../items/family.ts";
import type { Discovery } from "../../items/item.ts";
import { rowsText } from "../../items/rows-text.ts";
import { flatMap, value } from "../../ring/answer.ts";
import { fleetItem } from "./declare.ts";
import { poolsOf, SOURCE } from "./targets.ts";

const instances = discoveryItem(SOURCE, "INSTANCE", {
  key: "memcached.discovery",
  name: "Instance discovery",
  doc: "All configured and found instances; one that is down stays listed.",
});

/** The instances; a roster that is not complete is an error, never a shorter list. */
export const instanceDiscovery: Discovery = {
  item: instances,
  macros: [
    { name: "INSTANCE", doc: "Short name of the instance; the first parameter of its items." },
    { name: "URI", doc: "Address of the instance, such as tcp://127.0.0.1:11211." },
    { name: "HOST", doc: "Host of the address, or the path of a socket." },
    { name: "PORT", doc: "Port of the address; empty for a socket." },
    { name: "POOL", doc: "Pool that the instance belongs to; empty when it belongs to none." },
  ],
};

const pools = fleetItem({
  key: "memcached.pool.discovery",
  params: {},
  type: "json",
  units: "",
  name: "Pool discovery",
  doc: "The pools that configured instances name.",
  delay: "10m",
  standard: () => ONCE,
  value: (moment) =>
    flatMap(moment.targets(SOURCE), (targets) => value(rowsText(poolsOf(targets).map((pool) => ({ POOL: pool }))))),
});

export const poolDiscovery: Discovery = {
  item: pools,
  macros: [{ name: "POOL", doc: "Name of the pool; the first parameter of its items." }],
};
