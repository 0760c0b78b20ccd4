import { formatHostPort } from "../net/host_port.ts";
import type { Manifest } from "../agent/manifest.ts";

import { lackingPermissions, lastingPermissions } from "./daemon_permissions.ts";

/**
 * Returns the reason why a running daemon needs a restart to serve another manifest. A running
 * process cannot get more permissions, and cannot listen on other addresses.
 *
 * @param before the manifest that the daemon was started with
 * @param after the new manifest
 * @returns the reason; undefined if no restart is needed
 */
export function whyRestart(before: Manifest, after: Manifest): string | undefined {
  const where = ({ settings }: Manifest) => settings.listen.map(formatHostPort).join(", ");
  if (where(before) !== where(after)) {
    return `listen changed to ${where(after)}: restart the daemon to apply it`;
  }
  if ((before.settings.tls === false) !== (after.settings.tls === false)) {
    return "tls was turned on or off: restart the daemon to apply it";
  }
  const lacking = lackingPermissions(lastingPermissions(before), lastingPermissions(after));
  return lacking.length === 0
    ? undefined
    : `the agent needs more permissions than were granted at the start (${
      lacking.join("; ")
    }): restart the daemon to grant them`;
}
