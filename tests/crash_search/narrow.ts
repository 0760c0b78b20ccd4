/** Finds the call, or the few calls, that end a process. */
import type { Position } from "./inside.ts";
import { type Outcome, runProcess, type Setting } from "./outcome.ts";

/** A process that died or had to be killed. */
export interface Finding {
  kind: "crash" | "memory" | "broken" | "blocked";
  expression: string;
  status: string;
  reason: string;
}

/**
 * Finds the calls that made a process die.
 *
 * @param start the first call of the process that died
 * @returns the finding; if no single call is the cause, it contains a range of calls. Undefined if
 * many calls together have exhausted the memory
 */
export async function narrow(
  setting: Setting,
  start: Position,
  outcome: Outcome,
): Promise<Finding | undefined> {
  const { at } = outcome;
  const diesFrom = async (from: Position) => {
    const again = await runProcess(setting, { kind: "run", from, to: at, skip: [] });
    return again.kind === "died" ? again : undefined;
  };
  const alone = await diesFrom([at[0], at[1], -1]);
  if (alone !== undefined) return await report(setting, alone, at, at);
  if (isMemory(outcome)) return undefined;
  // The process may die later than the call that is the cause. So the last calls are tried first.
  for (let calls = 4; calls < at[1]; calls *= 8) {
    const from: Position = [at[0], at[1] - calls, -1];
    const again = await diesFrom(from);
    if (again !== undefined) return await report(setting, again, from, at);
  }
  for (let functions = 0; at[0] - functions > start[0]; functions = functions * 2 + 1) {
    const from: Position = [at[0] - functions, 0, -1];
    const again = await diesFrom(from);
    if (again !== undefined) return await report(setting, again, from, at);
  }
  const again = await diesFrom(start);
  const finding = await report(setting, again ?? outcome, start, at);
  return again ? finding : { ...finding, reason: `${finding.reason} (did not happen again)` };
}

/** Returns whether a process ended because its heap was full or its memory limit was reached. */
function isMemory({ reason }: Outcome): boolean {
  return /out of memory|heap limit|invalid (?:array|table|size)|Zone|memory allocation of \d{1,11} bytes/
    .test(reason);
}

async function report(
  setting: Setting,
  outcome: Outcome,
  from: Position,
  to: Position,
): Promise<Finding> {
  const last = await describe(setting, to, outcome.method);
  const expression = from.join() === to.join() || from[0] === to[0] && from[1] === to[1]
    ? last
    : `${await describe(setting, from)} … ${last}`;
  const kind = isMemory(outcome) ? "memory" : "crash";
  return { kind, expression, status: outcome.status, reason: outcome.reason };
}

/** Returns the expression of a call. */
export async function describe(setting: Setting, at: Position, method = ""): Promise<string> {
  const { lines } = await runProcess(setting, { kind: "describe", at });
  return `${lines[0] ?? `call ${at}`}${method === "" ? "" : ` → ${method}`}`;
}
