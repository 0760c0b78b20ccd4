import { covers } from "../check/covers.ts";
import { permissionNames, type Permissions } from "../check/declared_permissions.ts";
import { isSpecial } from "../check/grants.ts";
import { absolutePath, liesIn } from "../check/path.ts";

/** One entry of a permission. */
export interface PermissionEntry {
  kind: keyof Permissions;
  entry: string;
}

/** What a run has shown that a check needs. */
export interface LearnedPermissions {
  /** The smallest declaration that grants all of it. */
  permissions: Permissions;
  /** What was asked for and cannot be declared, each as `kind entry`. */
  beyond: string[];
}

/**
 * Makes a declaration of what was asked for: exact files, never the folder above them. What lies
 * below procfs becomes `proc`, which the runtime grants where procfs is bound elsewhere.
 *
 * @param accesses what was asked for, in the runtime's words
 * @param procfs where /proc is bound
 * @returns the declaration, and what is in none
 */
export function learnPermissions(
  accesses: readonly { kind: string; target: string }[],
  procfs: string,
): LearnedPermissions {
  const found = accesses.map(({ kind, target }) => entryOf(kind, target, procfs));
  const entries = found.filter((one) => typeof one !== "string");
  const needed = entries.filter((one, index) =>
    // Of those that cover each other the first one stays.
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

/** Whether one entry grants another. */
export function grants(one: PermissionEntry, other: PermissionEntry): boolean {
  return one.kind === other.kind && covers(one.kind, one.entry, other.entry);
}

/** The entries of a declaration, in the order in which they are shown. */
export function entriesOf(permissions: Permissions): PermissionEntry[] {
  return permissionNames.flatMap((kind) =>
    (permissions[kind] ?? []).map((entry) => ({ kind, entry }))
  );
}

/**
 * Writes a declaration as TypeScript, as `deno fmt` leaves it.
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
    // A name that is made up on the way is asked for in the folder of such files.
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
