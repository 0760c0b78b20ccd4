import type { Manifest } from "../agent/manifest.ts";
import {
  commandPermissions,
  executableOf,
  formatFlags,
  type GrantedPermissions,
  unite,
} from "../agent/permissions.ts";
import { parseAllowedHost } from "../net/allowed_hosts.ts";
import { killPath } from "../runner/kill.ts";
import { psPath } from "../runner/process_list.ts";
import { formatAddress } from "./daemon.ts";

/**
 * What the daemon's process holds: what its commands declare, the addresses it listens on, the names
 * of hosts it has to look up, and what it takes to end a plugin. Nothing else.
 *
 * @param manifest the agent
 * @param deno the executable that processes for checks are started with
 * @returns the lists
 */
export function daemonPermissions(
  manifest: Manifest,
  deno: string = Deno.execPath(),
): GrantedPermissions {
  const { settings, commands } = manifest;
  const all = Object.values(commands);
  const processes = all.some((command) =>
    command.kind === "check" && command.isolation === "process"
  );
  const starts = processes || all.some((command) => executableOf(command) !== undefined);
  const names = settings.allowedHosts.flatMap((host) => parseAllowedHost(host).name ?? []);
  return unite([
    commandPermissions(manifest),
    {
      net: [...settings.listen.map(formatAddress), ...names],
      run: [...(starts ? [killPath, psPath] : []), ...(processes ? [deno] : [])],
    },
  ]);
}

/**
 * {@linkcode daemonPermissions} as flags.
 *
 * @param manifest the agent
 * @returns flags of `deno run`
 */
export function daemonFlags(manifest: Manifest): string[] {
  return formatFlags(daemonPermissions(manifest));
}

/**
 * What a permission set lacks of another, entry by entry.
 *
 * @param held what is granted
 * @param wanted what is needed
 * @returns the entries that are missing, each as `kind entry`
 */
export function lackingPermissions(held: GrantedPermissions, wanted: GrantedPermissions): string[] {
  return (Object.entries(wanted) as [keyof GrantedPermissions, string[]][]).flatMap((
    [name, entries],
  ) => entries.filter((entry) => !held[name].includes(entry)).map((entry) => `${name} ${entry}`));
}
