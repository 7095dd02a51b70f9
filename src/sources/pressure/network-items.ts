import { rate } from "../../derive/rate.ts";
import { ONCE } from "../../items/family.ts";
import type { Discovery } from "../../items/item.ts";
import { standardWindows, text, window } from "../../items/params.ts";
import { rowsText } from "../../items/rows-text.ts";
import { type Answer, unknown, value } from "../../ring/answer.ts";
import type { Moment, View } from "../../ring/moment.ts";
import { listed } from "../../words/sentence.ts";
import { HOST, hostItem, SOURCE } from "./declare.ts";
import { NETWORK } from "./host.ts";

function networkItem(field: "received" | "sent", name: string) {
  return hostItem(
    {
      key: `pressure.net.${field}.rate`,
      params: { interface: text("name of a network interface, such as eth0 or lo"), window: window("5m") },
      type: "float",
      units: "Bps",
      name,
      doc: `Bytes that the network interface ${field} per second of the window. None until half of the window is known.`,
      standard: (moment) => standardNetworks(moment).flatMap((each) => standardWindows(moment).map((w) => [each, w])),
    },
    (host, args) =>
      carried(host, args.interface, () => rate(host.steps(args.window), field, `${NETWORK}${args.interface}`)),
  );
}

export const received = networkItem("received", "Bytes received per second");
export const sent = networkItem("sent", "Bytes sent per second");

function carried(host: View, name: string, of: () => Answer<number>): Answer<number> {
  const unseen = host.text("networks_unknown");
  if (unseen) return unknown(unseen);
  const names = networksOf(host);
  return names.includes(name) ? of() : unknown(`no network interface "${name}"; there are ${listed(names)}`);
}

/** Short names of the network interfaces in a sample of the machine. */
export function networksOf(host: View): readonly string[] {
  return host.parts().flatMap((part) => (part.startsWith(NETWORK) ? [part.slice(NETWORK.length)] : []));
}

function standardNetworks(moment: Moment): readonly string[] {
  const host = moment.view(SOURCE, HOST);
  return host.kind === "value" ? networksOf(host.value) : [];
}

/** Interfaces that cannot be seen are an error, never a shorter list. */
const networks = hostItem(
  {
    key: "pressure.net.discovery",
    params: {},
    type: "json",
    name: "Network interface discovery",
    doc: "Network interfaces that have ever carried anything, lo among them; at most 32.",
    delay: "10m",
    standard: () => ONCE,
  },
  (host) => {
    const unseen = host.text("networks_unknown");
    return unseen ? unknown(unseen) : value(rowsText(networksOf(host).map((name) => ({ INTERFACE: name }))));
  },
);

export const networkDiscovery: Discovery = {
  item: networks,
  macros: [{ name: "INTERFACE", doc: "Name of the interface; the first parameter of the items about networks." }],
};
