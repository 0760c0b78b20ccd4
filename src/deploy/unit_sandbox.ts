import type { Manifest } from "../agent/manifest.ts";
import { defaultSettings } from "../agent/settings.ts";
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

/** The user of a service that cannot use a dynamic user. */
export const SERVICE_USER = "checkwright";

/**
 * Returns the lines about the user of the service and its privileges.
 *
 * @param manifest the agent
 * @returns lines of the unit
 */
export function identityOf(manifest: Manifest): string[] {
  const lowPort = manifest.settings.listen.some(({ port }) => port > 0 && port < 1024);
  const bind = lowPort ? ["CAP_NET_BIND_SERVICE"] : [];
  if (changesUser(manifest)) {
    return [
      "# Plugins run as other users. This requires root, but only the capabilities below.",
      "User=root",
      `CapabilityBoundingSet=${["CAP_KILL", "CAP_SETGID", "CAP_SETUID", ...bind].join(" ")}`,
      "AmbientCapabilities=",
      ...privilegesOf(manifest),
    ];
  }
  const user = sharesTemporaryFiles(manifest)
    ? [
      "# Not DynamicUser=, which has a private /tmp: a command of the agent uses the real one.",
      `# The package creates this user. Without it: useradd --system --user-group ${SERVICE_USER}`,
      `User=${SERVICE_USER}`,
    ]
    : ["DynamicUser=yes"];
  const { tls } = manifest.settings;
  const key = tls !== false && tls.key !== undefined
    ? [
      "# This user must be able to read the file in tls.key: let a group read it, and set the group",
      "# in SupplementaryGroups=.",
    ]
    : [];
  const groups = startsStrangers(manifest)
    ? ["# Plugins are in the groups of this user. Set more groups in SupplementaryGroups=."]
    : [];
  return [
    ...user,
    ...groups,
    ...key,
    `CapabilityBoundingSet=${bind.join(" ")}`,
    `AmbientCapabilities=${bind.join(" ")}`,
    ...privilegesOf(manifest),
  ];
}

function privilegesOf(manifest: Manifest): string[] {
  return [
    ...(startsStrangers(manifest)
      ? [
        "# Plugins cannot gain privileges: sudo, setuid programs and file capabilities do not work.",
      ]
      : []),
    "NoNewPrivileges=yes",
    "RestrictSUIDSGID=yes",
    "KeyringMode=private",
    "UMask=0077",
  ];
}

/**
 * Returns the lines about files and other processes.
 *
 * @param manifest the agent
 * @returns lines of the unit
 */
export function filesOf(manifest: Manifest): string[] {
  const { state, procfs } = manifest.settings;
  const kept = /^\/var\/lib\/([\w-][\w.-]*(?:\/[\w-][\w.-]*)*)$/.exec(state ?? "")?.[1];
  const shared = sharesTemporaryFiles(manifest);
  const writable = [
    ...(state !== undefined && kept === undefined ? [state] : []),
    // Programs expect that the folders for temporary files are writable.
    ...(shared && startsPrograms(manifest) ? ["/tmp", "/var/tmp"] : []),
    ...declared(manifest, "write"),
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
    `PrivateDevices=${looksAtDevices(manifest) ? "no" : "yes"}`,
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

/**
 * Returns the lines about the kernel and its system calls.
 *
 * @param manifest the agent
 * @returns lines of the unit
 */
export function kernelOf(manifest: Manifest): string[] {
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
    ...(changesUser(manifest) ? ["SystemCallFilter=@setuid"] : []),
    "SystemCallErrorNumber=EPERM",
  ];
}

/**
 * Returns the lines about the network.
 *
 * @param manifest the agent
 * @returns lines of the unit
 */
export function networkOf(manifest: Manifest): string[] {
  const families = [
    "AF_UNIX",
    "AF_INET",
    "AF_INET6",
    ...(asksNetlink(manifest) ? ["AF_NETLINK"] : []),
  ];
  const filter = addressFilter(manifest);
  return [
    `RestrictAddressFamilies=${families.join(" ")}`,
    ...("unknown" in filter ? [`# No address filter: ${filter.unknown}.`] : [
      "# This host, allowed hosts, and hosts that checks connect to. Other packets are dropped.",
      "IPAddressDeny=any",
      "IPAddressAllow=localhost",
      ...filter.allow.map((block) => `IPAddressAllow=${block}`),
    ]),
  ];
}
