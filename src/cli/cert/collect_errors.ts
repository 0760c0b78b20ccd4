import { withoutErrorNumber } from "../../net/error_text.ts";

/** Collects the errors of a command line, so that all of them are reported together. */
export interface CollectedErrors {
  /** Runs a function and records its error, if any. */
  try<T>(work: () => T | Promise<T>): Promise<T | undefined>;
  /** Prints the errors, one per line; returns whether any error was collected. */
  print(): boolean;
}

/**
 * Returns the reason of a system error, without details for programmers.
 *
 * @param error the error of the runtime
 * @returns the reason, for example `Permission denied`
 */
export function systemReason(error: unknown): string {
  return withoutErrorNumber((error as Error).message);
}

/** Creates an empty collection. */
export function collectErrors(): CollectedErrors {
  const errors: string[] = [];
  return {
    async try(work) {
      try {
        return await work();
      } catch (error) {
        errors.push((error as Error).message);
        return undefined;
      }
    },
    print() {
      for (const error of errors) console.error(`checkwright: ${error}`);
      return errors.length > 0;
    },
  };
}
