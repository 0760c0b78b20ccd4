import { DEFAULT_AGENT } from "./load.ts";
import { type LineOption, type LineWord, UsageError } from "./usage.ts";

/** The agent, a word of most subcommands. */
export const agentWord = {
  name: "AGENT",
  optional: true,
  meaning: `path of the agent's module (default: ${DEFAULT_AGENT})`,
} as const satisfies LineWord;

/** The host's settings. */
export const settingsOption = {
  value: "FILE",
  meaning: "a YAML file with settings of this host, which override the agent's",
} as const satisfies LineOption;

/** The agent before other words. Only its file extension identifies it. */
export const optionalAgentWord = {
  ...agentWord,
  meaning: `path of the agent's module, which ends in .ts or .js (default: ${DEFAULT_AGENT})`,
} as const satisfies LineWord;

/** The arguments of a command. */
export const argWord = {
  name: "ARG",
  optional: true,
  repeat: true,
  meaning: "arguments of the command, as a client sends them",
} as const satisfies LineWord;

/**
 * Parses the words of a line `[AGENT] COMMAND [ARG…]`.
 *
 * @param words the positional words
 * @returns the path of the agent, the name of the command and its arguments
 * @throws {UsageError} if the command is missing
 */
export function takeCommand(
  words: readonly string[],
): { path: string; name: string; args: string[] } {
  const { path, rest: [name, ...args] } = takeAgent(words);
  if (name !== undefined) return { path, name, args };
  throw new UsageError("Missing COMMAND: expected [AGENT] COMMAND [ARG…]");
}

/**
 * Separates the agent from the other words, if it is the first word.
 *
 * @param words the positional words
 * @returns the path of the agent, and the other words
 */
export function takeAgent([first, ...rest]: readonly string[]): { path: string; rest: string[] } {
  if (first === undefined) return { path: DEFAULT_AGENT, rest };
  return /\.[cm]?[jt]sx?$/.test(first)
    ? { path: first, rest }
    : { path: DEFAULT_AGENT, rest: [first, ...rest] };
}
