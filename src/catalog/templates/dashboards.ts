import type { Page } from "../../items/template.ts";
import type { Edition } from "./edition.ts";
import type { Node } from "./items.ts";
import { type Placed, placed, shareOf } from "./layout.ts";
import { uuidOf } from "./uuid.ts";
import { type Body, FIELD_TYPES, type Field, type Groups, widgetBody } from "./widgets.ts";

/** What a dashboard is made from. */
export interface Dashboard {
  readonly name: string;
  readonly pages: readonly Page[];
  readonly groups: Groups;
  /** Technical name of the template. */
  readonly template: string;
}

/** One dashboard with its pages, which stay until somebody turns them. */
export function dashboardNode({ name, pages, groups, template }: Dashboard, edition: Edition): Node {
  return {
    uuid: uuidOf("dashboard", template),
    name,
    auto_start: "NO",
    pages: pages.map((page, index) => ({
      name: page.name,
      widgets: placed(page, edition)
        .map((place, at) => ({
          place,
          body: widgetBody(place.widget, {
            groups,
            template,
            edition,
            reference: reference(index, at),
            share: shareOf(place, edition),
          }),
        }))
        .toSorted((one, other) => asExported(one, other, edition))
        .map(({ place, body }) => ({ ...body, ...position(place), fields: sorted(body.fields, edition) })),
    })),
  };
}

function position({ x, y, width, height }: Placed): { readonly [name: string]: Node } {
  return { ...unless(0, "x", x), ...unless(0, "y", y), ...unless(1, "width", width), ...unless(2, "height", height) };
}

/** A default is left out, as servers do when they compare an import with what they have. */
function unless(usual: number, name: string, number: number): { readonly [name: string]: Node } {
  return number === usual ? {} : { [name]: String(number) };
}

interface Shown {
  readonly place: Placed;
  readonly body: Body;
}

/** The order of the server's own export, so that an import of the same file again says that nothing changes. */
function asExported(one: Shown, other: Shown, { server }: Edition): number {
  const word = ({ body }: Shown) => (server === "6.0" ? `${body.type} ${body.name ?? ""}` : "");
  return compare(word(one), word(other)) || one.place.x - other.place.x || one.place.y - other.place.y;
}

function sorted(fields: readonly Field[], { server }: Edition): readonly Field[] {
  const byType = (one: Field, other: Field) => FIELD_TYPES.indexOf(one.type) - FIELD_TYPES.indexOf(other.type);
  return fields.toSorted((one, other) => (server === "6.0" ? byType(one, other) : 0) || compare(one.name, other.name));
}

function compare(one: string, other: string): number {
  return one.localeCompare(other, "en", { ignorePunctuation: true }); // as collations of databases do
}

function reference(page: number, place: number): string {
  const letters = [page, Math.floor(place / 26), place % 26].map((number) => String.fromCharCode(65 + number));
  return `TM${letters.join("")}`;
}
