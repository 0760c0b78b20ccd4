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

/** The user of a service that cannot have one made up at each start. */
export const SERVICE_USER = "checkwright";

/**
 * Whom the service runs as, and what that user is.
 *
 * @param manifest the agent
 * @returns lines of the unit
 */
export function identityOf(manifest: Manifest): string[] {
  const lowPort = manifest.settings.listen.some(({ port }) => port > 0 && port < 1024);
  const bind = lowPort ? ["CAP_NET_BIND_SERVICE"] : [];
  if (changesUser(manifest)) {
    return [
      "# Plugins run as users of their own. Root it is, with what that takes and nothing else.",
      "User=root",
      `CapabilityBoundingSet=${["CAP_KILL", "CAP_SETGID", "CAP_SETUID", ...bind].join(" ")}`,
      "AmbientCapabilities=",
      ...privilegesOf(manifest),
    ];
  }
  const user = sharesTemporaryFiles(manifest)
    ? [
      "# A user made up at each start has a /tmp of its own, and a command looks into the real one.",
      `# The package makes this user; else: useradd --system --user-group ${SERVICE_USER}`,
      `User=${SERVICE_USER}`,
    ]
    : ["DynamicUser=yes"];
  const { tls } = manifest.settings;
  const key = tls !== false && tls.key !== undefined
    ? [
      "# The file in tls.key is for this user to read: give it a group, and name that in",
      "# SupplementaryGroups=.",
    ]
    : [];
  return [
    ...user,
    ...key,
    `CapabilityBoundingSet=${bind.join(" ")}`,
    `AmbientCapabilities=${bind.join(" ")}`,
    ...privilegesOf(manifest),
  ];
}

function privilegesOf(manifest: Manifest): string[] {
  return [
    ...(startsStrangers(manifest)
      ? ["# So plugins cannot use sudo, nor be setuid or have file capabilities, as ping has."]
      : []),
    "NoNewPrivileges=yes",
    "RestrictSUIDSGID=yes",
    "KeyringMode=private",
    "UMask=0077",
  ];
}

/**
 * What the service sees of the disk and of other processes.
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
    // Programs expect to have a place for temporary files, be it the real one.
    ...(shared && startsPrograms(manifest) ? ["/tmp", "/var/tmp"] : []),
    ...declared(manifest, "write"),
  ];
  return [
    `StateDirectory=${kept ?? "checkwright"}`,
    "StateDirectoryMode=0700",
    "RuntimeDirectory=checkwright",
    "ConfigurationDirectory=checkwright",
    ...(startsStrangers(manifest)
      ? ["# A plugin that keeps files of its own needs ReadWritePaths= for them."]
      : []),
    "ProtectSystem=strict",
    ...(writable.length === 0 ? [] : [
      "# What may be written, as far as it is there at the start and the user may.",
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
        "# The runtime reads nothing below /proc, whoever permits it; elsewhere it goes file by file.",
        `BindReadOnlyPaths=/proc:${formatUnitPath(procfs)}`,
      ]
      : []),
    "RemoveIPC=yes",
  ];
}

/**
 * What the service may ask of the kernel.
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
    "# MemoryDenyWriteExecute= is impossible: V8 compiles JavaScript to memory that it then runs.",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallFilter=~@privileged @resources",
    ...(changesUser(manifest) ? ["SystemCallFilter=@setuid"] : []),
    "SystemCallErrorNumber=EPERM",
  ];
}

/**
 * Whom the service may exchange packets with.
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
    ...("unknown" in filter ? [`# No filter of addresses: ${filter.unknown}.`] : [
      "# This host, who may ask, and what checks may talk to. Packets of others are dropped.",
      "IPAddressDeny=any",
      "IPAddressAllow=localhost",
      ...filter.allow.map((block) => `IPAddressAllow=${block}`),
    ]),
  ];
}
