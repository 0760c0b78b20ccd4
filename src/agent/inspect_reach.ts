import { parseAllowedHost } from "../net/allowed_hosts.ts";
import type { Report } from "./diagnostic.ts";
import { defaultSettings, type Settings } from "./settings.ts";

/**
 * Warns where who may ask and where the daemon listens do not fit together: one of them was
 * forgotten, then, and nobody is told so by a connection that is refused.
 *
 * @param settings the agent's settings, complete
 * @param report where warnings go
 */
export function inspectReach({ listen, allowedHosts }: Settings, report: Report): void {
  const local = listen.every(({ hostname }) => isLoopback(hostname));
  const others = allowedHosts.filter((host) => !isLoopback(host));
  if (local && others.length > 0) {
    report.at("listen").warning(
      `Only this host can ask, since it listens on loopback alone; allowedHosts names ${
        others.map((host) => JSON.stringify(host)).join(", ")
      }`,
    );
  }
  if (!local && String(allowedHosts) === String(defaultSettings.allowedHosts)) {
    report.at("allowedHosts").warning(
      "It is not set, so that others than this host are turned away, although it listens for them",
    );
  }
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
    // A name that only the system knows.
    return false;
  }
}
