import { expandArgv } from "../agent/macros.ts";
import type { Manifest, ManifestCheck, ManifestCommand } from "../agent/manifest.ts";
import { SHELL_PATH } from "../host/paths.ts";
import { type Answer, failure } from "../check/answer.ts";
import type { ProcessTree } from "../host/process_tree.ts";
import { BusyError, createAdmission } from "./admission.ts";
import { createCache } from "./cache.ts";
import { waitAtMost, withDeadline } from "./deadline.ts";
import { type PluginRun, runPlugin } from "./plugin.ts";

/** Runs the commands of one agent. */
export interface Runner {
  /**
   * Runs a command, within its deadline and its bounds. Never rejects, never is late.
   *
   * @param name a command of the manifest
   * @param args its arguments
   */
  run(name: string, args: readonly string[]): Promise<Answer>;
  /** How many commands run. */
  readonly running: number;
  /** Settles when no command runs, and after so many milliseconds in any case. */
  idle(milliseconds: number): Promise<void>;
  /**
   * Brings every deadline forward to now, and no command is run any more.
   *
   * @returns settles when nothing is left of them, as far as it can be ended
   */
  end(): Promise<void>;
}

/**
 * How long after its deadline an answer may leave, so that it can tell what became of the command,
 * in milliseconds. A check that listens has stopped by then, and a plugin that ignores TERM is killed.
 * To be sure that a sandbox is deaf takes longer, and the client does not wait for that.
 */
const graceMilliseconds = 300;

/** How long a stopped command may take to end: a plugin that ignores TERM takes half. */
const endMilliseconds = 3_000;

/** Runs the checks among the commands: in sandboxes, or here. */
export type CheckRunner = (
  name: string,
  command: ManifestCheck,
  args: readonly string[],
  signal: AbortSignal,
) => Promise<Answer>;

/**
 * Makes a runner.
 *
 * @param manifest the commands and their bounds
 * @param runCheck runs checks
 * @param processes ends plugins
 * @param onEnded hears what became of a command that had not ended yet when its answer left
 * @returns the runner
 */
export function createRunner(
  manifest: Manifest,
  runCheck: CheckRunner,
  processes: ProcessTree,
  onEnded: (command: string, ending: string) => void = () => {},
): Runner {
  const admission = createAdmission(manifest.settings.limits);
  const cache = createCache<Answer>();
  const ending = new AbortController();
  const idle = (milliseconds: number) => waitAtMost(milliseconds, admission.idle());

  async function start(
    name: string,
    args: readonly string[],
    signal: AbortSignal,
  ): Promise<Answer> {
    const command = manifest.commands[name]!;
    let leave: (() => void) | undefined;
    try {
      leave = await admission.enter(name, command.maxConcurrent ?? Infinity, signal);
      return command.kind === "check"
        ? await runCheck(name, command, args, signal)
        : await runPlugin(pluginRun(command, args), signal, processes);
    } catch (error) {
      return failed(leave === undefined && signal.aborted ? notStarted : error);
    } finally {
      leave?.();
    }
  }

  function runOnce(name: string, args: readonly string[]): Promise<Answer> {
    const command = manifest.commands[name]!;
    const stop = ending.signal;
    if (stop.aborted) return Promise.resolve(failed(stop.reason));
    let done: Promise<Answer>;
    return withDeadline(
      { seconds: command.timeout, graceMilliseconds, stop },
      (signal) => done = start(name, args, signal),
      (ended) => {
        if (ended === undefined) done.then((answer) => onEnded(name, endingOf(command, answer)));
        return stop.aborted ? failed(stop.reason) : timedOut(command, ended);
      },
    );
  }

  return {
    run(name, args) {
      const seconds = manifest.commands[name]!.cache ?? 0;
      return cache.get(JSON.stringify([name, args]), seconds, () => runOnce(name, args));
    },
    get running() {
      return admission.running;
    },
    idle,
    end() {
      ending.abort(new Error("The daemon stops"));
      return idle(endMilliseconds);
    },
  };
}

const notStarted = "It waited for a place to run, and was not started";

function pluginRun(
  command: ManifestCommand & { kind: "plugin" | "shell" },
  args: readonly string[],
): PluginRun {
  const argv = command.kind === "plugin"
    ? expandArgv(command.argv, args, command.split)
    // The line is the operator's; what comes from the wire is $1, $2… and never parsed as a line.
    : [SHELL_PATH, "-c", command.line, "checkwright", ...args];
  return { ...command, argv };
}

/** What became of a plugin at its deadline, by what it took to end it. */
const pluginEndings = {
  gone: "The plugin ended by itself at that moment",
  TERM: "The plugin and everything it started got TERM, and ended",
  KILL: "The plugin and everything it started got TERM, did not end, and got KILL",
  left: "The plugin and everything it started got TERM and KILL, and something of it still runs",
  alone:
    "Only the plugin itself got TERM and KILL: without /bin/sh, what it started cannot be ended",
};

// What became of a command at its deadline.
function endingOf(command: ManifestCommand, { outcome, reason, ending }: Answer): string {
  if (outcome !== "done") return reason!;
  return command.kind === "check"
    ? "The check heard that its time was over, and stopped"
    : pluginEndings[ending ?? "gone"];
}

/** What is being done about what has not ended yet. */
const underWay = {
  worker: "The check was told to stop and has not yet: if it does not hear of it, its worker is " +
    "abandoned and the command quarantined; if it hears and goes on, its sandbox is given up",
  process:
    "The check was told to stop and has not yet: if it does not hear of it, its process is " +
    "killed; if it hears and goes on, its sandbox is given up",
  plugin: "The plugin and everything it started is being ended, by TERM and then by KILL",
};

function timedOut(command: ManifestCommand, ended: Answer | undefined): Answer {
  const reason = ended
    ? endingOf(command, ended)
    : underWay[command.kind === "check" ? command.isolation : "plugin"];
  const output = `NRPE: Command timed out after ${command.timeout} seconds`;
  return failure("timeout", output, reason, { reason });
}

function failed(error: unknown): Answer {
  const reason = error instanceof Error ? error.message : String(error);
  return error instanceof BusyError
    ? failure("busy", `Too busy: ${reason}`, undefined, { reason })
    : failure("failed", `Could not run: ${reason}`, undefined, { reason });
}
