import { permissionNames } from "../check/declared_permissions.ts";
import { SETPRIV_PATH } from "../host/paths.ts";
import { whyBroad } from "./broad.ts";
import { isBuiltIn, type Manifest, type ManifestCommand } from "./manifest.ts";
import { commandPermissions, type GrantedPermissions } from "./granted_permissions.ts";

/** An entry of a permission that a command or the daemon needs. */
export interface Need {
  /** The permission. */
  kind: keyof GrantedPermissions;
  /** The path, host, variable, fact or executable. */
  entry: string;
  /** The command; undefined for the daemon itself. */
  command?: string;
  /** The purpose of the entry. */
  why: string;
  /** Whether the daemon gives up this permission before any check runs. */
  atStart?: true;
}

/** An entry of a permission with all commands that need it. */
export interface NeededPermission {
  kind: keyof GrantedPermissions;
  entry: string;
  /**
   * The reason why a single check probably does not need so broad an entry; undefined if it is
   * narrow.
   */
  broad?: string;
  /** Whether the entry is an executable. Permissions do not restrict it after its start. */
  unbound?: true;
  /** The commands that need it, in the order of the agent. */
  needed: { command?: string; why: string }[];
}

/**
 * Returns the permissions that each command needs from the daemon's process.
 *
 * @param manifest the agent
 * @returns one need for each entry of each command
 */
export function commandNeeds(manifest: Manifest): Need[] {
  return Object.entries(manifest.commands).flatMap(([name, command]) => {
    if (isBuiltIn(command)) return [];
    const permissions = commandPermissions({ ...manifest, commands: { [name]: command } });
    return (Object.entries(permissions) as [keyof GrantedPermissions, string[]][]).flatMap((
      [kind, entries],
    ) =>
      entries.map((entry) => ({ kind, entry, command: name, why: reason(command, kind, entry) }))
    );
  });
}

/**
 * Groups needs by entry.
 *
 * @param needs the needs
 * @returns each entry once, sorted by kind and then by name
 */
export function collectNeeds(needs: readonly Need[]): NeededPermission[] {
  const byEntry = Map.groupBy(needs, ({ kind, entry }) => JSON.stringify([kind, entry]));
  const collected = [...byEntry.values()].map((same): NeededPermission => {
    const { kind, entry } = same[0]!;
    const lasts = same.some(({ atStart }) => !atStart);
    const broad = lasts ? whyBroad(kind, entry) : undefined;
    return {
      kind,
      entry,
      ...(broad !== undefined && { broad }),
      ...(kind === "run" && lasts && { unbound: true }),
      needed: same.map(({ command, why }) => ({ ...(command !== undefined && { command }), why })),
    };
  });
  const order = ({ kind }: NeededPermission) => permissionNames.indexOf(kind);
  return collected.sort((a, b) => order(a) - order(b) || (a.entry < b.entry ? -1 : 1));
}

function reason(
  command: ManifestCommand,
  kind: keyof GrantedPermissions,
  entry: string,
): string {
  if (command.kind === "check") return command.description;
  if (kind === "read") return "Compares the digest of the plugin before each start";
  if (entry === SETPRIV_PATH) {
    return `Gives the command all groups of ${command.user}`;
  }
  if (command.kind === "plugin" && command.prefix?.[0] === entry) return "Starts plugins";
  return command.kind === "plugin" ? "A plugin" : `A shell line: ${command.line}`;
}
