import type { Report } from "./diagnostic.ts";
import { fields, show } from "./read.ts";
import { defaultSettings, type Settings } from "./settings.ts";
import { type GivenSettings, settingsTable } from "./settings_table.ts";

const readSettings = fields<GivenSettings>(settingsTable);

/**
 * Reads everything an agent says but its commands, and completes it with the defaults.
 *
 * @param input the agent without `kind` and `commands`, the host's settings merged in
 * @param report where faults go, all of them
 * @returns the settings; where something was wrong, with the default in its place
 */
export function parseSettings(input: object, report: Report): Settings {
  const read = readSettings(input, report) ?? {};
  const settings: Settings = {
    ...defaultSettings,
    ...read,
    limits: { ...defaultSettings.limits, ...read.limits },
  };
  findContradictions(settings, (input as { tls?: unknown }).tls, report);
  return settings;
}

// Looked for in the whole, since one half may be the agent's and the other the host's.
function findContradictions({ tls, clients }: Settings, given: unknown, report: Report): void {
  const says = (name: string) => typeof given === "object" && given !== null && name in given;
  const at = report.at("tls");
  for (const [there, absent] of [["cert", "key"], ["key", "cert"]] as const) {
    if (says(there) && !says(absent)) {
      at.at(there).error(`It goes with ${absent}: expected both or neither`);
    }
  }
  const asked = tls === false ? "ignore" : tls.clientCertificates;
  if (asked !== "ignore" && !says("ca")) {
    at.at("clientCertificates").error(
      `Cannot be ${show(asked)} without ca: expected the path of a PEM file there`,
    );
  }
  if (clients !== undefined && asked === "ignore") {
    report.at("clients").error(
      'Client certificates are not asked for: expected tls.clientCertificates "request" or "require"',
    );
  }
}
