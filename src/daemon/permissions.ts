import { type Diagnostic, placeBelow } from "../agent/diagnostic.ts";
import { usersPath } from "../agent/inspect.ts";
import type { Manifest } from "../agent/manifest.ts";
import { commandNeeds, type Need } from "../agent/needs.ts";
import {
  commandPermissions,
  executableOf,
  formatFlags,
  type GrantedPermissions,
  programsOf,
  unite,
} from "../agent/permissions.ts";
import { parseAllowedHost } from "../net/allowed_hosts.ts";
import { killPath } from "../runner/kill.ts";
import { psPath } from "../runner/process_list.ts";
import { formatAddress } from "./daemon.ts";

/**
 * What the daemon's process holds: what its commands declare, the addresses it listens on, the names
 * of hosts it has to look up, and what it takes to end a plugin. Nothing else.
 *
 * @param manifest the agent
 * @param deno the executable that processes for checks are started with
 * @returns the lists
 */
export function daemonPermissions(
  manifest: Manifest,
  deno: string = Deno.execPath(),
): GrantedPermissions {
  return unite([
    commandPermissions(manifest),
    ...ownNeeds(manifest, deno).map(({ kind, entry }) => ({ [kind]: [entry] })),
  ]);
}

/**
 * What the daemon needs beside what its commands do.
 *
 * @param manifest the agent
 * @param deno the executable that processes for checks are started with
 * @returns each entry with its reason
 */
export function ownNeeds(
  { settings, commands }: Manifest,
  deno: string = Deno.execPath(),
): Need[] {
  const all = Object.values(commands);
  const processes = all.some((command) =>
    command.kind === "check" && command.isolation === "process"
  );
  const starts = processes || all.some((command) =>
    executableOf(command) !== undefined ||
    (command.kind === "check" && command.permissions.run !== undefined)
  );
  const names = settings.allowedHosts.flatMap((host) => parseAllowedHost(host).name ?? []);
  return [
    ...settings.listen.map(formatAddress).map((entry): Need => (
      { kind: "net", entry, why: "It listens there" }
    )),
    ...names.map((entry): Need => ({ kind: "net", entry, why: "It looks up who may ask" })),
    ...(starts
      ? [
        { kind: "run", entry: killPath, why: "It ends plugins and processes" } as const,
        { kind: "run", entry: psPath, why: "It finds what a command left behind" } as const,
      ]
      : []),
    ...(processes
      ? [{ kind: "run", entry: deno, why: "It starts checks in processes of their own" } as const]
      : []),
  ];
}

/**
 * What a deployed daemon's process holds: as {@linkcode daemonPermissions}, but it looks by itself
 * whether executables are there and who users are and reads its certificate, and its launcher knows
 * where Deno is.
 *
 * @param manifest the agent
 * @returns the lists
 */
export function compiledPermissions(manifest: Manifest): GrantedPermissions {
  const commands = Object.values(manifest.commands);
  const users = commands.some((command) => command.kind !== "check" && command.user !== undefined);
  const { run, ...others } = daemonPermissions(manifest, "");
  const programs = commands.flatMap((command) =>
    command.optional ? programsOf(command) : executableOf(command) ?? []
  );
  const { tls } = manifest.settings;
  const certificates = tls === false ? [] : [tls.cert, tls.key, tls.ca];
  return unite([
    { ...others, run: run.filter((path) => path !== "") },
    { read: [...programs, ...certificates].filter((path) => path !== undefined) },
    users ? { read: [usersPath], sys: ["uid"] } : {},
  ]);
}

/**
 * {@linkcode daemonPermissions} as flags.
 *
 * @param manifest the agent
 * @returns flags of `deno run`
 */
export function daemonFlags(manifest: Manifest): string[] {
  return formatFlags(daemonPermissions(manifest));
}

/**
 * What a permission set lacks of another, entry by entry.
 *
 * @param held what is granted
 * @param wanted what is needed
 * @returns the entries that are missing, each as `kind entry`
 */
export function lackingPermissions(held: GrantedPermissions, wanted: GrantedPermissions): string[] {
  return (Object.entries(wanted) as [keyof GrantedPermissions, string[]][]).flatMap((
    [name, entries],
  ) => entries.filter((entry) => !held[name].includes(entry)).map((entry) => `${name} ${entry}`));
}

/**
 * What this process lacks to serve an agent. A process cannot get more than it was started with.
 *
 * @param manifest the agent
 * @returns an error for each command that asks for more, and one for what the daemon itself lacks
 */
export function notGranted(manifest: Manifest): Diagnostic[] {
  const lacking = [...commandNeeds(manifest), ...ownNeeds(manifest)]
    .filter(({ kind, entry }) => !isGranted(kind, entry));
  return [...Map.groupBy(lacking, ({ command }) => command)].map(([command, needs]) => ({
    place: command === undefined ? "daemon" : placeBelow("commands", command),
    message:
      `It needs ${
        needs.map(({ kind, entry }) => `${kind} ${entry}`).join(", ")
      }, which this daemon was not started with: expected what was compiled in, or a restart ` +
      "where the settings have changed",
    severity: "error",
  }));
}

/** Whether this process holds an entry of a permission. */
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
