import { withoutErrorNumber } from "../../net/error_text.ts";

/** Collects what is wrong with a command line, so that all of it is said at once. */
export interface Faults {
  /** Does something, and takes down why not. */
  try<T>(work: () => T | Promise<T>): Promise<T | undefined>;
  /** Prints what was taken down, one a line; says whether there was any. */
  print(): boolean;
}

/**
 * Says why the system refused something, without what only programmers read.
 *
 * @param error what the runtime has thrown
 * @returns the reason, as in `Permission denied`
 */
export function systemReason(error: unknown): string {
  return withoutErrorNumber((error as Error).message);
}

/**
 * Starts a collection.
 *
 * @returns the collector
 */
export function collectFaults(): Faults {
  const faults: string[] = [];
  return {
    async try(work) {
      try {
        return await work();
      } catch (error) {
        faults.push((error as Error).message);
        return undefined;
      }
    },
    print() {
      for (const fault of faults) console.error(`checkwright: ${fault}`);
      return faults.length > 0;
    },
  };
}
