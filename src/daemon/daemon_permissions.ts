import { type Address, formatHostPort } from "../net/host_port.ts";
import { type Diagnostic, placeBelow } from "../agent/diagnostic.ts";
import type { Manifest } from "../agent/manifest.ts";
import { isHostName } from "../agent/resolve_listen.ts";
import { commandNeeds, type Need } from "../agent/needs.ts";
import {
  commandPermissions,
  executableOf,
  type GrantedPermissions,
  programsOf,
  unite,
} from "../agent/granted_permissions.ts";
import { GROUPS_PATH, SETPRIV_PATH, SHELL_PATH, USERS_PATH } from "../host/paths.ts";
import { openProcessTree, type ProcessTree, withoutProcessTree } from "../host/process_tree.ts";
import { parseAllowedHost } from "../net/allowed_hosts.ts";

/**
 * Returns the permissions that the daemon's process is started with: the permissions of its
 * commands and its own permissions. The launcher adds the permissions that depend on the host: the
 * deployable, the state directory, and Deno if checks run in processes of their own.
 *
 * @param manifest the agent
 * @returns the permissions
 */
export function daemonPermissions(manifest: Manifest): GrantedPermissions {
  return unite([lastingPermissions(manifest), ...asSets(startNeeds(manifest))]);
}

/**
 * Returns {@linkcode daemonPermissions} without the permissions that the daemon gives up before any
 * check runs.
 *
 * @param manifest the agent
 * @returns the permissions
 */
export function lastingPermissions(manifest: Manifest): GrantedPermissions {
  return unite([commandPermissions(manifest), ...asSets(ownNeeds(manifest))]);
}

function asSets(needs: readonly Need[]): Partial<GrantedPermissions>[] {
  return needs.map(({ kind, entry }) => ({ [kind]: [entry] }));
}

/**
 * Returns the permissions that the daemon needs in addition to the permissions of its commands.
 *
 * @param manifest the agent
 * @returns each entry with its reason
 */
export function ownNeeds(manifest: Manifest): Need[] {
  const { settings, commands } = manifest;
  const all = Object.values(commands);
  const { listen, tls, allowedHosts } = settings;
  const names = allowedHosts.flatMap((host) => parseAllowedHost(host).name ?? []);
  const programs = all.flatMap((command) =>
    command.optional || command.kind !== "check" ? programsOf(command) : []
  );
  const certificates = tls === false ? [] : [tls.cert, tls.key, tls.ca];
  const execs = all.filter((command) => command.kind !== "check");
  const groups = execs.some(({ group }) => group !== undefined);
  const others = execs.some(({ user }) => user !== undefined);
  const needs: [kind: Need["kind"], entries: (string | undefined)[], why: string][] = [
    ["run", hasProcesses(manifest) ? [SHELL_PATH] : [], boundsProcesses],
    // A name is not granted, but its addresses, when the daemon is started.
    ["net", listen.filter(isAddress).map(formatHostPort), "Listens on this address"],
    ["net", names, "Looks up an allowed host"],
    ["read", programs, "Checks that the program exists"],
    ["read", certificates, "Reads the certificate"],
    ["read", execs.length > 0 ? [USERS_PATH] : [], "Looks up the users of plugins"],
    ["read", groups ? [GROUPS_PATH] : [], "Looks up the groups of plugins"],
    ["read", others ? [SETPRIV_PATH] : [], "Checks that the program exists"],
    [
      "sys",
      execs.length > 0 || settings.hostShell ? ["uid"] : [],
      "Finds the user of plugins, and checks that files belong to this user",
    ],
    [
      "run",
      settings.hostShell ? [SHELL_PATH] : [],
      "Runs shell lines of settings files (hostShell)",
    ],
  ];
  return needs.flatMap(([kind, entries, why]) =>
    [...new Set(entries)].filter((entry) => entry !== undefined)
      .map((entry): Need => ({ kind, entry, why }))
  );
}

function isAddress({ hostname }: Address): boolean {
  return !isHostName(hostname);
}

/**
 * Returns the permission that the daemon needs only during its start: the shell that runs the
 * process helper, see host/process_helper.ts. The daemon gives up this permission before any check
 * is loaded.
 *
 * @param manifest the agent
 * @returns the need, if a command starts a process
 */
export function startNeeds(manifest: Manifest): Need[] {
  const starts = manifest.settings.hostShell ||
    Object.values(manifest.commands).some((command) =>
      executableOf(command) !== undefined ||
      (command.kind === "check" &&
        (command.isolation === "process" || (command.permissions.run ?? []).length > 0))
    );
  const why = "Starts the helper that ends processes" +
    (keepsShell(manifest) ? "" : ", then gives up this permission");
  return starts ? [{ kind: "run", entry: SHELL_PATH, why, atStart: true }] : [];
}

function keepsShell(manifest: Manifest): boolean {
  return hasProcesses(manifest) || manifest.settings.hostShell ||
    commandPermissions(manifest).run.includes(SHELL_PATH);
}

// A daemon with such checks may run Deno with any flags, and so can start any program already: the
// shell, which bounds the memory of these processes, does not add to its power.
const boundsProcesses = "Bounds the memory of checks in processes of their own " +
  "(adds no power: such a daemon may run Deno with any flags)";

function hasProcesses(manifest: Manifest): boolean {
  return Object.values(manifest.commands).some((command) =>
    command.kind === "check" && command.isolation === "process"
  );
}

/**
 * Creates the process tree of an agent. The helper is started only if the agent starts processes.
 *
 * @param manifest the agent
 * @returns the tree, which ends the processes of the agent
 */
export function processTreeOf(manifest: Manifest): ProcessTree {
  return startNeeds(manifest).length === 0 ? withoutProcessTree() : openProcessTree();
}

/**
 * Creates the process tree of an agent in a daemon's process. Then gives up the permission to run
 * the shell, if no command needs it.
 *
 * @param manifest the agent
 * @returns the tree
 */
export function takeProcessTree(manifest: Manifest): ProcessTree {
  const processes = processTreeOf(manifest);
  if (!keepsShell(manifest)) {
    Deno.permissions.revokeSync({ name: "run", command: SHELL_PATH });
  }
  return processes;
}

/**
 * Returns the entries that a permission set lacks.
 *
 * @param held the granted permissions
 * @param wanted the needed permissions
 * @returns the entries that are missing, each as `kind entry`
 */
export function lackingPermissions(held: GrantedPermissions, wanted: GrantedPermissions): string[] {
  return (Object.entries(wanted) as [keyof GrantedPermissions, string[]][]).flatMap((
    [name, entries],
  ) => entries.filter((entry) => !held[name].includes(entry)).map((entry) => `${name} ${entry}`));
}

/**
 * Reports which permissions this process lacks to serve an agent. A process cannot get more later.
 *
 * @param manifest the agent
 * @param next the permissions that the launcher would pass to the next daemon
 * @returns an error for each command that needs more, and one for the daemon itself
 */
export function notGranted(manifest: Manifest, next: GrantedPermissions): Diagnostic[] {
  const processes = hasProcesses(manifest);
  const why = "Starts checks in processes of their own";
  const deno: Need = { kind: "run", entry: Deno.execPath(), why };
  const lacking = [...commandNeeds(manifest), ...ownNeeds(manifest), ...(processes ? [deno] : [])]
    .filter(({ kind, entry }) => !isGranted(kind, entry));
  // The launcher itself adds Deno for checks in processes of their own.
  const comes = ({ kind, entry }: Need) =>
    entry === deno.entry || next[kind].some((other) => other === entry);
  return [...Map.groupBy(lacking, ({ command }) => command)].map(([command, needs]) => ({
    place: command === undefined ? "daemon" : placeBelow("commands", command),
    message: `Missing permission ${
      needs.map(({ kind, entry }) => `${kind} ${entry}`).join(", ")
    }: ${
      needs.every(comes)
        ? "restart the daemon, because a running one cannot get more permissions"
        : "settings cannot add it; declare it in the agent and compile the agent again"
    }`,
    severity: "error",
  }));
}

/** Returns whether this process holds an entry of a permission. */
export function isGranted(name: keyof GrantedPermissions, entry: string): boolean {
  const descriptor = {
    read: { name: "read", path: entry },
    write: { name: "write", path: entry },
    net: { name: "net", host: entry },
    env: { name: "env", variable: entry },
    sys: { name: "sys", kind: entry },
    run: { name: "run", command: entry },
  }[name] as Deno.PermissionDescriptor;
  return Deno.permissions.querySync(descriptor).state === "granted";
}
