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
import { type SandboxLog, UnresponsiveError } from "./sandbox.ts";

/**
 * Runs checks in the sandboxes of a pool, each with its declared permissions.
 *
 * @param pool the sandboxes
 * @param context the data that every check receives
 * @param quarantine the commands that are not run
 * @param onAbandoned called for each worker that cannot be ended and may keep a core busy
 * @returns the runner of checks
 */
export function sandboxedChecks(
  pool: SandboxPool,
  context: RunContext,
  quarantine: Quarantine,
  onAbandoned: (command: string) => void = () => {},
): CheckRunner {
  // Computed once per command: it depends on the manifest only.
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
      // The client no longer waits.
      if (signal.aborted) throw signal.reason;
      started = true;
      return sandbox.run(name, args, withValues(context, command), signal);
    });
    running.catch(() => {});
    try {
      // The start of a sandbox cannot be cancelled, a run can.
      return await unlessAborted(running, signal, () => started);
    } catch (error) {
      if (error === signal.reason) {
        throw new Error("The sandbox was still starting at the deadline");
      }
      if (!(error instanceof UnresponsiveError)) throw error;
      // A process has been killed by now. A worker cannot be ended, only abandoned.
      if (command.isolation === "worker" && error.command === name) {
        quarantine.add(name, "it did not stop at its deadline and blocked its sandbox");
        onAbandoned(name);
      }
      const isOwn = signal.aborted && error.command === name;
      throw new Error(describeEnd(command.isolation, error.command, isOwn), { cause: error });
    }
  };
}

// Commands that share the sandbox also end with it, at their deadlines or earlier.
function describeEnd(isolation: Isolation, culprit: string, isOwn: boolean): string {
  const what = isolation === "process" ? "process was killed" : "worker is abandoned";
  if (!isOwn) return `Command '${culprit}' blocked its sandbox: the ${what}`;
  const more = isolation === "process"
    ? ""
    : ", and the command is quarantined until the next reload";
  return `The check did not respond at its deadline: its ${what}${more}`;
}

/**
 * Returns the kind of sandbox in which a check runs.
 *
 * @param name the command's name
 * @param command the check
 * @param procfs the path at which /proc is mounted
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
 * Runs the self check of the daemon in this realm, and passes all other checks on.
 *
 * @param own the self check of the daemon
 * @param others runs all other checks
 * @param context the data that every check receives
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
 * Runs checks in this realm, with all permissions of this process. This is for programs that hold
 * the agent as a value. Declared permissions have no effect then.
 *
 * @param agent the agent
 * @param context the data that every check receives
 * @param log receives what checks log
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
