import { refusalOf } from "../refusal.ts";

/**
 * Calls a function of the runtime. If the runtime refuses an access that the check declares, the error
 * explains it: the test has no fixture for it, and the process of the test has no permission.
 *
 * @param access calls the function
 * @returns its result
 */
export function explained<T>(access: () => T): T {
  try {
    const result = access();
    if (result instanceof Promise) return result.catch(explain) as T;
    // Deno.readDir() refuses when the first entry is read.
    const lists = typeof result === "object" && result !== null && Symbol.asyncIterator in result &&
      Object.getPrototypeOf(result) === Object.prototype;
    return lists ? explainedList(result as AsyncIterable<unknown>) as T : result;
  } catch (error) {
    return explain(error);
  }
}

async function* explainedList(list: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  try {
    yield* list;
  } catch (error) {
    explain(error);
  }
}

function explain(error: unknown): never {
  const refusal = error instanceof Deno.errors.NotCapable ? refusalOf(error) : undefined;
  if (refusal?.target === undefined) throw error;
  const { kind, target } = refusal;
  throw new Error(
    `${kind} ${
      JSON.stringify(target)
    } is declared, but the test has no fixture for it and may not ` +
      `access it: add a fixture, or run deno test --allow-${kind}=${target}`,
  );
}
