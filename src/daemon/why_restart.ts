import { formatHostPort } from "../net/host_port.ts";
import type { Manifest } from "../agent/manifest.ts";

import { lackingPermissions, lastingPermissions } from "./daemon_permissions.ts";

/**
 * Why a running daemon cannot take another manifest: it cannot get more permissions than it was
 * started with, nor listen elsewhere.
 *
 * @param before what it was started with
 * @param after what it is to serve
 * @returns the reason; undefined where it can
 */
export function whyRestart(before: Manifest, after: Manifest): string | undefined {
  const where = ({ settings }: Manifest) => settings.listen.map(formatHostPort).join(", ");
  if (where(before) !== where(after)) {
    return `listen has become ${where(after)}: a restart is needed`;
  }
  if ((before.settings.tls === false) !== (after.settings.tls === false)) {
    return "tls was turned on or off: a restart is needed";
  }
  const lacking = lackingPermissions(lastingPermissions(before), lastingPermissions(after));
  return lacking.length === 0
    ? undefined
    : `it needs more than was granted at the start (${lacking.join("; ")}): a restart is needed`;
}
