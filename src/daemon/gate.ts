/** How many connections there may be at once. */
export interface GateLimits {
  /** In total. */
  connections: number;
  /** From one address. */
  perAddress: number;
}

/** Counts connections, and says when there are too many. */
export interface Gate {
  /**
   * Lets a connection in, if there is room.
   *
   * @param address the peer's address
   * @returns what to call when the connection has ended, for which once counts; or the limit that is
   * reached
   */
  enter(address: string): (() => void) | keyof GateLimits;
  /**
   * Sets other limits; whoever is in stays.
   *
   * @param limits how many may be in at once from now on
   * @throws {RangeError} if a limit is not a positive integer
   */
  setLimits(limits: GateLimits): void;
  /** How many are in. */
  readonly connections: number;
}

/**
 * Makes a gate. It remembers only the addresses that have connections now, so that it never holds
 * more entries than the limit of connections.
 *
 * @param limits how many may be in at once
 * @returns the gate
 * @throws {RangeError} if a limit is not a positive integer
 */
export function createGate(limits: GateLimits): Gate {
  let { connections, perAddress } = checked(limits);
  const counts = new Map<string, number>();
  let total = 0;
  return {
    get connections() {
      return total;
    },
    setLimits(next) {
      ({ connections, perAddress } = checked(next));
    },
    enter(address) {
      if (total >= connections) return "connections";
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
      throw new RangeError(`Cannot limit "${name}" to ${limits[name]}: expected 1 or more`);
    }
  }
  return limits;
}
