import type { State } from "../nagios/state.ts";

/** Work that takes less time is not announced, in milliseconds. */
const patience = 1_000;

/**
 * Shows what the program does while the work takes more than a second, if a person looks at standard
 * error. The line disappears when the work ends.
 *
 * @param what the work, for example "loading agent.ts"
 * @param work settles when the work ends
 * @returns the result of the work
 */
export async function withProgress<T>(what: string, work: Promise<T>): Promise<T> {
  if (!Deno.stderr.isTerminal()) return await work;
  let shown = false;
  const timer = setTimeout(() => {
    shown = true;
    write(`checkwright: ${what} …`);
  }, patience);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
    if (shown) write("\r\x1b[K");
  }
}

/** The colours of the states: green, yellow, red, magenta. */
const colours: Record<State, number> = { OK: 32, WARNING: 33, CRITICAL: 31, UNKNOWN: 35 };

/**
 * Prints a state on standard error if a person looks at it: the output of a check need not contain
 * its state, and an exit code is invisible. It has a colour unless NO_COLOR is set.
 *
 * @param state the state
 * @param code the exit code
 */
export function showState(state: State, code: number): void {
  if (!Deno.stderr.isTerminal()) return;
  const word = Deno.noColor ? state : `\x1b[1;${colours[state]}m${state}\x1b[0m`;
  write(`${word} (exit code ${code})\n`);
}

/**
 * Prints a sentence on standard error if a person looks at it.
 *
 * @param sentence the sentence, without a period
 */
export function showNote(sentence: string): void {
  if (Deno.stderr.isTerminal()) write(`checkwright: ${sentence}\n`);
}

const encoder = new TextEncoder();

function write(text: string): void {
  Deno.stderr.writeSync(encoder.encode(text));
}
