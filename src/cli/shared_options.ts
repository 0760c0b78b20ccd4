import { DEFAULT_AGENT } from "./load.ts";
import { type LineOption, type LineWord, UsageError } from "./usage.ts";

/** The agent, as most subcommands take it. */
export const agentWord = {
  name: "AGENT",
  optional: true,
  meaning: `the agent's module; ${DEFAULT_AGENT} where left out`,
} as const satisfies LineWord;

/** The host's settings. */
export const settingsOption = {
  value: "FILE",
  meaning: "host settings (YAML) that win over the agent's",
} as const satisfies LineOption;

/** The agent before other words: only its ending tells whether it is there. */
export const optionalAgentWord = {
  ...agentWord,
  meaning: `the agent's module, a path that ends in .ts or .js; ${DEFAULT_AGENT} where left out`,
} as const satisfies LineWord;

/** What a command is given. */
export const argWord = {
  name: "ARG",
  optional: true,
  repeat: true,
  meaning: "its arguments, as they would come from the wire",
} as const satisfies LineWord;

/**
 * Takes the words of a line `[AGENT] COMMAND [ARG…]` apart.
 *
 * @param words positional words
 * @returns the agent's module, the command's name and its arguments
 * @throws {UsageError} where there is no command
 */
export function takeCommand(
  words: readonly string[],
): { path: string; name: string; args: string[] } {
  const { path, rest: [name, ...args] } = takeAgent(words);
  if (name !== undefined) return { path, name, args };
  throw new UsageError("Which command is missing: expected [AGENT] COMMAND [ARG…]");
}

/**
 * Takes the agent off the words, where it is the first of them.
 *
 * @param words positional words
 * @returns the agent's module, and the words behind it
 */
export function takeAgent([first, ...rest]: readonly string[]): { path: string; rest: string[] } {
  if (first === undefined) return { path: DEFAULT_AGENT, rest };
  return /\.[cm]?[jt]sx?$/.test(first)
    ? { path: first, rest }
    : { path: DEFAULT_AGENT, rest: [first, ...rest] };
}
