/** The maximum numbers of connections at the same time. */
export interface GateLimits {
  /** The maximum number of connections in total. */
  connections: number;
  /** The maximum number of connections from one address. */
  perAddress: number;
}

/** Counts connections, and refuses those above the limits. */
export interface Gate {
  /**
   * Counts a connection, unless a limit is reached.
   *
   * @param address the peer's address
   * @returns a function to call when the connection has ended (further calls do nothing), or the
   * limit that is reached
   */
  enter(address: string): (() => void) | keyof GateLimits;
  /**
   * Sets new limits. Existing connections stay.
   *
   * @param limits the new limits
   * @throws {RangeError} if a limit is not a positive integer
   */
  setLimits(limits: GateLimits): void;
  /** Counts a connection that was closed, but stays open in the runtime. */
  hold(): void;
  /** The number of connections. */
  readonly connections: number;
  /** The number of connections that stay open in the runtime. */
  readonly held: number;
}

/**
 * Makes a gate. It stores only addresses that have connections, so that it never contains more
 * entries than the limit of connections.
 *
 * @param limits the limits
 * @returns the gate
 * @throws {RangeError} if a limit is not a positive integer
 */
export function createGate(limits: GateLimits): Gate {
  let { connections, perAddress } = checked(limits);
  const counts = new Map<string, number>();
  let total = 0;
  let held = 0;
  return {
    get connections() {
      return total;
    },
    get held() {
      return held;
    },
    hold() {
      held++;
    },
    setLimits(next) {
      ({ connections, perAddress } = checked(next));
    },
    enter(address) {
      if (total + held >= connections) return "connections";
      const count = counts.get(address) ?? 0;
      if (count >= perAddress) return "perAddress";
      counts.set(address, count + 1);
      total++;
      let inside = true;
      return () => {
        if (!inside) return;
        inside = false;
        total--;
        const left = counts.get(address)! - 1;
        if (left > 0) counts.set(address, left);
        else counts.delete(address);
      };
    },
  };
}

function checked(limits: GateLimits): GateLimits {
  for (const name of ["connections", "perAddress"] as const) {
    if (!Number.isSafeInteger(limits[name]) || limits[name] < 1) {
      throw new RangeError(
        `Invalid value ${limits[name]} for "${name}": expected an integer of 1 or more`,
      );
    }
  }
  return limits;
}
