import { parseAllowedHost } from "../net/allowed_hosts.ts";
import { formatHostPort } from "../net/host_port.ts";
import type { Report } from "./diagnostic.ts";
import { inspectOmittedHosts } from "./inspect_reach.ts";
import { fields, show } from "./read.ts";
import type { Address } from "../net/host_port.ts";
import { defaultSettings, type Settings } from "./settings.ts";
import { type GivenSettings, settingsTable } from "./settings_table.ts";

const readSettings = fields<GivenSettings>(settingsTable);

/**
 * Reads all settings of an agent except its commands, and adds the defaults.
 *
 * @param input the agent without `kind` and `commands`, merged with the host's settings
 * @param report receives all errors
 * @returns the settings; an invalid value is replaced by its default
 */
export function parseSettings(input: object, report: Report): Settings {
  const read = readSettings(input, report) ?? {};
  const settings: Settings = {
    ...defaultSettings,
    ...read,
    limits: { ...defaultSettings.limits, ...read.limits },
    v2: { ...defaultSettings.v2, ...read.v2 },
    log: { ...defaultSettings.log, ...read.log },
  };
  if (!("allowedHosts" in input)) inspectOmittedHosts(settings.listen, report);
  findDuplicates(settings.listen, report.at("listen"));
  findContradictions(settings, (input as { tls?: unknown }).tls, report);
  return settings;
}

// With port 0, each entry gets a port of its own.
function findDuplicates(listen: readonly Address[], report: Report): void {
  const first = new Map<string, number>();
  for (const [index, address] of listen.entries()) {
    if (address.port === 0) continue;
    const { name, networks } = parseAllowedHost(address.hostname);
    const key = `${address.port} ${name ?? networks.map(({ bytes }) => bytes)}`;
    const before = first.get(key);
    if (before === undefined) first.set(key, index);
    else {
      report.at(index).error(
        `Duplicate address ${formatHostPort(address)}: first set as listen[${before}]`,
      );
    }
  }
}

// This check follows the merge, because the agent may set one of two values and the host the other.
function findContradictions({ tls, clients }: Settings, given: unknown, report: Report): void {
  const isSet = (name: string) => typeof given === "object" && given !== null && name in given;
  const at = report.at("tls");
  for (const [there, absent] of [["cert", "key"], ["key", "cert"]] as const) {
    if (isSet(there) && !isSet(absent)) {
      at.at(there).error(`Missing tls.${absent}: expected both cert and key, or neither`);
    }
  }
  const mode = tls === false ? "ignore" : tls.clientCertificates;
  if (mode !== "ignore" && !isSet("ca")) {
    at.at("clientCertificates").error(
      `Missing tls.ca: expected the path of a PEM file, because clientCertificates is ${
        show(mode)
      }`,
    );
  }
  if (clients !== undefined && mode === "ignore") {
    report.at("clients").error(
      'Client certificates are ignored: expected tls.clientCertificates "request" or "require"',
    );
  }
}
