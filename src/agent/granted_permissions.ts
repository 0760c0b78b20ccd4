import { permissionNames, type Permissions } from "../check/declared_permissions.ts";
import { SHELL_PATH } from "../host/paths.ts";
import type { Manifest, ManifestCommand } from "./manifest.ts";

/** What a sandbox is given: `proc` has become `read`, and every list is there, sorted. */
export type GrantedPermissions = Record<Exclude<keyof Permissions, "proc">, string[]>;

const granted = permissionNames.filter((name) => name !== "proc") as (keyof GrantedPermissions)[];

/**
 * What a check's sandbox may do.
 *
 * @param permissions as declared
 * @param procfs where /proc is bound
 * @returns the lists, `proc` entries as files below `procfs`
 */
export function grantPermissions(permissions: Permissions, procfs: string): GrantedPermissions {
  const files = (permissions.proc ?? []).map((file) => `${procfs}/${file}`);
  return unite([{ ...permissions, read: [...permissions.read ?? [], ...files] }]);
}

/**
 * Everything that several permission sets hold.
 *
 * @param sets the sets
 * @returns one set, each list sorted and without repetition
 */
export function unite(sets: readonly Permissions[]): GrantedPermissions {
  return Object.fromEntries(
    granted.map((name) => [name, [...new Set(sets.flatMap((set) => set[name] ?? []))].sort()]),
  ) as GrantedPermissions;
}

/** The executable that a command starts by itself; undefined for a check. */
export function executableOf(command: ManifestCommand): string | undefined {
  if (command.kind === "check") return undefined;
  return command.kind === "shell" ? SHELL_PATH : command.argv[0];
}

/** The programs that must be there for a command to run: its executable, or what a check starts. */
export function programsOf(command: ManifestCommand): readonly string[] {
  const executable = executableOf(command);
  if (command.kind === "check") return command.permissions.run ?? [];
  return executable === undefined ? [] : [executable];
}

/**
 * What the daemon's process must be able to grant to its checks, or start itself. Nothing in it is
 * for the daemon's own sake.
 *
 * @param manifest the agent
 * @returns the union over all commands
 */
export function commandPermissions(manifest: Manifest): GrantedPermissions {
  return unite(
    Object.values(manifest.commands).map((command) => {
      const executable = executableOf(command);
      if (command.kind === "check") {
        return grantPermissions(command.permissions, manifest.settings.procfs);
      }
      const pinned = command.sha256 !== undefined;
      return executable === undefined
        ? {}
        : { run: [executable], ...(pinned && { read: [executable] }) };
    }),
  );
}

/**
 * Writes permissions as flags of `deno run`.
 *
 * @param permissions the lists; an empty one gives no flag
 * @returns the flags
 */
export function formatFlags(permissions: GrantedPermissions): string[] {
  return granted.flatMap((name) => {
    const entries = permissions[name];
    // A comma divides entries; Deno reads two as one that belongs to the entry.
    const list = entries.map((entry) => entry.replaceAll(",", ",,")).join(",");
    return entries.length === 0 ? [] : [`--allow-${name}=${list}`];
  });
}
