import { parseAllowedHost } from "../net/allowed_hosts.ts";
import type { Report } from "./diagnostic.ts";
import type { Settings } from "./settings.ts";

/**
 * Warns if the daemon listens on loopback only, so that other allowed hosts cannot connect. One of
 * the two settings was probably forgotten.
 *
 * @param settings the agent's settings, complete
 * @param report receives the warnings
 */
export function inspectReach({ listen, allowedHosts }: Settings, report: Report): void {
  const local = listen.every(({ hostname }) => isLoopback(hostname));
  const others = allowedHosts.filter((host) => !isLoopback(host));
  if (local && others.length > 0) {
    report.at("listen").warning(
      `The daemon listens on loopback only, so that these allowed hosts cannot connect: ${
        others.map((host) => JSON.stringify(host)).join(", ")
      }`,
    );
  }
}

/**
 * Warns if `allowedHosts` is not set, but the daemon listens on more than loopback.
 *
 * @param listen the addresses to listen on; hosts may be names
 * @param report receives the warning
 */
export function inspectOmittedHosts(listen: Settings["listen"], report: Report): void {
  if (listen.every(({ hostname }) => isLoopback(hostname))) return;
  report.at("allowedHosts").warning(
    "Not set: only this host may connect, although the daemon listens on more than loopback",
  );
}

function isLoopback(host: string): boolean {
  try {
    const { networks } = parseAllowedHost(host);
    return networks.length > 0 &&
      networks.every(({ family, bytes, prefix }) =>
        family === 4
          ? bytes[0] === 127 && prefix >= 8
          : prefix === 128 && bytes.every((byte, index) => byte === (index === 15 ? 1 : 0))
      );
  } catch {
    // A name that only the system's resolver knows.
    return false;
  }
}
