import { type Facts, isEnabled, type Unit } from "./systemd-unit.ts";

/** For the page of the directive Supervise.SystemdUnits. */
export const UNITS_DOC =
  "systemd units to watch: names (a name without a suffix means a service) and patterns with * ? [ ]. Without it: the " +
  "services that are enabled, and those not enabled that run or have failed. Never without being named: one-shot " +
  "services, transient ones, instances of a template that are not enabled, consoles, and what belongs to systemd itself " +
  "(systemd-*, user@*, user-runtime-dir@*, modprobe@*, initrd-*).";

const OWN = /^(?:systemd-|initrd-|user@|user-runtime-dir@|modprobe@|(?:[a-z]+-)?getty@|console-getty\.|autovt@)/;
const SUFFIX = /\.(?:service|socket|device|mount|automount|swap|target|path|timer|slice|scope)$/;

/** What is asked for: exact names, each of which gets a record whatever becomes of it, and patterns. */
export interface Asked {
  readonly names: readonly string[];
  readonly patterns: readonly string[];
  readonly any: boolean;
}

/** Names as `systemctl` completes them. */
export function askedOf(configured: readonly string[]): Asked {
  const isPattern = (text: string): boolean => /[*?[]/.test(text);
  const names = configured.filter((text) => !isPattern(text));
  return {
    names: [...new Set(names.map((name) => (SUFFIX.test(name) ? name : `${name}.service`)))],
    patterns: configured.filter(isPattern),
    any: configured.length > 0,
  };
}

/** Units that a pattern meets although there is nothing of them: others only mention them, or they are masked. */
export function isThere({ load, active }: Unit): boolean {
  return active !== "inactive" || (load !== "not-found" && load !== "masked");
}

/** Without configuration: by its row alone it may be one. */
export function mayBeService(unit: Unit): boolean {
  return unit.name.endsWith(".service") && !OWN.test(unit.name) && isThere(unit);
}

/** Without configuration: what should stay up, not what runs once or comes and goes with each connection. */
export function isService(unit: Unit, { fileState, type }: Facts): boolean {
  if (type === "oneshot" || fileState === "transient") return false;
  return isEnabled(fileState) || (unit.active !== "inactive" && !unit.name.includes("@"));
}
