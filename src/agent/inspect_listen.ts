import { type Address, formatHostPort } from "../net/host_port.ts";
import { covers } from "../net/wildcard.ts";
import type { Report } from "./diagnostic.ts";

/**
 * Warns about addresses to listen on that another address of the list covers.
 *
 * @param listen the addresses
 * @param report receives the warnings
 */
export function inspectListen(listen: readonly Address[], report: Report): void {
  const at = report.at("listen");
  for (const [index, address] of listen.entries()) {
    const wide = listen.find((other) => covers(other, address));
    if (wide === undefined) continue;
    at.at(index).warning(
      `Not needed: ${formatHostPort(wide)} includes ${formatHostPort(address)}, which is opened ` +
        `only if ${formatHostPort(wide)} cannot be`,
    );
  }
}
