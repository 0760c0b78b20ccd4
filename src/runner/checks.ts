import type { Agent } from "../agent/define_agent.ts";
import { isBuiltIn, type ManifestCheck } from "../agent/manifest.ts";
import { grantPermissions } from "../agent/granted_permissions.ts";
import { type BareFunction, executeCheck } from "../check/execute.ts";
import type { CheckCommand } from "../check/define_check.ts";
import { type Answer, failure } from "../check/answer.ts";
import { createVault } from "../check/vault.ts";
import { withHostValues } from "./host_values.ts";
import type { RunContext } from "./messages.ts";
import type { Isolation, SandboxKind, SandboxPool } from "./pool.ts";
import { needsNewWorker, type Quarantine } from "./quarantine.ts";
import { measureOtherThreads, waitUntilQuiet } from "./quiet.ts";
import { readSecret } from "./read_secret.ts";
import type { CheckRunner } from "./runner.ts";
import { unlessAborted } from "./deadline.ts";
import { AGENT } from "./run_record.ts";
import { type Sandbox, type SandboxLog, UnresponsiveError } from "./sandbox.ts";
import { memoryStore, storedState } from "./state_store.ts";
import { createTrials, type Turn } from "./trials.ts";

/**
 * Time for which a worker is watched after a suspect's answer, if the suspect had already answered
 * when the daemon died.
 */
const lingerMilliseconds = 600;

/**
 * If other threads use this part of a processor for this time after a command ran alone, then work
 * that the command started continues.
 */
const busyPart = 0.5;
const busyMilliseconds = 200;

/** How long the thread of a suspect may take to respond after its answer. */
const proofMilliseconds = 1_000;

/**
 * Runs checks in the sandboxes of a pool, each with its declared permissions.
 *
 * @param pool the sandboxes
 * @param context the data that every check receives
 * @param quarantine the commands that are not run, and the commands that are watched
 * @returns the runner of checks
 */
export function sandboxedChecks(
  pool: SandboxPool,
  context: RunContext,
  quarantine: Quarantine,
): CheckRunner {
  const quiet = async (milliseconds: number) => {
    const isQuiet = await waitUntilQuiet(milliseconds);
    if (isQuiet) pool.forgetEnded();
    return isQuiet;
  };
  const trials = createTrials(quarantine, pool.closeWorkers, quiet);
  // The kind is computed once per command, because it depends only on the manifest.
  const kinds = new Map<string, SandboxKind>();

  function kindFor(name: string, command: ManifestCheck, own: boolean): SandboxKind {
    let kind = kinds.get(name);
    if (kind === undefined) kinds.set(name, kind = kindOf(name, command, context.procfs));
    return own ? [kind[0], kind[1], name] : kind;
  }

  return async (name, command, args, signal) => {
    const inWorker = command.isolation === "worker";
    const reason = () =>
      quarantine.reason(name) ?? (inWorker ? quarantine.reason(AGENT) : undefined);
    if (reason() !== undefined) return quarantined(name, reason()!);
    const turn: Turn = inWorker ? await trials.enter(name, signal) : { leave: () => {} };
    if (reason() !== undefined) {
      turn.leave();
      return quarantined(name, reason()!);
    }
    const { trial, alone = false, over, answered, leave } = turn;
    const { separate = false, ...suspicion } = quarantine.suspicion(name) ?? { deaths: 0 };
    const fresh = inWorker && needsNewWorker(suspicion);
    const own = trial !== undefined || separate;
    let started = false;
    let observed: Promise<unknown> | undefined;
    const running = pool.use(kindFor(name, command, own), (sandbox, mark) => {
      // The client no longer waits.
      if (signal.aborted) throw signal.reason;
      started = true;
      quarantine.acquit(AGENT);
      const unmark = mark(name, alone ? "trial" : "running");
      const answer = sandbox.run(name, args, withValues(context, command), signal);
      if (trial === undefined) answer.then(unmark, unmark);
      else {
        const free = answer.then(
          () => fresh || observe(name, sandbox, quarantine),
          (error) => !(error instanceof UnresponsiveError),
        );
        free.then(answered);
        // If the sandbox has ended itself, the runtime may still work for it.
        const calm = free.then(pool.untilQuiet);
        free.then(async (isFree) => {
          const busy = await isBusy(calm, over);
          const end = alone && isFree && busy ? mark(name, "continued") : undefined;
          if (end) unmark();
          await calm;
          (end ?? unmark)();
          if (isFree) quarantine.acquit(name);
        });
        observed = free.then(() => Promise.race([calm, over]));
      }
      return answer;
    }, { trial: alone, fresh });
    running.catch(() => {}).then(() => observed).then(leave);
    // If the evaluation of a module never ends, other suspects must not wait for it.
    const giveUp = () => started || leave();
    if (trial !== undefined) signal.addEventListener("abort", giveUp, { once: true });
    try {
      // The start of a sandbox cannot be cancelled, but a run can.
      return await unlessAborted(running, signal, () => started);
    } catch (error) {
      if (error === signal.reason) {
        throw new Error("The sandbox was still starting at the deadline");
      }
      if (!(error instanceof UnresponsiveError)) throw error;
      throw new Error(describeEnd(command.isolation, error.commands, signal.aborted), {
        cause: error,
      });
    }
  };
}

function quarantined(name: string, reason: string): Answer {
  const hint = "The command can run again after the next reload";
  return failure("done", `Command '${name}' is quarantined: ${reason}`, hint);
}

// Returns whether other threads have worked for some time when other commands may run again.
async function isBusy(calm: Promise<void>, over: Promise<void> | undefined): Promise<boolean> {
  const start = performance.now();
  const part = measureOtherThreads();
  const isOver = await Promise.race([calm.then(() => false), over?.then(() => true)]);
  return isOver === true && performance.now() - start >= busyMilliseconds && part() >= busyPart;
}

// Returns whether the worker of a command that has answered proves that its thread is free.
async function observe(name: string, sandbox: Sandbox, quarantine: Quarantine): Promise<boolean> {
  if (quarantine.suspicion(name)?.trial === "linger") {
    await new Promise((resolve) => setTimeout(resolve, lingerMilliseconds));
  }
  const timer = setTimeout(sandbox.abandon, proofMilliseconds);
  try {
    await sandbox.prove();
    return true;
  } catch {
    // The sandbox was closed. Its end is reported separately.
    return false;
  } finally {
    clearTimeout(timer);
  }
}

// A run can end before its own deadline if an earlier run of the same command blocked the sandbox.
function describeEnd(isolation: Isolation, commands: readonly string[], isOver: boolean): string {
  const end = isolation === "process" ? "its process was killed" : "its worker is abandoned";
  if (commands.length > 1) {
    return `A check blocked this sandbox: ${end}, and each command that ran in it gets a sandbox ` +
      "of its own until the next reload";
  }
  const more = isolation === "process"
    ? ""
    : ", and the command is quarantined until the next reload";
  return isOver
    ? `The check did not respond at its deadline: ${end}${more}`
    : `Command '${commands[0]}' blocked its sandbox: ${end}${more}`;
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
 * Runs the self check of the daemon in this realm, and passes all other checks to another runner.
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
 * Runs checks in this realm, with all permissions of this process. Use it in programs that have the
 * agent as a value. Declared permissions have no effect in this realm. The states of commands are
 * kept in memory: the program may not be allowed to write files.
 *
 * @param agent the agent
 * @param context the data that every check receives
 * @param log receives the messages that checks log
 * @returns the runner of checks
 */
export function inlineChecks(agent: Agent, context: RunContext, log: SandboxLog): CheckRunner {
  const vault = createVault(readSecret);
  const states = memoryStore();
  return (name, _command, args, signal) =>
    executeCheck(
      agent.commands[name] as CheckCommand | BareFunction,
      args,
      { ...context, signal, log: (message) => log(name, vault.scrub(String(message))) },
      vault,
      storedState(states, name, signal),
    );
}
