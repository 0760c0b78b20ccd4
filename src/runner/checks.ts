import type { Agent } from "../agent/define.ts";
import { type GrantedPermissions, grantPermissions } from "../agent/permissions.ts";
import { type BareFunction, executeCheck } from "../check/execute.ts";
import type { CheckCommand } from "../check/define.ts";
import type { RunContext } from "./messages.ts";
import type { SandboxPool } from "./pool.ts";
import type { CheckRunner } from "./runner.ts";
import type { SandboxLog } from "./sandbox.ts";

/**
 * Runs checks in the sandboxes of a pool, each with what it declared.
 *
 * @param pool the sandboxes
 * @param context what every check is told
 * @returns the runner of checks
 */
export function sandboxedChecks(pool: SandboxPool, context: RunContext): CheckRunner {
  // Worked out once: it stays the same as long as the manifest does.
  const granted = new Map<string, GrantedPermissions>();
  return async (name, command, args, signal) => {
    let permissions = granted.get(name);
    if (permissions === undefined) {
      permissions = grantPermissions(command.permissions, context.procfs);
      granted.set(name, permissions);
    }
    const sandbox = await pool.sandbox(permissions, command.isolation);
    return sandbox.run(name, args, context, signal);
  };
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
