import { covers } from "../check/covers.ts";
import { permissionNames, type Permissions } from "../check/declared_permissions.ts";
import { isSpecial } from "../check/grants.ts";
import { absolutePath, liesIn } from "../check/path.ts";

/** One entry of a permission. */
export interface PermissionEntry {
  kind: keyof Permissions;
  entry: string;
}

/** Permissions that a check requested in one run. */
export interface LearnedPermissions {
  /** The smallest declaration that grants all of them. */
  permissions: Permissions;
  /** Requests that cannot be declared, each as `kind entry`. */
  beyond: string[];
}

/**
 * Turns requested accesses into a declaration: exact files, never the folder that contains them.
 * Files below procfs become `proc` entries: the runtime can grant those if procfs is bound to
 * another path.
 *
 * @param accesses the requests, as the runtime names them
 * @param procfs the path where /proc is bound
 * @returns the declaration, and the requests that cannot be declared
 */
export function learnPermissions(
  accesses: readonly { kind: string; target: string }[],
  procfs: string,
): LearnedPermissions {
  const found = accesses.map(({ kind, target }) => entryOf(kind, target, procfs));
  const entries = found.filter((one) => typeof one !== "string");
  const needed = entries.filter((one, index) =>
    // If entries cover each other, only the first is kept.
    !entries.some((other, at) => grants(other, one) && (at < index || !grants(one, other)))
  );
  const lists = permissionNames.map((name) =>
    [name, needed.filter(({ kind }) => kind === name).map(({ entry }) => entry).sort()] as const
  );
  return {
    permissions: Object.fromEntries(lists.filter(([, list]) => list.length > 0)),
    beyond: [...new Set(found.filter((one) => typeof one === "string"))],
  };
}

/** Returns whether one entry grants everything that the other grants. */
export function grants(one: PermissionEntry, other: PermissionEntry): boolean {
  return one.kind === other.kind && covers(one.kind, one.entry, other.entry);
}

/** Returns the entries of a declaration, in the order in which they are shown. */
export function entriesOf(permissions: Permissions): PermissionEntry[] {
  return permissionNames.flatMap((kind) =>
    (permissions[kind] ?? []).map((entry) => ({ kind, entry }))
  );
}

/**
 * Formats a declaration as TypeScript, in the style of `deno fmt`.
 *
 * @param permissions the declaration
 * @returns the property of `defineCheck()`, with its comma
 */
export function formatPermissions(permissions: Permissions): string {
  const lists = permissionNames.flatMap((name) => {
    const entries = (permissions[name] ?? []).map((entry) => JSON.stringify(entry));
    if (entries.length === 0) return [];
    const line = `  ${name}: [${entries.join(", ")}],`;
    return line.length <= 76
      ? [line]
      : [`  ${name}: [`, ...entries.map((entry) => `    ${entry},`), "  ],"];
  });
  return lists.length === 0 ? "permissions: {}," : ["permissions: {", ...lists, "},"].join("\n");
}

function entryOf(kind: string, target: string, procfs: string): PermissionEntry | string {
  if (kind === "read" || kind === "write") {
    // The runtime requests temporary files with generated names as `<TMP>`.
    const path = target === "<TMP>" ? "/tmp" : absolutePath(target);
    const below = [procfs, "/proc"].find((folder) => liesIn(path, folder) && path !== folder);
    if (kind === "read" && below !== undefined) {
      return { kind: "proc", entry: path.slice(below.length + 1) };
    }
    return isSpecial(path) ? `${kind} ${path}` : { kind, entry: path };
  }
  if (kind === "run" && !target.startsWith("/")) return `run ${target}`;
  return { kind: kind as PermissionEntry["kind"], entry: target };
}
