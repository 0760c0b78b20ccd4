import { checkTypes } from "../project/check_types.ts";
import type { Log } from "../daemon/log.ts";
import { readTypeErrors } from "./complaint.ts";
import { printDiagnostics } from "./diagnostics.ts";

/** Checks the types of an agent beside everything else. */
export interface TypeCheck {
  /** Starts anew; what is under way is no longer of interest. */
  start(): void;
  /** Ends what is under way. */
  stop(): void;
}

/**
 * Makes a type check. It takes a second or more and changes nothing: the bundler takes types off
 * without a look at them, and what it makes is served meanwhile.
 *
 * @param agent the agent's module
 * @param log where it says how many errors there are, and that there are none any more
 * @returns the check; nothing is under way yet
 */
export function createTypeCheck(agent: string, log: Log): TypeCheck {
  let errors = 0;
  let underWay = new AbortController();

  async function check({ signal }: AbortController): Promise<void> {
    const complaint = await checkTypes(agent, signal);
    const found = await readTypeErrors(complaint ?? "");
    // What keeps types from being looked at keeps the bundler from its work too, and it says so.
    if (signal.aborted || (complaint !== undefined && found.length === 0)) return;
    printDiagnostics(found);
    if (found.length > 0 || errors > 0) {
      log(found.length > 0 ? "warning" : "info", "types", { errors: found.length });
    }
    errors = found.length;
  }

  return {
    start() {
      underWay.abort();
      underWay = new AbortController();
      // An agent that has gone has no types; that it has gone is said by the reload.
      check(underWay).catch(() => {});
    },
    stop: () => underWay.abort(),
  };
}
