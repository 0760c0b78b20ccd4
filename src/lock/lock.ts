import { formatHostPort } from "../net/host_port.ts";
import { permissionNames, type Permissions } from "../check/declared_permissions.ts";
import { isBuiltIn, type Manifest, type ManifestCommand } from "../agent/manifest.ts";

/** What one command is granted. */
export type LockedCommand = LockedCheck | LockedPlugin | LockedShell;

/** What holds of any command. */
interface LockedAny {
  /** Whether the wire may give it arguments; left out where not. */
  acceptArguments?: boolean;
}

/** A check: what it may touch. */
export interface LockedCheck extends LockedAny {
  kind: "check";
  permissions: Permissions;
}

/** Nothing binds what is started: who starts it, and which one, is all that can be granted. */
interface LockedExec extends LockedAny {
  /** As whom it runs; left out for the daemon's own user. */
  user?: string;
  /** Which bytes it must be; left out where any will do. */
  sha256?: string;
}

/** A plugin: which executable, whatever its words. */
export interface LockedPlugin extends LockedExec {
  kind: "plugin";
  executable: string;
}

/** A shell line: it can start anything, so that only this very line is granted. */
export interface LockedShell extends LockedExec {
  kind: "shell";
  line: string;
}

/**
 * What an agent's code was granted when somebody reviewed it. It tells nothing of a host, so that it
 * is the same wherever it is written: host settings and what is installed do not count.
 */
export interface Lock {
  version: 1;
  /** The file name of the agent's module: others may lie beside it. */
  module: string;
  /** Where the daemon listens, as `HOST:PORT`. */
  listen: string[];
  /** Who may ask. */
  allowedHosts: string[];
  /** Whether it speaks plain text; left out for TLS. */
  plainText?: boolean;
  /** What each command is granted, by name. */
  commands: Record<string, LockedCommand>;
}

/** The file name of a lock: it lies beside the agent. */
export const LOCK_NAME = "permissions.lock.json";

/**
 * Says what an agent asks for.
 *
 * @param module the file name of the agent's module
 * @param manifest what its code says by itself
 * @returns the lock that grants exactly that
 */
export function createLock(module: string, { settings, commands }: Manifest): Lock {
  const listen = settings.listen.map(formatHostPort);
  const locked = Object.entries(commands)
    .filter(([, command]) => !isBuiltIn(command))
    .map(([name, command]) => [name, lockCommand(command)] as const)
    .sort(([a], [b]) => a < b ? -1 : 1);
  return {
    version: 1,
    module,
    listen: unique(listen),
    allowedHosts: unique(settings.allowedHosts),
    ...(settings.tls === false && { plainText: true }),
    commands: Object.fromEntries(locked),
  };
}

/**
 * Writes a lock as its file: one entry a line, in a stable order.
 *
 * @param lock the lock
 * @returns JSON that ends in a newline
 */
export function formatLock(lock: Lock): string {
  return `${JSON.stringify(lock, null, 2)}\n`;
}

function lockCommand(command: ManifestCommand): LockedCommand {
  const accepts = command.acceptArguments && { acceptArguments: true };
  if (command.kind === "check") {
    const lists = permissionNames.map((name) => [name, unique(command.permissions[name] ?? [])]);
    const permissions = Object.fromEntries(lists.filter(([, entries]) => entries!.length > 0));
    return { kind: "check", ...accepts, permissions };
  }
  const { user, sha256 } = command;
  const how = {
    ...accepts,
    ...(user !== undefined && { user }),
    ...(sha256 !== undefined && { sha256 }),
  };
  return command.kind === "plugin"
    ? { kind: "plugin", executable: command.argv[0]!, ...how }
    : { kind: "shell", line: command.line, ...how };
}

function unique(entries: readonly string[]): string[] {
  return [...new Set(entries)].sort();
}
