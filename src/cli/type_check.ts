import { checkTypes } from "../project/check_types.ts";
import type { Log } from "../daemon/log.ts";
import { readTypeErrors } from "./deno_errors.ts";
import { printDiagnostics } from "./diagnostics.ts";

/** Checks the types of an agent in the background. */
export interface TypeCheck {
  /** Starts a check and cancels the running one. */
  start(): void;
  /** Cancels the running check. */
  stop(): void;
}

/**
 * Creates a type check. A check takes a second or more and does not affect the served agent: the
 * bundler removes types without checking them, and its bundle is served meanwhile.
 *
 * @param agent the path of the agent's module
 * @param log logs the number of errors, and the return to 0
 * @returns the type check, which is not started
 */
export function createTypeCheck(agent: string, log: Log): TypeCheck {
  let errors = 0;
  let current = new AbortController();

  async function check({ signal }: AbortController): Promise<void> {
    const output = await checkTypes(agent, signal);
    const found = await readTypeErrors(output ?? "", agent);
    // An error that prevents the type check also prevents the bundle, and the reload reports it.
    if (signal.aborted || (output !== undefined && found.length === 0)) return;
    printDiagnostics(found);
    if (found.length > 0 || errors > 0) {
      log(found.length > 0 ? "warning" : "info", "types", { errors: found.length });
    }
    errors = found.length;
  }

  return {
    start() {
      current.abort();
      current = new AbortController();
      // If the agent's module is missing, the reload reports it.
      check(current).catch(() => {});
    },
    stop: () => current.abort(),
  };
}
