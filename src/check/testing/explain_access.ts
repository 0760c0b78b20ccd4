import { refusalOf } from "../refusal.ts";

/** The kinds of access for which a test may have fixtures of the same name. */
const kinds: ReadonlySet<string> = new Set(["read", "write", "net", "env", "sys", "run"]);

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
    if (result instanceof Promise) return result.catch(rethrow) as T;
    // Deno.readDir() refuses when the first entry is read.
    const lists = typeof result === "object" && result !== null && Symbol.asyncIterator in result &&
      Object.getPrototypeOf(result) === Object.prototype;
    return lists ? explainedList(result as AsyncIterable<unknown>) as T : result;
  } catch (error) {
    throw explain(error);
  }
}

async function* explainedList(list: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  try {
    yield* list;
  } catch (error) {
    throw explain(error);
  }
}

function rethrow(error: unknown): never {
  throw explain(error);
}

/**
 * Explains the error of an access that the check declares, see {@linkcode explained}.
 *
 * @param error the error of the runtime
 * @returns the explanation, if the runtime refused the access; otherwise the same error
 */
export function explain(error: unknown): unknown {
  const refusal = error instanceof Deno.errors.NotCapable ? refusalOf(error) : undefined;
  if (refusal?.target === undefined) return error;
  // Only a process with all permissions may use most files below /proc.
  const needsAll = refusal.kind === "all";
  const kind = needsAll ? "read" : refusal.kind;
  if (!kinds.has(kind)) return error;
  const target = JSON.stringify(refusal.target);
  return new Error(
    `${kind} ${target} is declared, but the test has no fixture for it and may not access it: add ` +
      `it to the fixture "${kind}" of testCheck(), or run deno test ` +
      (needsAll ? "--allow-all" : `--allow-${kind}=${refusal.target}`),
  );
}

/**
 * Requires that the test may connect to an address. Sockets of Node report a refusal later, and do
 * not use fixtures.
 *
 * @param target `host:port`
 * @throws {Error} if the process of the test has no permission for it
 */
export function requireTestNetwork(target: string): void {
  if (Deno.permissions.querySync({ name: "net", host: target }).state === "granted") return;
  throw new Error(
    `net ${JSON.stringify(target)} is declared, but the test may not access it. Fixtures cannot ` +
      "answer a socket of Node, which npm packages use: test with a real server, and run deno test " +
      `--allow-net=${target}`,
  );
}
