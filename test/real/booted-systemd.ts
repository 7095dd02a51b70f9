import { accessSync, chmodSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Io } from "../../src/io/io.ts";
import { realIo } from "../../src/io/real-io.ts";
import { removeGroup } from "./control-groups.ts";
import type { Program } from "./program.ts";
import { runNumber } from "./run-number.ts";
import { isSkipped, run, start, temporaryDirectory } from "./start.ts";
import { waitFor } from "./wait.ts";

const BOOT = fileURLToPath(new URL("fixtures/boot-systemd", import.meta.url));

/** cgroup v2, alone or beside v1. */
const CGROUPS = ["/sys/fs/cgroup/unified", "/sys/fs/cgroup"].find((path) => existsSync(join(path, "cgroup.procs")));

/** Whether this machine lets us be PID 1 of namespaces of our own: root, with a cgroup v2 to write to. */
export function canBoot(): boolean {
  if (isSkipped("systemd") || process.getuid?.() !== 0 || CGROUPS === undefined) return false;
  try {
    accessSync(CGROUPS, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

const BUS_UNITS: Readonly<Record<string, string>> = {
  "default.target": "[Unit]\nDefaultDependencies=no\nWants=dbus.service\n",
  "dbus.socket": "[Unit]\nDefaultDependencies=no\n[Socket]\nListenStream=/run/dbus/system_bus_socket\n",
  "dbus.service":
    "[Unit]\nDefaultDependencies=no\nRequires=dbus.socket\n[Service]\nType=notify\n" +
    "ExecStart=/usr/bin/dbus-daemon --system --address=systemd: --nofork --nopidfile --systemd-activation\n",
};

/** A real systemd, PID 1 of its own namespaces. `end` leaves nothing of it. */
export class BootedSystemd {
  readonly #directory: string;
  readonly #group: string;
  readonly #program: Program;

  private constructor(directory: string, group: string, program: Program) {
    this.#directory = directory;
    this.#group = group;
    this.#program = program;
  }

  /** @param units text of each unit file by its name, beside those of the bus; nothing starts them */
  static async boot(units: Readonly<Record<string, string>>): Promise<BootedSystemd> {
    const directory = temporaryDirectory();
    chmodSync(directory, 0o755); // dbus-daemon gives up root
    for (const name of ["units", "run"]) mkdirSync(join(directory, name));
    for (const [name, text] of Object.entries({ ...BUS_UNITS, ...units })) {
      writeFileSync(join(directory, "units", name), text);
    }
    const group = join(CGROUPS ?? "", `tidemark-test-${runNumber()}-${process.pid}`);
    const path = join(directory, "run/dbus/system_bus_socket");
    const program = await start("sh", [BOOT, directory, group], { ready: { path } });
    return new BootedSystemd(directory, group, program);
  }

  async end(): Promise<void> {
    await this.#program.kill();
    await waitFor(() => removeGroup(this.#group), { what: `"${this.#group}" to be empty` });
  }

  /** Its process as this machine numbers it. */
  get #init(): string {
    const { pid } = this.#program;
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").trim();
  }

  /** Runs systemctl inside; its output. */
  systemctl(...args: readonly string[]): Promise<string> {
    return this.inside("systemctl", ...args);
  }

  /** Runs a program in the namespaces; its output. */
  async inside(...command: readonly string[]): Promise<string> {
    return (
      await run("nsenter", ["--target", this.#init, "--mount", "--pid", "--net", "--", ...command])
    ).stdout.trim();
  }

  /** Whether a path below /run is there. */
  has(path: string): boolean {
    return existsSync(join(this.#directory, path));
  }

  /** `systemctl show` of one unit. */
  async show(unit: string): Promise<ReadonlyMap<string, string>> {
    const lines = (await this.systemctl("show", "--timestamp=us+utc", unit)).split("\n");
    return new Map(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
  }

  /** The world as a program inside would meet it, as far as /run goes. */
  io(): Io {
    const io = realIo();
    const inside = (path: string): string => (path.startsWith("/run/") ? join(this.#directory, path) : path);
    return {
      ...io,
      list: (path) => io.list(inside(path)),
      access: (path) => io.access(inside(path)),
      connect: (endpoint, options) =>
        io.connect(endpoint.kind === "unix" ? { kind: "unix", path: inside(endpoint.path) } : endpoint, options),
    };
  }
}
