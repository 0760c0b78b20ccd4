import { permissionNames, type Permissions } from "../check/declared_permissions.ts";
import { SETPRIV_PATH, SHELL_PATH } from "../host/paths.ts";
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

/**
 * Returns the program that the daemon starts for a plugin or a shell line: its executable, or the
 * program that starts plugins; undefined for a check.
 */
export function executableOf(command: ManifestCommand): string | undefined {
  if (command.kind === "check") return undefined;
  return command.kind === "shell" ? SHELL_PATH : command.prefix?.[0] ?? command.argv[0];
}

/**
 * Returns the programs that a command needs: its executable and the program that starts it, or the
 * programs that a check starts.
 */
export function programsOf(command: ManifestCommand): readonly string[] {
  if (command.kind === "check") return command.permissions.run ?? [];
  if (command.kind === "shell") return [SHELL_PATH];
  return [...command.prefix?.slice(0, 1) ?? [], command.argv[0]!];
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
      if (executable === undefined) return {};
      const pinned = command.sha256 !== undefined;
      const file = command.kind === "plugin" ? command.argv[0]! : executable;
      // Plugins of other users are started by setpriv, see host/paths.ts.
      const other = command.user !== undefined;
      return {
        run: [executable, ...(other ? [SETPRIV_PATH] : [])],
        ...(pinned && { read: [file] }),
      };
    }),
  );
}

/**
 * Formats permissions as flags of `deno run`.
 *
 * @param permissions the lists; an empty list has no flag
 * @returns the flags
 * @throws {RangeError} if an entry contains a comma: the runtime would read it as two entries
 */
export function formatFlags(permissions: GrantedPermissions): string[] {
  return granted.flatMap((name) => {
    const entries = permissions[name];
    const split = entries.find((entry) => entry.includes(","));
    if (split !== undefined) {
      throw new RangeError(`Cannot grant ${name} ${JSON.stringify(split)}: expected no commas`);
    }
    return entries.length === 0 ? [] : [`--allow-${name}=${entries}`];
  });
}
