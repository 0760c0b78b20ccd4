import type { Manifest, ManifestCheck, ManifestCommand } from "../agent/manifest.ts";

/** Programs that checks start to look at this host, and that talk to nobody on the network. */
const lookers = /^\/(usr\/)?s?bin\/(ps|ss|systemctl)$/;

function commandsOf(manifest: Manifest): ManifestCommand[] {
  return Object.values(manifest.commands);
}

function checksOf(manifest: Manifest): ManifestCheck[] {
  return commandsOf(manifest).filter((command) => command.kind === "check");
}

/** Whether programs are started of which nobody has said what they touch. */
export function startsStrangers(manifest: Manifest): boolean {
  return commandsOf(manifest).some((command) =>
    command.kind !== "check" || (command.permissions.run ?? []).some((path) => !lookers.test(path))
  );
}

/** Whether any program is started for a command. */
export function startsPrograms(manifest: Manifest): boolean {
  return commandsOf(manifest).some((command) =>
    command.kind !== "check" || (command.permissions.run ?? []).length > 0
  );
}

/** Whether plugins run as users of their own, which only root can have them do. */
export function changesUser(manifest: Manifest): boolean {
  return commandsOf(manifest).some((command) =>
    command.kind !== "check" && command.user !== undefined
  );
}

/** Whether somebody looks at other processes. */
export function seesProcesses(manifest: Manifest): boolean {
  const folders = declared(manifest, "proc").filter((entry) => /^[\d.]/.test(entry));
  return startsPrograms(manifest) || folders.length > 0;
}

/** Whether somebody reads what /proc tells of the kernel: load, memory, processors. */
export function readsKernelFacts(manifest: Manifest): boolean {
  const facts = [...declared(manifest, "sys"), ...declared(manifest, "proc")];
  return startsPrograms(manifest) || facts.length > 0;
}

/** Whether somebody asks the kernel for interfaces or sockets, over netlink. */
export function asksNetlink(manifest: Manifest): boolean {
  return startsPrograms(manifest) || declared(manifest, "sys").includes("networkInterfaces");
}

/** How many commands have a sandbox that is a process. */
export function countProcessSandboxes(manifest: Manifest): number {
  return checksOf(manifest).filter(({ isolation }) => isolation === "process").length;
}

/** All that checks declare of one kind, sorted and without repetition. */
export function declared(
  manifest: Manifest,
  kind: keyof ManifestCheck["permissions"],
): string[] {
  return [...new Set(checksOf(manifest).flatMap(({ permissions }) => permissions[kind] ?? []))]
    .sort();
}

/**
 * Whether a command names a path of a folder: a check among its permissions, a plugin anywhere in
 * its words, `-f/tmp/x` included; or the settings do, for the daemon itself.
 *
 * @param manifest the agent
 * @param folders what to look for, such as `/tmp`
 * @param end what may follow a folder, as the source of a pattern
 */
function namesPath(manifest: Manifest, folders: readonly string[], end: string): boolean {
  const path = new RegExp(`(?<!/[\\w.-]*)(?:${folders.join("|")})${end}`);
  const { tls, state = "" } = manifest.settings;
  const { cert = "", key = "", ca = "" } = tls === false ? {} : tls;
  return [state, cert, key, ca, ...commandsOf(manifest).flatMap(wordsOf)]
    .some((word) => path.test(word));
}

/** Whether somebody wants what others keep in the folders for temporary files. */
export function sharesTemporaryFiles(manifest: Manifest): boolean {
  // The folder itself may be looked at in private too: how full its disk is stays the same.
  return namesPath(manifest, ["/tmp", "/var/tmp"], "/+[^/\\s\"']");
}

/** Whether somebody looks into home directories, or at the disk that they are on. */
export function looksIntoHomes(manifest: Manifest): boolean {
  return startsStrangers(manifest) ||
    namesPath(manifest, ["/home", "/root", "/run/user"], "(?![\\w.-])");
}

/** Whether a plugin is told to look at a device. */
export function looksAtDevices(manifest: Manifest): boolean {
  return namesPath(
    manifest,
    ["/dev"],
    "/(?!(?:null|zero|full|u?random|shm|std\\w+|fd|tcp|udp)\\b)",
  );
}

function wordsOf(command: ManifestCommand): readonly string[] {
  if (command.kind === "plugin") return [...command.argv, command.cwd];
  if (command.kind === "shell") return [command.line, command.cwd];
  const { read = [], write = [], run = [] } = command.permissions;
  return [...read, ...write, ...run];
}
