import type { Group, Trigger } from "../../items/template.ts";
import type { Node } from "./items.ts";
import { withTarget } from "./keys.ts";
import { eventText, expressionText, type Place } from "./phrases.ts";
import { uuidOf } from "./uuid.ts";

/** How many items of the template a trigger's expression names decides where it stands in the file. */
export function figureCount({ expression, recovery }: Trigger): number {
  const pieces = [...expression.pieces, ...recovery.pieces];
  return new Set(pieces.filter((piece) => typeof piece === "object" && "path" in piece)).size;
}

/** A trigger, or trigger prototype. */
export function triggerNode(trigger: Trigger, place: Place): Node {
  const { template, group } = place;
  return {
    uuid: uuidOf("trigger", template, trigger.name),
    ...head(trigger, place),
    recovery_mode: "RECOVERY_EXPRESSION",
    event_name: withTarget(group, eventText(trigger.event, trigger.expression, place)),
    priority: trigger.priority,
    description: trigger.doc,
    manual_close: trigger.closable ? "YES" : undefined,
    dependencies: trigger.after.length === 0 ? undefined : byName(trigger.after).map((other) => head(other, place)),
    tags: [{ tag: "scope", value: trigger.scope }],
  };
}

/** In the order of the server's own export. */
function byName(triggers: readonly Trigger[]): readonly Trigger[] {
  return triggers.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

/** What a trigger is known by: dependencies name it whole. */
function head(trigger: Trigger, place: Place): { readonly [name: string]: Node | undefined } {
  return {
    expression: expressionText(trigger.expression, place),
    recovery_expression: expressionText(trigger.recovery, place),
    name: triggerName(trigger, place.group),
  };
}

/** "{#INSTANCE}: Memcached hangs". */
function triggerName({ name }: Trigger, group: Group): string {
  return withTarget(group, name);
}
