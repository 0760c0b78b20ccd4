import { SHELL_PATH } from "../host/paths.ts";
import type { Report } from "./diagnostic.ts";
import { fitConnections } from "./fit_connections.ts";
import { type Accounts, identify, readAccounts } from "./identify.ts";
import { inspectListen } from "./inspect_listen.ts";
import { inspectReach } from "./inspect_reach.ts";
import type { Manifest, ManifestCommand } from "./manifest.ts";
import { explainMissing, whyOmitted } from "./missing_program.ts";
import { programsOf } from "./granted_permissions.ts";
import { type Lookup, resolveListen } from "./resolve_listen.ts";
import type { Settings } from "./settings.ts";

/** Facts about a host for {@linkcode inspectHost}. */
export interface HostFacts {
  /** How many files, sockets and pipes the daemon may have open at once; default: no limit. */
  descriptors?: number | undefined;
  /** Looks up the names to listen on; without it, they stay names. */
  lookup?: Lookup;
}

/**
 * Checks a manifest on this host: executables exist and can be started, folders exist, and there
 * are enough file descriptors for the limit of connections. Paths of plugins become real paths,
 * users become ids. Optional commands whose programs are missing are omitted.
 *
 * @param manifest the agent
 * @param report receives all errors and warnings
 * @param facts facts about the host
 * @returns the manifest for this host
 */
export async function inspectHost(
  manifest: Manifest,
  report: Report,
  { descriptors = Infinity, lookup }: HostFacts = {},
): Promise<Manifest> {
  const commands: [string, ManifestCommand][] = [];
  const omitted: [string, string][] = [];
  const accounts = await readAccounts();
  for (const [name, command] of Object.entries(manifest.commands)) {
    const at = report.at("commands").at(name);
    const reason = await omission(command, exists, at);
    if (reason === undefined) commands.push([name, await inspectCommand(command, accounts, at)]);
    else omitted.push([name, reason]);
  }
  if (commands.some(([, command]) => startsProcesses(command)) && !await exists(SHELL_PATH)) {
    report.at("commands").error(
      `${explainMissing(SHELL_PATH)}: processes of commands cannot be ended without it`,
    );
  }
  const settings = await settleListen(manifest.settings, report, lookup);
  const limits = fitConnections(
    settings.limits,
    descriptors,
    report.at("limits").at("connections"),
  );
  return {
    ...manifest,
    settings: { ...settings, limits },
    commands: Object.fromEntries(commands),
    ...(omitted.length > 0 && { omitted: Object.fromEntries(omitted) }),
  };
}

function startsProcesses(command: ManifestCommand): boolean {
  return command.kind !== "check" || command.isolation === "process" ||
    (command.permissions.run ?? []).length > 0;
}

async function settleListen(
  settings: Settings,
  report: Report,
  lookup: Lookup | undefined,
): Promise<Settings> {
  inspectReach(settings, report);
  inspectListen(settings.listen, report);
  if (lookup === undefined) return settings;
  return { ...settings, listen: await resolveListen(settings.listen, lookup, report) };
}

/**
 * Decides whether a host omits a command. An omitted check is reported as a warning, because a
 * check depends on the host only for its programs. Plugins are often installed on some hosts only,
 * so they are omitted without a warning.
 *
 * @param command the command
 * @param isThere returns whether this host has a program
 * @param report receives the warning
 * @returns the reason why the command is omitted; undefined if it is served
 */
export async function omission(
  command: ManifestCommand,
  isThere: (program: string) => Promise<boolean>,
  report: Report,
): Promise<string | undefined> {
  if (!command.optional) return undefined;
  for (const program of programsOf(command)) {
    if (await isThere(program)) continue;
    const reason = whyOmitted(program);
    if (command.kind === "check") report.warning(`Omitted: ${reason}`);
    return reason;
  }
}

async function inspectCommand(
  command: ManifestCommand,
  accounts: Accounts,
  report: Report,
): Promise<ManifestCommand> {
  if (command.kind === "check") {
    // The paths stay as declared, because the check starts its programs by these paths.
    for (const path of command.permissions.run ?? []) {
      await executable(path, report.at("permissions").at("run"));
    }
    return command;
  }
  const path = command.kind === "shell" ? SHELL_PATH : command.argv[0]!;
  const found = await executable(
    path,
    command.kind === "shell" ? report.at("line") : report.at("argv").at(0),
  );
  await folder(command.cwd, report.at("cwd"));
  const identity = identify(command, accounts, report);
  if (command.kind === "shell") return { ...command, ...identity };
  const { prefix } = command;
  const first = prefix && await executable(prefix[0]!, report);
  return {
    ...command,
    ...identity,
    argv: [found ?? path, ...command.argv.slice(1)],
    ...(prefix && { prefix: [first ?? prefix[0]!, ...prefix.slice(1)] }),
  };
}

async function stat(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch {
    return undefined;
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path) !== undefined;
}

async function executable(path: string, report: Report): Promise<string | undefined> {
  const info = await stat(path);
  if (info === undefined) {
    report.error(explainMissing(path));
    return;
  }
  const reason = !info.isFile
    ? "It is not a file"
    : ((info.mode ?? 0o111) & 0o111) === 0
    ? "It is not executable"
    : undefined;
  if (reason === undefined) return await Deno.realPath(path);
  report.error(`Cannot start ${JSON.stringify(path)}: ${reason}`);
}

async function folder(path: string, report: Report): Promise<void> {
  if (!(await stat(path))?.isDirectory) {
    report.error(
      `Missing folder ${JSON.stringify(path)}: expected the command's working directory`,
    );
  }
}
