import { covers } from "./covers.ts";
import type { Permissions } from "./declared_permissions.ts";
import { absolutePath, liesIn } from "./path.ts";

/** Kinds of permission that the runtime requests. */
export type AccessKind = "read" | "write" | "net" | "env" | "sys" | "run" | "ffi";

/** Permissions of a check under test. */
export interface Grants {
  /** The names of each kind; paths are absolute. */
  readonly names: Readonly<Record<AccessKind, readonly string[]>>;
  /** Absolute paths that `proc` grants. */
  readonly proc: readonly string[];
}

/**
 * Prepares permissions for {@linkcode requireAccess}.
 *
 * @param permissions the declared permissions
 * @param procfs path of procfs for this check
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
 * Refuses access that is not granted, with the same error message as the runtime:
 * {@linkcode refusalOf} parses it.
 *
 * @param grants permissions of the check
 * @param kind kind of permission
 * @param target the path, `host:port`, variable, kind of system information or executable;
 * undefined if the runtime requests all of a kind, which is never granted
 * @throws {Deno.errors.NotCapable} if it is not granted
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
  // The sandbox accepts absolute paths only. The runtime calls its temporary folder "<TMP>".
  if (!target.startsWith("/")) throw refusal(kind, target.startsWith("<") ? target : `"${target}"`);
  const path = absolutePath(target);
  if (kind === "read" && grants.proc.some((granted) => liesIn(path, granted))) return;
  if (!grants.names[kind].some((granted) => liesIn(path, granted))) {
    throw refusal(kind, `"${path}"`);
  }
  if (isSpecial(path)) throw refusal("all", `"${path}"`);
}

const harmlessDevices = new Set(["/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"]);

/** Returns whether the runtime grants a file only to a process with all permissions. */
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
