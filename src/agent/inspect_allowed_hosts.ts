import { parseAllowedHost } from "../net/allowed_hosts.ts";
import type { Report } from "./diagnostic.ts";
import { type Lookup, NO_ADDRESS } from "./resolve_listen.ts";

/**
 * Warns about allowed hosts whose names do not resolve now. The daemon looks names up again when a
 * client connects, so that this is not an error.
 *
 * @param allowedHosts the valid entries
 * @param lookup looks a name up
 * @param report receives the warnings
 */
export async function inspectAllowedHosts(
  allowedHosts: readonly string[],
  lookup: Lookup,
  report: Report,
): Promise<void> {
  const at = report.at("allowedHosts");
  const reasons = await Promise.all(allowedHosts.map(async (host) => {
    const { name } = parseAllowedHost(host);
    return name === undefined ? undefined : await whyUnresolved(name, lookup);
  }));
  for (const [index, reason] of reasons.entries()) {
    if (reason === undefined) continue;
    at.at(index).warning(
      `Cannot resolve host name ${
        JSON.stringify(allowedHosts[index])
      }: ${reason}; a host with this name cannot connect until the name resolves`,
    );
  }
}

async function whyUnresolved(name: string, lookup: Lookup): Promise<string | undefined> {
  try {
    return (await lookup(name)).length > 0 ? undefined : NO_ADDRESS;
  } catch (error) {
    return (error as Error).message;
  }
}
