import { afterAll, describe, expect, test } from "vitest";
import type { TemplateName } from "../../src/items/template.ts";
import { CAMPAIGNS } from "../campaigns.ts";
import { pause, waitFor } from "../real/wait.ts";
import { Api } from "./api.ts";
import { findServer, type Server, VERSIONS, type Version } from "./lab.ts";
import type { PolledHost } from "./polled-host.ts";
import { type Problem, ProblemWatch } from "./problems.ts";
import { createLinked, discoverNow } from "./template-host.ts";
import { copied, deleteTemplate, install, quickened, type TemplateFile, templateFiles } from "./templates.ts";

/*
 * A campaign strikes real targets with real faults, many at once, while servers of both versions watch them by our templates:
 * each fault must become its problem, each problem must end when the fault is mended, and there must be no other one.
 * Faults that would disturb each other strike in rounds, one after the other.
 *
 * It goes quickly: there is a sample every two seconds, the server asks each second, and windows are minutes. With TIDEMARK_LAB_PACE=real it goes as it
 * does for everybody: the templates as they are, a sample a minute. That takes two hours, and gives the times that the documentation tells.
 */

/** How fast everything goes. */
interface Pace {
  readonly real: boolean;
  readonly schedule: string;
  readonly tickSeconds: number;
  readonly history: string;
  /** How long the server may take to know what is there. */
  readonly startSeconds: number;
  /** How long without faults there must be no problem. */
  readonly quietSeconds: number;
  /** How long a problem may be waited for. */
  readonly patienceSeconds: number;
}

const QUICK: Pace = {
  real: false,
  schedule: "*/2 * * * * *",
  tickSeconds: 2,
  history: "2m",
  startSeconds: 120,
  quietSeconds: 70,
  patienceSeconds: 240,
};
const REAL: Pace = {
  real: true,
  schedule: "* * * * *",
  tickSeconds: 60,
  history: "1h",
  startSeconds: 1200,
  quietSeconds: 300,
  patienceSeconds: 5400,
};
export const PACE: Pace = process.env["TIDEMARK_LAB_PACE"] === "real" ? REAL : QUICK;

const IS_ALONE = process.env["TIDEMARK_LAB_ALONE"] === "1";

/** How a server writes, in a pattern, the uptime of what was started by the fault; what ran before is older than that. */
export const YOUNG = PACE.real ? "00:0[0-3]:\\d\\d" : "00:00:\\d\\d";

/** Until a busy server has deleted hosts and templates. */
const END_MS = 180_000;

/** Long enough for the longest of both. */
const CAMPAIGN_MS = 4 * PACE.patienceSeconds * 1000;

export interface Fault {
  /** Name of the target, which the trigger's name begins with; "" for one of the host. */
  readonly target: string | (() => string);
  /** The trigger's name without the target. */
  readonly trigger: string;
  /** What the event's name says behind the target. */
  readonly event: RegExp;
  /** On which of the campaign's hosts; default: its only one. */
  readonly host?: string;
  strike(): Promise<unknown> | unknown;
  /** Strikes only where nothing else runs on the machine: TIDEMARK_LAB_ALONE=1. */
  readonly isForAlone?: true;
  /** Undefined for a problem that ends by itself. */
  readonly mend: (() => Promise<unknown> | unknown) | undefined;
}

/** A fault on one of several hosts; its event's name is told by the pattern. */
export function fault(
  host: string,
  target: Fault["target"],
  trigger: string,
  event: RegExp,
  how: Pick<Fault, "strike" | "mend">,
): Fault {
  return { host, target, trigger, event, ...how };
}

export interface Campaign {
  readonly file: string;
  /** Where the daemons of its hosts answer. */
  readonly hosts: Readonly<Record<string, Station>>;
  readonly macros: Readonly<Record<string, string>>;
  /** Keys that must have values before it begins. */
  readonly ready: readonly string[];
  /** Triggers whose problems may come and go: a restart that a fault needs is told, too. */
  readonly besides: RegExp;
  /** Triggers whose problems may stay at the end; none where nothing is said. */
  readonly stays?: RegExp;
}

interface At {
  readonly host: string;
  readonly port: number;
}

/** Where a daemon answers, and what user macros its host has beside those of all. */
export interface Station {
  readonly at: At;
  readonly macros?: Readonly<Record<string, string>>;
  /** Keys that must have values before the campaign begins, beside those of all. */
  readonly ready?: readonly string[];
}

interface Watched {
  readonly version: Version;
  /** Name in the campaign. */
  readonly name: string;
  readonly host: PolledHost;
  readonly watch: ProblemWatch;
  readonly ready: readonly string[];
}

interface Times {
  readonly fault: Fault;
  readonly version: Version;
  readonly raised: number;
  recovered?: number;
}

/** Declares the tests of the campaign for all triggers of a template. */
export function campaign(
  name: TemplateName,
  rounds: readonly (readonly Fault[])[],
  prepare: () => Promise<Campaign>,
): void {
  test("strikes with a fault for every trigger of its template", () => {
    const meant = rounds.flat().map(({ trigger }) => trigger);
    expect([...new Set(meant)].toSorted()).toEqual(Object.keys(CAMPAIGNS[name]).toSorted());
  });
  const possible = rounds.map((faults) => faults.filter(({ isForAlone }) => isForAlone !== true || IS_ALONE));
  const some = possible.filter((faults) => faults.length > 0);
  strikes(name, some, prepare);
}

/** Declares the tests of some faults; `prepare` is called once, when they begin. */
export function strikes(name: string, rounds: readonly (readonly Fault[])[], prepare: () => Promise<Campaign>): void {
  const servers = VERSIONS.flatMap((version) => findServer(version) ?? []);
  for (const version of VERSIONS) {
    if (!servers.some((server) => server.version === version)) {
      test.skip(`Zabbix ${version}: not in the lab, or there is no lab`);
    }
  }
  describe.skipIf(servers.length === 0)(
    `${name}, Zabbix ${servers.map(({ version }) => version).join(" and ")}`,
    () => {
      const running = new Running(name, servers, rounds.flat());

      test(
        "healthy: every target has its values, and there is no problem",
        async () => {
          await running.begin(await prepare());
          await running.isQuiet();
        },
        CAMPAIGN_MS,
      );

      describe.each(rounds.map((faults, index) => ({ faults, number: index + 1 })))("round $number", ({ faults }) => {
        const each = faults.map((fault) => ({ name: fault.trigger, fault }));
        test("all faults strike", () => running.strike(faults), CAMPAIGN_MS);
        test.each(each)("$name: the problem comes", ({ fault }) => running.expectRaised(fault), CAMPAIGN_MS);
        test("there is no other problem", () => running.expectNoOther());
        test("all faults are mended", () => running.mend(faults), CAMPAIGN_MS);
        test.each(each)("$name: the problem ends", ({ fault }) => running.expectRecovered(fault), CAMPAIGN_MS);
        test("no problem is left", () => running.expectNothingLeft(), CAMPAIGN_MS);
      });

      afterAll(() => running.end(), END_MS);
    },
  );
}

class Running {
  readonly #name: string;
  readonly #servers: readonly Server[];
  readonly #faults: readonly Fault[];
  readonly #struck = new Map<Fault, number>();
  readonly #mended = new Map<Fault, number>();
  readonly #times: Times[] = [];
  #campaign: Campaign | undefined;
  #watched: readonly Watched[] = [];

  constructor(name: string, servers: readonly Server[], faults: readonly Fault[]) {
    this.#name = name;
    this.#servers = servers;
    this.#faults = faults;
  }

  async begin(campaign: Campaign): Promise<void> {
    this.#campaign = campaign;
    const each = this.#servers.flatMap((server) => Object.entries(campaign.hosts).map((host) => ({ server, host })));
    await Promise.all(this.#servers.map((server) => prepareTemplate(server, campaign)));
    this.#watched = await Promise.all(each.map(({ server, host }) => this.#watch(server, campaign, host)));
    await Promise.all(this.#watched.map(({ host, ready }) => allKnown(host, ready)));
  }

  async isQuiet(): Promise<void> {
    await pause(PACE.quietSeconds * 1000);
    expect(this.#watched.flatMap(({ watch }) => watch.all.filter((problem) => !this.#isBeside(problem)))).toEqual([]);
  }

  async strike(faults: readonly Fault[]): Promise<void> {
    await Promise.all(faults.map((fault) => act(this.#struck, fault, fault.strike)));
  }

  async mend(faults: readonly Fault[]): Promise<void> {
    const mended = faults.filter(({ mend }) => mend !== undefined);
    await Promise.all(mended.map((fault) => act(this.#mended, fault, fault.mend)));
  }

  async expectRaised(fault: Fault): Promise<void> {
    const struck = this.#struck.get(fault) ?? Number.POSITIVE_INFINITY;
    await Promise.all(
      this.#watching(fault).map(async ({ version, watch }) => {
        const problem = await watch.raised(triggerOf(fault), struck, PACE.patienceSeconds);
        this.#times.push({ fault, version, raised: problem.seen - struck });
        tell(`${version} ${problem.event}: problem after ${(problem.seen - struck).toFixed(1)} s`);
        expect(problem.event).toMatch(fault.event);
        expect(problem.event).not.toMatch(/\*UNKNOWN\*|\{[#$A-Z]/);
      }),
    );
  }

  async expectRecovered(fault: Fault): Promise<void> {
    const since = this.#mended.get(fault) ?? this.#struck.get(fault) ?? Number.POSITIVE_INFINITY;
    await Promise.all(
      this.#watching(fault).map(async ({ version, watch }) => {
        const over = await watch.recovered(triggerOf(fault), PACE.patienceSeconds);
        const times = this.#times.find((one) => one.fault === fault && one.version === version);
        if (times !== undefined) times.recovered = over - since;
        tell(`${version} ${triggerOf(fault)}: over after ${(over - since).toFixed(1)} s`);
      }),
    );
  }

  expectNoOther(): void {
    const others = this.#watched.flatMap(({ version, name, watch }) => {
      const meant = this.#faults.filter(({ host = name }) => host === name).map(triggerOf);
      const more = watch.all.filter((one) => !meant.includes(one.trigger) && !this.#isBeside(one));
      return more.map((one) => ({ version, name, ...one }));
    });
    expect(others).toEqual([]);
  }

  async expectNothingLeft(): Promise<void> {
    this.expectNoOther();
    const stays = this.#campaign?.stays ?? /^$/;
    const left = () => this.#watched.flatMap(({ watch }) => watch.open.filter((trigger) => !stays.test(trigger)));
    await waitFor(() => left().length === 0 || Promise.reject(new Error(JSON.stringify(left()))), {
      what: "the end of all problems",
      seconds: PACE.patienceSeconds,
    });
  }

  /** Leaves the servers as they were. */
  async end(): Promise<void> {
    this.#tell();
    await Promise.all(this.#watched.map(({ watch, host }) => watch.stop().then(() => host.remove())));
    const campaign = this.#campaign;
    if (campaign === undefined) return;
    for (const server of this.#servers) await deleteTemplate(await Api.login(server), templateOf(server, campaign));
  }

  /** The table of times, for whoever runs it. */
  #tell(): void {
    const lines = this.#times.map(
      ({ fault, version, raised, recovered }) =>
        `| ${triggerOf(fault)} | ${version} | ${raised.toFixed(1)} s | ${recovered?.toFixed(1) ?? "-"} s |`,
    );
    process.stderr.write(
      `\n${["| Trigger | Zabbix | Fault to problem | Mended, or begun, to recovered |", ...lines].join("\n")}\n`,
    );
  }

  async #watch(server: Server, campaign: Campaign, [name, station]: [string, Station]): Promise<Watched> {
    const { version } = server;
    const host = await createLinked(server, {
      name: `trg-${this.#name}-${name}`,
      at: station.at,
      templates: [templateOf(server, campaign).title],
      macros: { ...campaign.macros, ...station.macros },
    });
    const ready = [...campaign.ready, ...(station.ready ?? [])];
    return { version, name, host, watch: new ProblemWatch(host), ready };
  }

  #watching({ host }: Fault): readonly Watched[] {
    return this.#watched.filter(({ name }) => host === undefined || name === host);
  }

  #isBeside({ trigger }: Problem): boolean {
    return this.#campaign?.besides.test(trigger) ?? false;
  }
}

function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function act(times: Map<Fault, number>, fault: Fault, how: (() => unknown) | undefined): Promise<void> {
  times.set(fault, Date.now() / 1000);
  await how?.();
}

/** As the server names it. */
function triggerOf({ target, trigger }: Fault): string {
  const name = typeof target === "string" ? target : target();
  return name === "" ? trigger : `${name}: ${trigger}`;
}

function templateOf({ version }: Server, { file }: Campaign): TemplateFile {
  const shipped = templateFiles(version).find((template) => template.file === file);
  if (shipped === undefined) throw new Error(`there is no ${file}`);
  return PACE.real ? copied(shipped, "in hours") : quickened(shipped, "in minutes");
}

async function prepareTemplate(server: Server, campaign: Campaign): Promise<void> {
  await install(await Api.login(server), server, templateOf(server, campaign));
}

async function allKnown(host: PolledHost, keys: readonly string[]): Promise<void> {
  if (PACE.real) await discoverNow(host);
  const known = async () => {
    await pause(1000);
    const items = await host.items();
    const missing = keys.filter((key) => items.get(key)?.value === undefined);
    return missing.length === 0 || Promise.reject(new Error(missing.join(" ")));
  };
  await waitFor(known, { what: "values of all targets", seconds: PACE.startSeconds });
}
