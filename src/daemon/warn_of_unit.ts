import type { Deployment } from "../agent/deployment.ts";
import type { Report } from "../agent/diagnostic.ts";
import { type Gain, knownGains } from "../agent/gained_privileges.ts";
import type { Manifest } from "../agent/manifest.ts";

/**
 * Warns about settings that the systemd unit does not permit, because it was compiled without them:
 * hosts whose packets it drops before the daemon can log them, and plugins that need privileges.
 *
 * @param manifest the agent with the settings of this host
 * @param deployment the compiled agent
 * @param report receives the warnings
 */
export function warnOfUnit(manifest: Manifest, deployment: Deployment, report: Report): void {
  if (deployment.filtersAddresses) warnOfHosts(manifest, deployment, report.at("allowedHosts"));
  const compiled = new Set(knownGains(deployment).map(needOf));
  for (const gain of knownGains(manifest)) {
    if (!compiled.has(needOf(gain))) warnOfGain(gain, report.at("commands").at(gain.command));
  }
}

function warnOfHosts(
  { settings: { allowedHosts } }: Manifest,
  { settings }: Deployment,
  report: Report,
): void {
  const filtered = allowedHosts.filter((host) => !settings.allowedHosts.includes(host)).join(" ");
  if (filtered === "") return;
  report.warning(
    `The systemd unit was compiled without ${filtered.replaceAll(" ", ", ")} and drops their ` +
      `packets: expected "systemctl edit checkwright" with [Service] and IPAddressAllow=${filtered}`,
  );
}

function needOf({ capabilities }: Gain): string {
  return String(capabilities);
}

function warnOfGain({ program, capabilities }: Gain, report: Report): void {
  const unit = "The systemd unit was compiled without a command that";
  if (capabilities === undefined) {
    report.warning(
      `${unit} becomes another user, and ${program} does so: expected a plugin of the agent that ` +
        "starts this program, so that the unit allows it",
    );
    return;
  }
  const list = capabilities.join(" ");
  report.warning(
    `${unit} needs ${list}, and ${program} does so: expected "systemctl edit checkwright" with ` +
      `[Service], CapabilityBoundingSet=${list}, AmbientCapabilities=${list} and ` +
      "SystemCallFilter=@setuid capset",
  );
}
