import { expandArgv } from "../agent/macros.ts";
import type { Manifest, ManifestCheck, ManifestCommand } from "../agent/manifest.ts";
import { SHELL_PATH } from "../host/paths.ts";
import { type Answer, failure } from "../check/answer.ts";
import type { ProcessTree } from "../host/process_tree.ts";
import { BusyError, createAdmission } from "./admission.ts";
import { createCache } from "./cache.ts";
import { waitAtMost, withDeadline } from "./deadline.ts";
import { NOT_STARTED, type PluginRun, runPlugin } from "./plugin.ts";

/** Runs the commands of one agent. */
export interface Runner {
  /**
   * Runs a command within its deadline and its limits. It never rejects and never settles late.
   *
   * @param name a command of the manifest
   * @param args its arguments
   */
  run(name: string, args: readonly string[]): Promise<Answer>;
  /** The number of running commands. */
  readonly running: number;
  /** Settles when no command runs, or after `milliseconds`. */
  idle(milliseconds: number): Promise<void>;
  /**
   * Ends all commands as if their deadlines had passed, and does not start further ones.
   *
   * @returns a promise that settles when all commands that can be ended have ended
   */
  end(): Promise<void>;
}

/**
 * Maximum time that an answer waits after the deadline, so that it can report how the command
 * ended. In this time a check that handles the signal stops, and a plugin that ignores TERM is
 * killed. Detecting an unresponsive sandbox takes longer, so the client gets its answer before the
 * detection ends.
 */
const graceMilliseconds = 300;

/**
 * Maximum time from a stop to the end of all commands. Ending a plugin that ignores TERM takes at
 * most half of this time.
 */
const endMilliseconds = 3_000;

/** Runs the checks of an agent, in sandboxes or in this realm. */
export type CheckRunner = (
  name: string,
  command: ManifestCheck,
  args: readonly string[],
  signal: AbortSignal,
) => Promise<Answer>;

/**
 * Makes a runner.
 *
 * @param manifest the commands and their limits
 * @param runCheck runs checks
 * @param processes ends plugins
 * @param onEnded called with the ending of each command that ended after its answer was sent
 * @returns the runner
 */
export function createRunner(
  manifest: Manifest,
  runCheck: CheckRunner,
  processes: ProcessTree,
  onEnded: (command: string, ending: string) => void = () => {},
): Runner {
  const admission = createAdmission(manifest.settings.limits);
  // Another command or a flood of queries can cause any other outcome, such as `busy`.
  const cache = createCache<Answer>(({ outcome }) => outcome === "done");
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
      return failed(leave === undefined && signal.aborted ? NOT_STARTED : error);
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

function pluginRun(
  command: ManifestCommand & { kind: "plugin" | "shell" },
  args: readonly string[],
): PluginRun {
  const argv = command.kind === "plugin"
    ? expandArgv(command.argv, args, command.split, command.unsplit)
    // The agent contains the line. Arguments from the wire are $1, $2… and are never parsed as
    // code.
    : [SHELL_PATH, "-c", command.line, "checkwright", ...args];
  return { ...command, argv };
}

/** Texts about the ending of a plugin at its deadline. */
const pluginEndings = {
  gone: "The plugin exited at its deadline",
  TERM: "The plugin and all processes that it started got TERM, and ended",
  KILL: "The plugin and all processes that it started got TERM, did not end, and got KILL",
  left: "A process of the plugin still runs after TERM and KILL: it hangs in the kernel, or " +
    "belongs to another user, so that the daemon may not end it",
  alone: "Only the plugin itself was signalled: without /bin/sh, its children cannot be ended",
};

// Returns how a command ended at its deadline.
function endingOf(command: ManifestCommand, { outcome, reason, ending }: Answer): string {
  if (outcome !== "done") return reason!;
  return command.kind === "check"
    ? "The check was notified of its deadline and stopped"
    : pluginEndings[ending ?? "gone"];
}

/** The reason in the log for a command that has not ended yet. */
const underWay = {
  worker: "The check was notified of its deadline and has not stopped yet: if it does not " +
    "respond, its worker is abandoned and the command quarantined; if it continues, its sandbox " +
    "is closed",
  process:
    "The check was notified of its deadline and has not stopped yet: if it does not respond, " +
    "its process is killed; if it continues, its sandbox is closed",
  plugin: "The plugin and all processes that it started are being ended with TERM, then with KILL",
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
