import { formatHostPort } from "../net/host_port.ts";
import type { Manifest } from "../agent/manifest.ts";
import { lackingPermissions, lastingPermissions } from "./daemon_permissions.ts";

/** The changes that a running process cannot apply. */
export interface RestartNeeds {
  /** A changed setting, with the reason. */
  setting?: string;
  /** The permissions that the process lacks, such as `net 127.0.0.1:6379`. */
  permissions: string[];
}

/**
 * Finds the changes between two manifests that need a restart. A running process cannot get more
 * permissions, and cannot listen on other addresses.
 *
 * @param before the manifest that the daemon was started with
 * @param after the new manifest
 * @returns the changes
 */
export function findRestartNeeds(before: Manifest, after: Manifest): RestartNeeds {
  const permissions = lackingPermissions(lastingPermissions(before), lastingPermissions(after));
  const where = ({ settings }: Manifest) => settings.listen.map(formatHostPort).join(", ");
  if (where(before) !== where(after)) {
    return { setting: `listen changed to ${where(after)}`, permissions };
  }
  if ((before.settings.tls === false) !== (after.settings.tls === false)) {
    return { setting: "tls was turned on or off", permissions };
  }
  return { permissions };
}

/**
 * Returns the reason why a running daemon needs a restart to serve another manifest.
 *
 * @param before the manifest that the daemon was started with
 * @param after the new manifest
 * @returns the reason; undefined if no restart is needed
 */
export function whyRestart(before: Manifest, after: Manifest): string | undefined {
  const { setting, permissions } = findRestartNeeds(before, after);
  if (setting !== undefined) return `${setting}: restart the daemon to apply it`;
  return permissions.length === 0
    ? undefined
    : `the agent needs more permissions than were granted at the start (${
      permissions.join("; ")
    }): restart the daemon to grant them`;
}
