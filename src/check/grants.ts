import { covers } from "./covers.ts";
import type { Permissions } from "./declared_permissions.ts";
import { absolutePath, liesIn } from "./path.ts";

/** What the runtime asks a permission for. */
export type AccessKind = "read" | "write" | "net" | "env" | "sys" | "run" | "ffi";

/** What a check under test may do. */
export interface Grants {
  /** The names of each kind; paths are absolute. */
  readonly names: Readonly<Record<AccessKind, readonly string[]>>;
  /** What `proc` granted: readable wherever procfs is. */
  readonly proc: readonly string[];
}

/**
 * Prepares permissions for {@linkcode requireAccess}.
 *
 * @param permissions as declared
 * @param procfs where /proc is for this check
 * @returns the grants
 */
export function createGrants(permissions: Permissions, procfs: string): Grants {
  const { read = [], write = [], net = [], env = [], sys = [], run = [], proc = [] } = permissions;
  const paths = (list: readonly string[]) => list.map(absolutePath);
  return {
    names: { read: paths(read), write: paths(write), net, env, sys, run, ffi: [] },
    proc: paths(proc.map((file) => `${procfs}/${file}`)),
  };
}

/**
 * Refuses what is not granted, as the runtime does and with its words, which
 * {@linkcode explainRefusal} reads.
 *
 * @param grants what the check may do
 * @param kind the permission
 * @param target the path, `host:port`, variable, fact or executable; left out where the runtime
 * asks for all of them, which no check is granted
 * @throws {Deno.errors.NotCapable} where it is not granted
 */
export function requireAccess(grants: Grants, kind: AccessKind, target?: string): void {
  if (kind === "read" || kind === "write") return requirePath(grants, kind, target);
  if (
    target !== undefined && kind !== "ffi" &&
    grants.names[kind].some((granted) => covers(kind, granted, target))
  ) return;
  throw refusal(kind, target && `"${target}"`);
}

function requirePath(grants: Grants, kind: "read" | "write", target?: string): void {
  if (target === undefined) throw refusal(kind);
  // The sandbox takes absolute paths only, and "<TMP>" is what the runtime calls its own folder.
  if (!target.startsWith("/")) throw refusal(kind, target.startsWith("<") ? target : `"${target}"`);
  const path = absolutePath(target);
  if (kind === "read" && grants.proc.some((granted) => liesIn(path, granted))) return;
  if (!grants.names[kind].some((granted) => liesIn(path, granted))) {
    throw refusal(kind, `"${path}"`);
  }
  if (isSpecial(path)) throw refusal("all", `"${path}"`);
}

const harmlessDevices = new Set(["/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"]);

/** Whether the runtime gives a file to none but a process that may do everything. */
export function isSpecial(path: string): boolean {
  if (harmlessDevices.has(path) || liesIn(path, "/proc/pressure")) return false;
  return ["/proc", "/sys", "/dev"].some((folder) => liesIn(path, folder));
}

function refusal(kind: string, target?: string): Error {
  const wanted = target === undefined ? "" : ` to ${target}`;
  return new Deno.errors.NotCapable(
    `Requires ${kind} access${wanted}, run again with the --allow-${kind} flag`,
  );
}
