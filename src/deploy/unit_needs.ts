import type { Manifest, ManifestCheck, ManifestCommand } from "../agent/manifest.ts";

/** Programs that checks start to inspect this host, and that do not use the network. */
const lookers = /^\/(usr\/)?s?bin\/(df|ps|ss|systemctl)$/;

function commandsOf(manifest: Manifest): ManifestCommand[] {
  return Object.values(manifest.commands);
}

function checksOf(manifest: Manifest): ManifestCheck[] {
  return commandsOf(manifest).filter((command) => command.kind === "check");
}

/**
 * Returns whether commands start programs that may access anything: plugins or unknown programs.
 */
export function startsStrangers(manifest: Manifest): boolean {
  return commandsOf(manifest).some((command) =>
    command.kind !== "check" || (command.permissions.run ?? []).some((path) => !lookers.test(path))
  );
}

/** Returns whether any command starts a program. */
export function startsPrograms(manifest: Manifest): boolean {
  return commandsOf(manifest).some((command) =>
    command.kind !== "check" || (command.permissions.run ?? []).length > 0
  );
}

/** Returns whether plugins run as other users or groups, which requires root. */
export function changesUser(manifest: Manifest): boolean {
  return commandsOf(manifest).some((command) =>
    command.kind !== "check" && (command.user !== undefined || command.group !== undefined)
  );
}

/** Returns whether a command looks at other processes. */
export function seesProcesses(manifest: Manifest): boolean {
  const folders = declared(manifest, "proc").filter((entry) => /^[\d.]/.test(entry));
  return startsPrograms(manifest) || folders.length > 0;
}

/** Returns whether a command reads facts about the kernel in /proc: load, memory, processors. */
export function readsKernelFacts(manifest: Manifest): boolean {
  const facts = [...declared(manifest, "sys"), ...declared(manifest, "proc")];
  return startsPrograms(manifest) || facts.length > 0;
}

/**
 * Returns whether a command reads network interfaces or sockets from the kernel through netlink.
 */
export function asksNetlink(manifest: Manifest): boolean {
  return startsPrograms(manifest) || declared(manifest, "sys").includes("networkInterfaces");
}

/** Returns the number of commands whose sandbox is a process. */
export function countProcessSandboxes(manifest: Manifest): number {
  return checksOf(manifest).filter(({ isolation }) => isolation === "process").length;
}

/** Returns all entries of one permission that checks declare, sorted and without duplicates. */
export function declared(
  manifest: Manifest,
  kind: keyof ManifestCheck["permissions"],
): string[] {
  return [...new Set(checksOf(manifest).flatMap(({ permissions }) => permissions[kind] ?? []))]
    .sort();
}

/**
 * Returns whether the agent uses a path in one of several folders: by a check in its permissions,
 * by a plugin anywhere in its arguments (also in `-f/tmp/x`), or by the settings of the daemon
 * itself.
 *
 * @param manifest the agent
 * @param folders the folders, such as `/tmp`
 * @param end the source of a regular expression for the text after the folder
 */
function namesPath(manifest: Manifest, folders: readonly string[], end: string): boolean {
  const path = new RegExp(`(?<!/[\\w.-]*)(?:${folders.join("|")})${end}`);
  const { tls, state = "" } = manifest.settings;
  const { cert = "", key = "", ca = "" } = tls === false ? {} : tls;
  return [state, cert, key, ca, ...commandsOf(manifest).flatMap(wordsOf)]
    .some((word) => path.test(word));
}

/** Returns whether a command uses temporary files of other programs. */
export function sharesTemporaryFiles(manifest: Manifest): boolean {
  // The folder alone does not count: a private /tmp is on the same disk, and shows the same usage.
  return namesPath(manifest, ["/tmp", "/var/tmp"], "/+[^/\\s\"']");
}

/** Returns whether a command looks into home directories, or at the disk that they are on. */
export function looksIntoHomes(manifest: Manifest): boolean {
  return startsStrangers(manifest) || declared(manifest, "run").includes("/bin/df") ||
    namesPath(manifest, ["/home", "/root", "/run/user"], "(?![\\w.-])");
}

/** Returns whether a command uses a device. */
export function looksAtDevices(manifest: Manifest): boolean {
  return namesPath(
    manifest,
    ["/dev"],
    "/(?!(?:null|zero|full|u?random|shm|std\\w+|fd|tcp|udp)\\b)",
  );
}

function wordsOf(command: ManifestCommand): readonly string[] {
  if (command.kind === "plugin") return [...command.prefix ?? [], ...command.argv, command.cwd];
  if (command.kind === "shell") return [command.line, command.cwd];
  const { read = [], write = [], run = [] } = command.permissions;
  // The programs of a check receive paths from its option values: `df` the path of a device.
  const values = run.length > 0 ? [JSON.stringify(command.values)] : [];
  return [...read, ...write, ...run, ...values];
}
