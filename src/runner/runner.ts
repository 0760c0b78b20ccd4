import { expandArgv } from "../agent/macros.ts";
import type { Manifest, ManifestCheck, ManifestCommand } from "../agent/manifest.ts";
import { shellPath } from "../host/paths.ts";
import { formatPluginOutput, type PluginOutput } from "../nagios/plugin_output.ts";
import type { ProcessTree } from "../host/process_tree.ts";
import { BusyError, createAdmission } from "./admission.ts";
import { createCache } from "./cache.ts";
import { withDeadline } from "./deadline.ts";
import { type PluginRun, runPlugin } from "./plugin.ts";

/** How a run ended, for the log and for counting. */
export type Outcome = "done" | "timeout" | "busy" | "failed";

/** What came of running a command. */
export interface RunResult {
  /** The answer. */
  output: PluginOutput;
  /** How it came about. */
  outcome: Outcome;
  /** What the log should know and the wire need not. */
  reason?: string;
}

/** What came of it, and what became of the command if its time was over. */
interface Ended extends RunResult {
  ending: string;
}

/** Runs the commands of one agent. */
export interface Runner {
  /**
   * Runs a command, within its deadline and its bounds. Never rejects, never is late.
   *
   * @param name a command of the manifest
   * @param args its arguments
   */
  run(name: string, args: readonly string[]): Promise<RunResult>;
  /** How many commands run. */
  readonly running: number;
  /**
   * Brings every deadline forward to now, and no command is run any more.
   *
   * @returns settles when nothing is left of them, as far as it can be ended
   */
  end(): Promise<void>;
}

/**
 * How long behind its deadline an answer may leave, so that it can tell what became of the command,
 * in milliseconds. A check that listens has stopped by then, and a plugin that ignores TERM is killed.
 * To be sure that a sandbox is deaf takes longer, and whoever asked does not wait for that.
 */
const lastWord = 300;

/** How long what is told to end may take, in milliseconds: a plugin that ignores TERM takes half. */
const endsWithin = 3_000;

/** Runs the checks among the commands: in sandboxes, or here. */
export type CheckRunner = (
  name: string,
  command: ManifestCheck,
  args: readonly string[],
  signal: AbortSignal,
) => Promise<{ output: PluginOutput; stack?: string }>;

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
  const cache = createCache<RunResult>();
  const ending = new AbortController();

  async function start(
    name: string,
    command: ManifestCommand,
    args: readonly string[],
    signal: AbortSignal,
  ): Promise<Ended> {
    if (command.kind === "check") {
      const { output, stack } = await runCheck(name, command, args, signal);
      const ending = "The check heard that its time was over, and stopped";
      return { output, outcome: "done", ending, ...(stack !== undefined && { reason: stack }) };
    }
    const { output, reason, ending } = await runPlugin(
      pluginRun(command, args),
      signal,
      processes,
    );
    return {
      output,
      outcome: "done",
      ending: pluginEndings[ending ?? "gone"],
      ...(reason !== undefined && { reason }),
    };
  }

  function runOnce(
    name: string,
    command: ManifestCommand,
    args: readonly string[],
  ): Promise<RunResult> {
    if (ending.signal.aborted) return Promise.resolve(failed(ending.signal.reason));
    const task = async (signal: AbortSignal): Promise<Ended> => {
      let leave: (() => void) | undefined;
      try {
        leave = await admission.enter(name, command.maxConcurrent ?? Infinity, signal);
        return await start(name, command, args, signal);
      } catch (error) {
        const result = failed(error);
        const waited = "It waited for a place to run, and was not started";
        return { ...result, ending: leave === undefined ? waited : result.reason };
      } finally {
        leave?.();
      }
    };
    let done: Promise<Ended>;
    return withDeadline(
      { seconds: command.timeout, lastWord, stop: ending.signal },
      (signal) => done = task(signal),
      (ended) => {
        if (ended === undefined) done.then((result) => onEnded(name, result.ending));
        return ending.signal.aborted ? failed(ending.signal.reason) : timedOut(command, ended);
      },
    );
  }

  return {
    run(name, args) {
      const command = manifest.commands[name]!;
      return cache.get(
        JSON.stringify([name, args]),
        command.cache ?? 0,
        () => runOnce(name, command, args),
      );
    },
    get running() {
      return admission.running;
    },
    async end() {
      ending.abort(new Error("The daemon stops"));
      const latest = performance.now() + endsWithin;
      while (admission.running > 0 && performance.now() < latest) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}

function pluginRun(
  command: ManifestCommand & { kind: "plugin" | "shell" },
  args: readonly string[],
): PluginRun {
  const argv = command.kind === "plugin"
    ? expandArgv(command.argv, args, command.split)
    // The line is the operator's; what comes from the wire is $1, $2… and never parsed as a line.
    : [shellPath, "-c", command.line, "checkwright", ...args];
  return { ...command, argv };
}

/** What became of a plugin whose time was over, by what it took to end it. */
const pluginEndings = {
  gone: "The plugin ended by itself at that moment",
  TERM: "The plugin and everything it started got TERM, and ended",
  KILL: "The plugin and everything it started got TERM, did not end, and got KILL",
  left: "The plugin and everything it started got TERM and KILL, and something of it still runs",
  alone:
    "Only the plugin itself got TERM and KILL: without /bin/sh, what it started cannot be ended",
};

/** What is being done about what has not ended yet. */
const underWay = {
  worker: "The check was told to stop and has not yet: if it does not hear of it, its worker is " +
    "abandoned and the command quarantined; if it hears and goes on, its sandbox is given up",
  process:
    "The check was told to stop and has not yet: if it does not hear of it, its process is " +
    "killed; if it hears and goes on, its sandbox is given up",
  plugin: "The plugin and everything it started is being ended, by TERM and then by KILL",
};

function timedOut(command: ManifestCommand, ended: Ended | undefined): RunResult {
  const output = `NRPE: Command timed out after ${command.timeout} seconds`;
  const reason = ended?.ending ??
    underWay[command.kind === "check" ? command.isolation : "plugin"];
  return {
    output: { state: "UNKNOWN", text: formatPluginOutput({ output, longOutput: reason }) },
    outcome: "timeout",
    reason,
  };
}

function failed(error: unknown): RunResult & { reason: string } {
  const reason = error instanceof Error ? error.message : String(error);
  if (error instanceof BusyError) {
    return { output: unknown(`Too busy: ${reason}`), outcome: "busy", reason };
  }
  return { output: unknown(`Could not run: ${reason}`), outcome: "failed", reason };
}

function unknown(reason: string): PluginOutput {
  return { state: "UNKNOWN", text: formatPluginOutput({ output: reason }) };
}
