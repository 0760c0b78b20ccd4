/** Attacks as expressions, which a command of `fixtures/evaluating_agent.ts` evaluates. */
import type { World } from "../../fixtures/attacks/attack.ts";

/** The files and ports that expressions use. */
export type Surroundings = World;

/** An attempt, the permissions of its command, the code, and a part of the answer. */
export type Expression = readonly [
  attempt: string,
  command: string,
  code: string,
  answer: string | RegExp,
];

/**
 * An attack on another check with the same permissions: the code of the attacker, the code of the
 * victim, and the answer of the victim, which must be as without the attack.
 */
export type Ambush = readonly [
  attempt: string,
  command: string,
  attack: string,
  victim: string,
  answer: string,
];

/** Returns an expression for a module of Node. */
export function node(name: string): string {
  return `process.getBuiltinModule("${name}")`;
}

/** Returns the message of the runtime for a missing permission. */
export function requires(kind: string, target: string): string {
  return `NotCapable: Requires ${kind} access to "${target}"`;
}

/** Returns the message for a function that is not for a check. */
export function notForChecks(name: string): string {
  return `NotCapable: ${name}() is not for a check`;
}
