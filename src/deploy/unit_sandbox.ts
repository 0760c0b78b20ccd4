import type { Manifest } from "../agent/manifest.ts";
import { becomesUser, type Gain } from "../agent/gained_privileges.ts";
import { defaultSettings } from "../agent/settings.ts";
import { folderOf } from "../check/path.ts";
import { addressFilter } from "./address_filter.ts";
import {
  asksNetlink,
  changesUser,
  declared,
  looksAtDevices,
  looksIntoHomes,
  readsKernelFacts,
  seesProcesses,
  sharesTemporaryFiles,
  startsPrograms,
  startsStrangers,
} from "./unit_needs.ts";
import { formatUnitPath } from "./unit_value.ts";

/**
 * Returns the lines about files and other processes.
 *
 * @param manifest the agent
 * @param gains programs of commands that gain privileges
 * @returns lines of the unit
 */
export function filesOf(manifest: Manifest, gains: readonly Gain[] = []): string[] {
  const { state, procfs } = manifest.settings;
  const kept = /^\/var\/lib\/([\w-][\w.-]*(?:\/[\w-][\w.-]*)*)$/.exec(state ?? "")?.[1];
  const shared = sharesTemporaryFiles(manifest);
  const writable = [
    ...(state !== undefined && kept === undefined ? [state] : []),
    // Programs expect that the folders for temporary files are writable.
    ...(shared && startsPrograms(manifest) ? ["/tmp", "/var/tmp"] : []),
    // sudo keeps records there.
    ...(becomesUser(gains) ? ["/run/sudo"] : []),
    ...declared(manifest, "write").flatMap(withFolder),
  ];
  return [
    `StateDirectory=${kept ?? "checkwright"}`,
    "StateDirectoryMode=0700",
    "RuntimeDirectory=checkwright",
    "ConfigurationDirectory=checkwright",
    ...(startsStrangers(manifest)
      ? ["# A plugin that writes files needs ReadWritePaths= for them."]
      : []),
    "ProtectSystem=strict",
    ...(writable.length === 0 ? [] : [
      "# Writable paths, if they exist at the start, and if the user has write permission.",
      ...writable.map((path) => `ReadWritePaths=${formatUnitPath(path, "-")}`),
    ]),
    `ProtectHome=${looksIntoHomes(manifest) ? "read-only" : "yes"}`,
    `PrivateTmp=${shared ? "no" : "yes"}`,
    "PrivateMounts=yes",
    `PrivateDevices=${looksAtDevices(manifest) || becomesUser(gains) ? "no" : "yes"}`,
    `ProtectProc=${seesProcesses(manifest) ? "default" : "invisible"}`,
    `ProcSubset=${readsKernelFacts(manifest) ? "all" : "pid"}`,
    ...(declared(manifest, "proc").length > 0 && procfs !== defaultSettings.procfs
      ? [
        "# The runtime cannot read below /proc, even with permission. At another path it can.",
        `BindReadOnlyPaths=/proc:${formatUnitPath(procfs)}`,
      ]
      : []),
    "RemoveIPC=yes",
  ];
}

/** Folders that contain files of many programs. */
const commonFolders = /^\/(?:$|(?:etc|home|root|run|srv|opt|usr|var)(?:\/(?:lib|log|spool|tmp))?$)/;

// systemd makes only existing paths writable. A check creates its file at its first run, for which
// the folder must be writable. The permissions of the check still contain the file only.
function withFolder(path: string): string[] {
  const folder = folderOf(path);
  const isFile = /\/[^/]+\.[^/.]+$/.test(path);
  return isFile && !commonFolders.test(folder) ? [path, folder] : [path];
}

/**
 * Returns the lines about the kernel and its system calls.
 *
 * @param manifest the agent
 * @param gains programs of commands that gain privileges
 * @returns lines of the unit
 */
export function kernelOf(manifest: Manifest, gains: readonly Gain[] = []): string[] {
  if (becomesUser(gains)) {
    return [
      "# Without: settings that filter system calls. For a user other than root, systemd forbids new",
      "# privileges if one of them is set.",
      "ProtectControlGroups=yes",
    ];
  }
  return [
    "ProtectClock=yes",
    "ProtectControlGroups=yes",
    "ProtectHostname=yes",
    "ProtectKernelLogs=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
    "LockPersonality=yes",
    "RestrictNamespaces=yes",
    "RestrictRealtime=yes",
    "# MemoryDenyWriteExecute= is impossible: V8 compiles JavaScript to machine code at run time.",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallFilter=~@privileged @resources",
    // setpriv, which starts a plugin as another user, raises its capabilities before it uses them.
    // ping and check_icmp give up their privileges after they have opened a socket.
    ...(changesUser(manifest) || gains.length > 0 ? ["SystemCallFilter=@setuid capset"] : []),
    "SystemCallErrorNumber=EPERM",
  ];
}

/**
 * Returns the lines about the network.
 *
 * @param manifest the agent
 * @param gains programs of commands that gain privileges
 * @returns lines of the unit
 */
export function networkOf(manifest: Manifest, gains: readonly Gain[] = []): string[] {
  const families = [
    "AF_UNIX",
    "AF_INET",
    "AF_INET6",
    ...(asksNetlink(manifest) ? ["AF_NETLINK"] : []),
  ];
  const filter = addressFilter(manifest);
  return [
    ...(becomesUser(gains) ? [] : [`RestrictAddressFamilies=${families.join(" ")}`]),
    ...("unknown" in filter ? [`# No address filter: ${filter.unknown}.`] : [
      "# This host, allowed hosts, and hosts that checks connect to. Other packets are dropped.",
      "IPAddressDeny=any",
      "IPAddressAllow=localhost",
      ...filter.allow.map((block) => `IPAddressAllow=${block}`),
    ]),
  ];
}
