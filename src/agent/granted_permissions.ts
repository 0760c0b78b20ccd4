import { permissionNames, type Permissions } from "../check/declared_permissions.ts";
import { SHELL_PATH } from "../host/paths.ts";
import type { Manifest, ManifestCommand } from "./manifest.ts";

/** Permissions of a sandbox: `proc` is converted to `read`; all lists are present and sorted. */
export type GrantedPermissions = Record<Exclude<keyof Permissions, "proc">, string[]>;

const granted = permissionNames.filter((name) => name !== "proc") as (keyof GrantedPermissions)[];

/**
 * Converts the permissions of a check to the permissions of its sandbox.
 *
 * @param permissions the permissions that the check declares
 * @param procfs the path where /proc is bound
 * @returns the lists, with `proc` entries as files below `procfs`
 */
export function grantPermissions(permissions: Permissions, procfs: string): GrantedPermissions {
  const files = (permissions.proc ?? []).map((file) => `${procfs}/${file}`);
  return unite([{ ...permissions, read: [...permissions.read ?? [], ...files] }]);
}

/**
 * Returns the union of several permission sets.
 *
 * @param sets the sets
 * @returns one set, each list sorted and without duplicates
 */
export function unite(sets: readonly Permissions[]): GrantedPermissions {
  return Object.fromEntries(
    granted.map((name) => [name, [...new Set(sets.flatMap((set) => set[name] ?? []))].sort()]),
  ) as GrantedPermissions;
}

/** Returns the executable of a plugin or shell line; undefined for a check. */
export function executableOf(command: ManifestCommand): string | undefined {
  if (command.kind === "check") return undefined;
  return command.kind === "shell" ? SHELL_PATH : command.argv[0];
}

/**
 * Returns the programs that a command needs: its executable, or the programs that a check starts.
 */
export function programsOf(command: ManifestCommand): readonly string[] {
  const executable = executableOf(command);
  if (command.kind === "check") return command.permissions.run ?? [];
  return executable === undefined ? [] : [executable];
}

/**
 * Returns the permissions that the daemon's process needs for its commands: the permissions of
 * checks, and the permissions to start plugins. The daemon's own permissions are not included.
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
 * Formats permissions as flags of `deno run`.
 *
 * @param permissions the lists; an empty list has no flag
 * @returns the flags
 */
export function formatFlags(permissions: GrantedPermissions): string[] {
  return granted.flatMap((name) => {
    const entries = permissions[name];
    // A comma separates entries. Deno reads two commas as one comma inside an entry.
    const list = entries.map((entry) => entry.replaceAll(",", ",,")).join(",");
    return entries.length === 0 ? [] : [`--allow-${name}=${list}`];
  });
}
