import { deadlines } from "../fixtures/chaos_agent.ts";

/** The expected answer of a command of the chaos agent, and its deadline. */
export interface Expectation {
  command: string;
  /** The frequency of queries for the command, relative to the other commands. */
  weight: number;
  /** The deadline for the answer, in seconds. */
  deadline: number;
  /** Returns whether an answer is correct. */
  accepts(answer: string, nonce: string): boolean;
}

const says = (state: string, rest = "$") => (answer: string, nonce: string) =>
  new RegExp(`^${state} [AB] ${nonce}${rest}`).test(answer);

const timeout = `UNKNOWN NRPE: Command timed out after ${deadlines.hangs} seconds\n`;

const timedOut = (answer: string) => answer.startsWith(timeout);

const matches = (pattern: RegExp) => (answer: string) => pattern.test(answer);

type Accepts = Expectation["accepts"];

function expect(entries: Record<string, [weight: number, accepts: Accepts]>): Expectation[] {
  return Object.entries(entries).map(([command, [weight, accepts]]) => ({
    command,
    weight,
    // Commands that may time out have the short deadline.
    deadline: accepts(timeout, "") ? deadlines.hangs : deadlines.works,
    accepts,
  }));
}

/** The expectations of all commands. */
export const expectations: readonly Expectation[] = expect({
  fast: [30, says("OK")],
  fast_process: [10, says("OK")],
  slow: [10, says("OK")],
  logs: [3, says("OK")],
  hangs: [3, timedOut],
  hangs_process: [2, timedOut],
  throws: [5, says("UNKNOWN")],
  rejects_later: [5, says("OK")],
  exits: [2, matches(/^UNKNOWN .*not for a check/)],
  // Simultaneous runs share the process and end with it.
  exits_process: [
    2,
    matches(/^UNKNOWN Could not run: The sandbox's process ended \(exit code 7\)/),
  ],
  // A run that joins a blocked process ends with it.
  spins_process: [1, (answer) =>
    timedOut(answer) ||
    answer ===
      "UNKNOWN Could not run: Command 'spins_process' blocked its sandbox: its process was killed"],
  eats_process: [0.2, matches(/^UNKNOWN Could not run: .*out of memory/)],
  plugin: [20, says("OK")],
  plugin_fails: [5, says("CRITICAL")],
  plugin_dies: [3, says("UNKNOWN", "\nPlugin was ended by SIGKILL$")],
  plugin_silent: [3, matches(/^UNKNOWN NRPE: Unable to read output\n/)],
  // The answer is as long as a packet allows.
  plugin_floods: [2, (answer, nonce) => {
    const begin = new RegExp(`^WARNING [AB] ${nonce}\n`).exec(answer)?.[0];
    return begin !== undefined && answer.length >= 900 && /^x+$/.test(answer.slice(begin.length));
  }],
  plugin_floods_on: [0.5, timedOut],
  plugin_forks: [2, says("OK")],
  plugin_forks_and_hangs: [2, timedOut],
  plugin_ignores_term: [2, timedOut],
  plugin_leaves: [2, says("OK")],
  plugin_leaves_and_hangs: [1, timedOut],
  plugin_closes: [1, timedOut],
});

const total = expectations.reduce((sum, { weight }) => sum + weight, 0);

/** Picks an expectation at random, by weight. */
export function anyExpectation(): Expectation {
  let at = Math.random() * total;
  return expectations.find(({ weight }) => (at -= weight) < 0) ?? expectations[0]!;
}
