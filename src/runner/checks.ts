import type { Agent } from "../agent/define_agent.ts";
import { isBuiltIn, type ManifestCheck } from "../agent/manifest.ts";
import { grantPermissions } from "../agent/granted_permissions.ts";
import { type BareFunction, executeCheck } from "../check/execute.ts";
import type { CheckCommand } from "../check/define_check.ts";
import { failure } from "../check/answer.ts";
import { withHostValues } from "./host_values.ts";
import type { RunContext } from "./messages.ts";
import type { Isolation, SandboxKind, SandboxPool } from "./pool.ts";
import type { Quarantine } from "./quarantine.ts";
import type { CheckRunner } from "./runner.ts";
import { unlessAborted } from "./deadline.ts";
import { DeafError, type SandboxLog } from "./sandbox.ts";

/**
 * Runs checks in the sandboxes of a pool, each with what it declared.
 *
 * @param pool the sandboxes
 * @param context what every check is told
 * @param quarantine commands that are not run
 * @param onAbandoned called for each worker that cannot be ended, and may go on burning a core
 * @returns the runner of checks
 */
export function sandboxedChecks(
  pool: SandboxPool,
  context: RunContext,
  quarantine: Quarantine,
  onAbandoned: (command: string) => void = () => {},
): CheckRunner {
  // Worked out once: it stays the same as long as the manifest does.
  const kinds = new Map<string, SandboxKind>();
  return async (name, command, args, signal) => {
    const reason = quarantine.reason(name);
    if (reason !== undefined) {
      const hint = "It is run again after the next reload";
      return failure("done", `Command '${name}' is quarantined: ${reason}`, hint);
    }
    let kind = kinds.get(name);
    if (kind === undefined) kinds.set(name, kind = kindOf(name, command, context.procfs));
    let started = false;
    const running = pool.use(kind, (sandbox) => {
      // Nobody waits any more.
      if (signal.aborted) throw signal.reason;
      started = true;
      return sandbox.run(name, args, withValues(context, command), signal);
    });
    running.catch(() => {});
    try {
      // A start cannot be called off, a run can.
      return await unlessAborted(running, signal, () => started);
    } catch (error) {
      if (error === signal.reason) throw new Error("Its sandbox was still being started");
      if (!(error instanceof DeafError)) throw error;
      // A process was killed, and that was all. A worker can only be left alone.
      if (command.isolation === "worker" && error.command === name) {
        quarantine.add(name, "it did not stop at its deadline and blocked its sandbox");
        onAbandoned(name);
      }
      const isOwn = signal.aborted && error.command === name;
      throw new Error(describeEnd(command.isolation, error.command, isOwn), { cause: error });
    }
  };
}

// Whoever shares a sandbox ends with it, at its deadline or before.
function describeEnd(isolation: Isolation, culprit: string, isOwn: boolean): string {
  const what = isolation === "process" ? "process was killed" : "worker is abandoned";
  if (!isOwn) return `Command '${culprit}' blocked the sandbox that it runs in: its ${what}`;
  const more = isolation === "process" ? "" : ", and the command quarantined until the next reload";
  return `The check did not hear that its time was over: its ${what}${more}`;
}

/**
 * In which sandbox a check runs.
 *
 * @param name the command's name
 * @param command the check
 * @param procfs where /proc is bound
 * @returns the kind of its sandbox
 */
export function kindOf(name: string, command: ManifestCheck, procfs: string): SandboxKind {
  const permissions = grantPermissions(command.permissions, procfs);
  return command.sandbox === "own"
    ? [permissions, command.isolation, name]
    : [permissions, command.isolation];
}

function withValues(context: RunContext, { hostValues }: ManifestCheck): RunContext {
  return hostValues === undefined ? context : { ...context, values: hostValues };
}

/**
 * Lets the daemon's own check run here, and all others elsewhere.
 *
 * @param own the daemon's own check
 * @param others runs the rest
 * @param context what every check is told
 * @returns the runner of checks
 */
export function withOwnCheck(
  own: CheckCommand,
  others: CheckRunner,
  context: RunContext,
): CheckRunner {
  return (name, command, args, signal) =>
    isBuiltIn(command)
      ? executeCheck(withHostValues(own, command.hostValues), args, {
        ...context,
        signal,
        log: () => {},
      })
      : others(name, command, args, signal);
}

/**
 * Runs checks here, in this realm, with whatever this process may do: for agents that are a value
 * in a program's hands. Declared permissions bind nothing then.
 *
 * @param agent the agent
 * @param context what every check is told
 * @param log where checks log
 * @returns the runner of checks
 */
export function inlineChecks(agent: Agent, context: RunContext, log: SandboxLog): CheckRunner {
  return (name, _command, args, signal) =>
    executeCheck(agent.commands[name] as CheckCommand | BareFunction, args, {
      ...context,
      signal,
      log: (message) => log(name, message),
    });
}
