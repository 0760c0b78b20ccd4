import { whyBroad } from "../agent/broad.ts";
import { formatHostPort } from "../net/host_port.ts";
import { permissionNames, type Permissions } from "../check/declared_permissions.ts";
import { isBuiltIn, type Manifest, type ManifestCommand } from "../agent/manifest.ts";
import { defaultSettings } from "../agent/settings.ts";

/** The grants of one command. */
export type LockedCommand = LockedCheck | LockedPlugin | LockedShell;

/** Grants of any command. */
interface LockedAny {
  /** Whether the command accepts arguments from the wire; omitted if false. */
  acceptArguments?: boolean;
}

/** A check with its permissions. */
export interface LockedCheck extends LockedAny {
  kind: "check";
  permissions: Permissions;
}

/** A program. No permission restricts it, so the lock grants only its start, and the user. */
interface LockedExec extends LockedAny {
  /** The user that runs it; omitted for the daemon's own user. */
  user?: string;
  /** The primary group; omitted for that of the user. */
  group?: string;
  /** The SHA-256 of the executable; omitted if it is not pinned. */
  sha256?: string;
}

/** A plugin. Its executable is granted with any arguments, unless it can start any other program. */
export interface LockedPlugin extends LockedExec {
  kind: "plugin";
  executable: string;
  /** The arguments; omitted if the executable is granted with any arguments. */
  args?: string[];
  /** The program that starts it, and its arguments; omitted for none. */
  prefix?: string[];
}

/** A shell line. It can start any program, so only this exact line is granted. */
export interface LockedShell extends LockedExec {
  kind: "shell";
  line: string;
}

/**
 * Permissions that a review granted to the code of an agent. The lock ignores settings of the host
 * and installed programs, so that it is the same on every machine.
 */
export interface Lock {
  version: 1;
  /** The file name of the agent module, because other agents may be in the same folder. */
  module: string;
  /** The addresses that the daemon listens on, as `HOST:PORT`. */
  listen: string[];
  /** Hosts that may connect. */
  allowedHosts: string[];
  /** Whether connections are plain text; omitted for TLS. */
  plainText?: boolean;
  /** Whether settings files of hosts may define shell lines; omitted if not. */
  hostShell?: boolean;
  /** The folder of the files that `proc` names; omitted for `/proc`. */
  procfs?: string;
  /** The grants of each command, by name. */
  commands: Record<string, LockedCommand>;
}

/** The file name of a lock. It is in the same folder as the agent. */
export const LOCK_NAME = "permissions.lock.json";

/**
 * Creates a lock that grants exactly the permissions that an agent requests.
 *
 * @param module the file name of the agent module
 * @param manifest the agent, without settings of the host
 * @returns the lock
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
    ...(settings.hostShell && { hostShell: true }),
    ...(settings.procfs !== defaultSettings.procfs && { procfs: settings.procfs }),
    commands: Object.fromEntries(locked),
  };
}

/**
 * Formats a lock as JSON: one entry per line, in a stable order.
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
  const { user, group, sha256 } = command;
  const how = {
    ...accepts,
    ...(user !== undefined && { user }),
    ...(group !== undefined && { group }),
    ...(sha256 !== undefined && { sha256 }),
  };
  return command.kind === "plugin"
    ? {
      kind: "plugin",
      executable: command.argv[0]!,
      // The arguments of a shell or an interpreter are a program.
      ...(whyBroad("run", command.argv[0]!) !== undefined && { args: command.argv.slice(1) }),
      ...(command.prefix && { prefix: command.prefix }),
      ...how,
    }
    : { kind: "shell", line: command.line, ...how };
}

function unique(entries: readonly string[]): string[] {
  return [...new Set(entries)].sort();
}
