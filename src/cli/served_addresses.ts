import { type Lookup, NO_ADDRESS, RequiredNameError } from "../agent/resolve_listen.ts";
import { withoutErrorNumber } from "../net/error_text.ts";
import { type Address, formatHostPort } from "../net/host_port.ts";
import { lookup } from "../net/lookup.ts";

/**
 * Makes the function that replaces port 0 by a free port, once: a restarted daemon must listen on the
 * same address as the first.
 *
 * @returns the function, which returns the addresses with their ports
 */
export function createSettling(): (listen: readonly Address[]) => Address[] {
  const known = new Map<string, Address>();
  return (listen) =>
    listen.map((address) => {
      const name = formatHostPort(address);
      const settled = known.get(name) ?? settle(address);
      known.set(name, settled);
      return settled;
    });
}

/**
 * Makes the function that looks up names to listen on. Like a deployed daemon, the served one keeps
 * the addresses of a name until it is stopped.
 *
 * @returns the function; it throws a {@linkcode RequiredNameError} for a name without an address
 */
export function createResolving(): Lookup {
  const known = new Map<string, readonly string[]>();
  return async (name) => {
    const found = known.get(name) ?? await lookup(name).catch((error) => {
      throw new RequiredNameError((error as Error).message);
    });
    if (found.length === 0) throw new RequiredNameError(NO_ADDRESS);
    known.set(name, found);
    return found;
  };
}

function settle({ hostname, port }: Address): Address {
  if (port !== 0) return { hostname, port };
  try {
    using listener = Deno.listen({ hostname, port: 0 });
    return { hostname, port: listener.addr.port };
  } catch (error) {
    throw new Error(
      `Cannot listen on ${formatHostPort({ hostname, port })}: ${
        withoutErrorNumber((error as Error).message)
      }`,
    );
  }
}
