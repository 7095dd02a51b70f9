import type { Io } from "../io/io.ts";
import { realIo } from "../io/real-io.ts";
import { descriptorSink, LineLog } from "../io/stderr-log.ts";
import type { Parsed } from "../ring/answer.ts";
import type { Finding } from "../sources/source.ts";
import { sentence } from "../words/sentence.ts";
import { Daemon } from "./daemon.ts";
import { type Demo, startDemo } from "./demo.ts";
import { EXIT, type ExitCode } from "./exit.ts";
import type { Output } from "./output.ts";
import { NO_MANAGER, READY, reloading, type ServiceManager, STOPPING, serviceManager } from "./service-manager.ts";
import { readSettings, type Settings } from "./settings.ts";
import { startScreen } from "./start-screen.ts";
import { Watchdog } from "./watchdog.ts";

/** What must be over 2 s after SIGTERM; a stop that hangs is cut off so that a supervisor never has to kill. */
const STOP_MS = 1900;

/**
 * `tidemark run`: the bridge in the foreground, until SIGTERM or SIGINT.
 * @param attached for a parent that asks at the control socket, and there alone
 */
export async function run(config: string | undefined, attached: boolean, output: Output): Promise<ExitCode> {
  const settings = readSettings(config);
  if (settings.kind === "ok") return bridge(settings.value, output, { attached });
  output.error(settings.reason);
  return EXIT.wrong;
}

/** `tidemark run --demo`. */
export async function runDemo(output: Output): Promise<ExitCode> {
  const demo: Parsed<Demo> = await startDemo();
  if (demo.kind === "malformed") {
    output.error(`tidemark: ${demo.reason}`);
    return EXIT.failed;
  }
  const code = await bridge(demo.value.settings, output, { findings: demo.value.findings });
  demo.value.stop();
  return code;
}

/** Stops the bridge, as SIGTERM does, when standard input ends. */
export function endWithInput(): void {
  process.stdin.on("error", () => undefined); // its end follows
  process.stdin.on("close", () => process.kill(process.pid, "SIGTERM"));
  process.stdin.resume();
}

interface Way {
  readonly attached?: boolean;
  readonly findings?: readonly Finding[];
}

async function bridge(settings: Settings, output: Output, { attached = false, findings = [] }: Way): Promise<ExitCode> {
  const io = realIo();
  const log = openLog(settings, () => io.now().mono);
  const manager = attached ? NO_MANAGER : serviceManager(process.env, process.pid);
  let asked = false;
  process.on("SIGHUP", () => (asked = true)); // by itself it would end us, and a long journal takes its time
  const daemon = await Daemon.start(settings, { io, log, attached, sockets: manager.sockets });
  if (daemon.kind === "malformed") {
    log.error(`Cannot start: ${daemon.reason}.`);
    return EXIT.failed;
  }
  const stopped = untilStopped(daemon.value, { manager, io });
  if (asked) await daemon.value.reload();
  await daemon.value.sampling.schedule.tick();
  const watchdog = await report(manager, daemon.value, { io, log });
  for (const line of await startScreen(daemon.value, io, findings)) output.line(line);
  await stopped;
  watchdog?.stop();
  log.info("Stopped.");
  log.close();
  return EXIT.yes;
}

/** Tells the service manager that the daemon is ready, and that it is well as often as the manager wants to hear it. */
async function report(
  manager: ServiceManager,
  daemon: Daemon,
  { io, log }: { readonly io: Io; readonly log: LineLog },
): Promise<Watchdog | undefined> {
  const untold = await manager.tell(READY);
  if (untold !== undefined) log.error(sentence(untold));
  const seconds = manager.watchdogSeconds;
  if (seconds === undefined) return undefined;
  const feed = () => manager.tell("WATCHDOG=1");
  return new Watchdog({ seconds, trouble: () => daemon.trouble(), feed, io, log });
}

function openLog({ core }: Settings, now: () => number): LineLog {
  return new LineLog({ debugLevel: core.DebugLevel, prefix: !process.stderr.isTTY, sink: descriptorSink(2), now });
}

/** Resolves when the daemon has stopped because a signal asked for it. The service manager hears of each signal. */
function untilStopped(
  daemon: Daemon,
  { manager, io }: { readonly manager: ServiceManager; readonly io: Io },
): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      void manager.tell(STOPPING);
      const late = setTimeout(resolve, STOP_MS);
      void daemon.stop().then(() => {
        clearTimeout(late);
        resolve();
      });
    };
    const reload = async () => {
      await manager.tell(reloading(io.now().mono));
      await daemon.reload();
      await manager.tell(READY);
    };
    process.once("SIGTERM", stop);
    process.once("SIGINT", stop);
    process.on("SIGHUP", () => void reload());
  });
}
