/** Functions that wait with a limit. Their error names the awaited thing. */

/** The default limit of one wait, in milliseconds. */
export const PATIENCE = 30_000;

/** Resolves after a time in milliseconds. */
export function later(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/**
 * Waits for a promise, up to a limit.
 *
 * @param milliseconds the limit
 * @param what the name of the awaited thing for the error
 * @param promise the promise
 */
export async function within<T>(
  milliseconds: number,
  what: string,
  promise: PromiseLike<T>,
): Promise<T> {
  const late = Promise.withResolvers<never>();
  const fail = () => late.reject(new Error(`Waited ${milliseconds / 1000} s for ${what}`));
  const timer = setTimeout(fail, milliseconds);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** A value that is not falsy. */
type Seen<T> = Exclude<NonNullable<T>, false | "" | 0>;

/**
 * Calls a function every 10 ms until its result is not falsy, up to a limit.
 *
 * @param what the name of the awaited thing for the error
 * @param look returns the awaited value, or a falsy value
 * @param milliseconds the limit
 * @returns the first result that is not falsy
 */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  milliseconds = PATIENCE,
): Promise<Seen<T>> {
  let over = false;
  const looking = async () => {
    for (;;) {
      const seen = await look();
      if (seen) return seen as Seen<T>;
      if (over) throw new Error(`Stopped looking for ${what}`);
      await later(10);
    }
  };
  const seen = looking();
  try {
    return await within(milliseconds, what, seen);
  } finally {
    over = true;
    seen.catch(() => {});
  }
}

/**
 * Waits until a child process exits and returns its output. At the limit, the process is killed.
 *
 * @param child the process; its streams must be piped
 * @param what the name of the process for the error
 * @param milliseconds the limit
 */
export async function outputOf(
  child: Deno.ChildProcess,
  what: string,
  milliseconds = 2 * PATIENCE,
): Promise<Deno.CommandOutput> {
  return await endOf(child, what, child.output(), milliseconds);
}

/** Waits until a child process exits, like {@linkcode outputOf}, but not for the output. */
export async function statusOf(
  child: Deno.ChildProcess,
  what: string,
  milliseconds = PATIENCE,
): Promise<Deno.CommandStatus> {
  return await endOf(child, what, child.status, milliseconds);
}

async function endOf<T>(
  child: Deno.ChildProcess,
  what: string,
  end: Promise<T>,
  milliseconds: number,
): Promise<T> {
  try {
    return await within(milliseconds, `the end of ${what}`, end);
  } catch (error) {
    try {
      child.kill("SIGKILL");
    } catch {
      // The child has exited, but another process keeps its output open.
    }
    throw error;
  }
}

/** Runs a program until it exits, like `Deno.Command.output()`, up to a limit. */
export async function runToEnd(
  program: string,
  options: Deno.CommandOptions = {},
  milliseconds?: number,
): Promise<Deno.CommandOutput> {
  const piped = { stdin: "null", stdout: "piped", stderr: "piped" } as const;
  const child = new Deno.Command(program, { ...piped, ...options }).spawn();
  const what = [program, ...options.args ?? []].join(" ");
  return await outputOf(child, what, milliseconds);
}
