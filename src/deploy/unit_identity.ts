import { becomesUser, type Gain, gainedCapabilities } from "../agent/gained_privileges.ts";
import type { Manifest } from "../agent/manifest.ts";
import { changesUser, sharesTemporaryFiles, startsStrangers } from "./unit_needs.ts";

/** The user of a service that cannot use a dynamic user. */
export const SERVICE_USER = "checkwright";

/** The capabilities that sudo itself needs. */
const userChange = [
  ...["CAP_AUDIT_WRITE", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_KILL"],
  ...["CAP_SETGID", "CAP_SETUID", "CAP_SYS_RESOURCE"],
];

/**
 * Returns the lines about the user of the service and its privileges.
 *
 * @param manifest the agent
 * @param gains programs of commands that gain privileges
 * @returns lines of the unit
 */
export function identityOf(manifest: Manifest, gains: readonly Gain[] = []): string[] {
  const lowPort = manifest.settings.listen.some(({ port }) => port > 0 && port < 1024);
  const held = [...lowPort ? ["CAP_NET_BIND_SERVICE"] : [], ...gainedCapabilities(gains)];
  const reachable = [...held, ...becomesUser(gains) ? userChange : []];
  if (changesUser(manifest)) {
    return [
      "# Plugins run as other users. This requires root, but only the capabilities below.",
      "User=root",
      `CapabilityBoundingSet=${listOf(["CAP_KILL", "CAP_SETGID", "CAP_SETUID", ...reachable])}`,
      "AmbientCapabilities=",
      ...privilegesOf(manifest, gains),
    ];
  }
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
    ...userOf(manifest, gains),
    ...groups,
    ...key,
    `CapabilityBoundingSet=${listOf(reachable)}`,
    `AmbientCapabilities=${listOf(held)}`,
    ...privilegesOf(manifest, gains),
  ];
}

function listOf(capabilities: readonly string[]): string {
  return [...new Set(capabilities)].sort().join(" ");
}

function userOf(manifest: Manifest, gains: readonly Gain[]): string[] {
  const fixed = [
    `# The package creates this user. Without it: useradd --system --user-group ${SERVICE_USER}`,
    `User=${SERVICE_USER}`,
  ];
  if (becomesUser(gains)) {
    return [
      "# Not DynamicUser=, which forbids new privileges, and for rules in sudoers.",
      ...fixed,
    ];
  }
  if (!sharesTemporaryFiles(manifest)) return ["DynamicUser=yes"];
  return [
    "# Not DynamicUser=, which has a private /tmp: a command of the agent uses the real one.",
    ...fixed,
  ];
}

function privilegesOf(manifest: Manifest, gains: readonly Gain[]): string[] {
  return [
    ...gainLines(manifest, gains),
    "KeyringMode=private",
    "UMask=0077",
  ];
}

function gainLines(manifest: Manifest, gains: readonly Gain[]): string[] {
  const programs = (of: (gain: Gain) => boolean) =>
    [...new Set(gains.filter(of).map(({ program }) => program))].map(comment).join(", ");
  if (becomesUser(gains)) {
    return [
      `# Becomes another user: ${programs(({ capabilities }) => capabilities === undefined)}.`,
      "# The capabilities above are those of sudo. Programs that need more as root, for example",
      "# CAP_SYS_RAWIO for disks, need them in CapabilityBoundingSet=.",
      "NoNewPrivileges=no",
      "RestrictSUIDSGID=no",
    ];
  }
  if (gains.length > 0 && changesUser(manifest)) {
    return [
      `# Gains capabilities, also if it is started by another user: ${programs(() => true)}.`,
      "NoNewPrivileges=no",
      "RestrictSUIDSGID=yes",
    ];
  }
  return [
    ...(gains.length > 0
      ? [
        `# Needs the capabilities above: ${programs(() => true)}. Every command has them, so that`,
        "# no program can gain others.",
      ]
      : startsStrangers(manifest)
      ? [
        "# Plugins cannot gain privileges: sudo, setuid programs and file capabilities do not work.",
      ]
      : []),
    "NoNewPrivileges=yes",
    "RestrictSUIDSGID=yes",
  ];
}

// A line break would end the comment.
function comment(program: string): string {
  return program.replaceAll(/[^\x20-\x7e]/g, "?");
}
