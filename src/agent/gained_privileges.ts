import type { Manifest, ManifestCommand } from "./manifest.ts";

/** A program that gains privileges when it is started. */
export interface Gain {
  /** The command that starts it. */
  command: string;
  /** The program, as the command names it. */
  program: string;
  /** The capabilities that it needs; undefined if it becomes another user, usually root. */
  capabilities?: readonly string[];
}

/** Programs that become another user. */
const userChangers = new Set(["doas", "pkexec", "su", "sudo"]);

/** Programs of distributions with file capabilities, and plugins that start them. */
const capable = new Map<string, readonly string[]>([
  ...[
    ...["arping", "check_fping", "check_host", "check_icmp", "check_ping", "check_rta_multi"],
    ...["fping", "fping6", "mtr-packet", "ping", "ping4", "ping6"],
  ].map((name) => [name, ["CAP_NET_RAW"]] as const),
  ["check_dhcp", ["CAP_NET_BIND_SERVICE", "CAP_NET_RAW"]] as const,
]);

/** Programs that start the program in their arguments. */
const wrapper = /\/(?:chrt|env|ionice|nice|nohup|setsid|stdbuf|taskset|timeout)$/;

/**
 * Returns the programs that a command starts, as far as the manifest shows them: the executable, the
 * program that starts plugins, the programs that these start, and the programs of a check.
 *
 * @param command the command
 * @returns paths; from a shell line also names without a path
 */
export function startedPrograms(command: ManifestCommand): string[] {
  if (command.kind === "check") return [...command.permissions.run ?? []];
  if (command.kind === "shell") {
    return [...command.line.matchAll(/(?:^|[;&|(`]|\$\()\s*([^\s;&|()`$"']+)/g)]
      .map(([, word]) => word!);
  }
  return [command.prefix ?? [], command.argv].flatMap(([program, ...words]) =>
    program === undefined
      ? []
      : [program, ...wrapper.test(program) ? words.filter((word) => word.startsWith("/")) : []]
  );
}

/**
 * Finds the commands that start programs that are known to gain privileges. The result depends only
 * on the manifest, not on the files of this host.
 *
 * @param manifest the agent
 * @returns the programs, in the order of the commands
 */
export function knownGains(manifest: Manifest): Gain[] {
  return Object.entries(manifest.commands).flatMap(([command, value]) =>
    startedPrograms(value).flatMap((program) => {
      const name = program.slice(program.lastIndexOf("/") + 1);
      const capabilities = capable.get(name);
      if (userChangers.has(name)) return { command, program };
      return capabilities === undefined ? [] : { command, program, capabilities };
    })
  );
}

/**
 * Returns the capabilities that gaining programs need, each once.
 *
 * @param gains the programs
 */
export function gainedCapabilities(gains: readonly Gain[]): string[] {
  return [...new Set(gains.flatMap(({ capabilities = [] }) => capabilities))].sort();
}

/** Returns whether a program becomes another user, for which new privileges must be allowed. */
export function becomesUser(gains: readonly Gain[]): boolean {
  return gains.some(({ capabilities }) => capabilities === undefined);
}

/**
 * Describes for each program how the systemd unit permits its privileges.
 *
 * @param gains the programs
 * @returns one line for each program of a command
 */
export function describeGains(gains: readonly Gain[]): string[] {
  return gains.map(({ command, program, capabilities }) =>
    `${command} starts ${program}, which ${
      capabilities === undefined
        ? "becomes another user: the systemd unit allows new privileges and no system call filter"
        : `needs ${capabilities.join(", ")}: the systemd unit grants it to all commands`
    }`
  );
}
