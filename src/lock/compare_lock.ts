import { whyBroad } from "../agent/broad.ts";
import { covers } from "../check/covers.ts";
import { permissionNames, type Permissions } from "../check/declared_permissions.ts";
import { escapeText } from "../nagios/text.ts";
import type { Lock, LockedCommand } from "./lock.ts";

/** An entry that a lock grants, or that an agent requests. */
export interface Grant {
  /** The command; undefined for the daemon as a whole. */
  command?: string;
  /**
   * A permission, or another property that a review must show: `plugin`, `shell`, `arguments` from
   * the wire, `listen`, `allowedHosts`, `plainText`, `hostShell` or `procfs`.
   */
  kind: keyof Permissions | keyof typeof others;
  /** The entry as it is written in the agent. */
  entry: string;
  /** The user that runs a plugin, if it is not the user of the daemon. */
  user?: string;
  /** The primary group of a plugin, if it is not that of the user. */
  group?: string;
  /** The program that starts a plugin, and its arguments, separated by spaces. */
  prefix?: string;
  /** The digest that a plugin is pinned to. */
  sha256?: string;
}

/** An entry that the agent requests and the lock does not grant. */
export interface Excess extends Grant {
  /** The lock does not contain the command. */
  added?: true;
  /**
   * The reason why a single check probably does not need so broad an entry; undefined if it is
   * narrow.
   */
  broad?: string;
}

/** The difference between an agent and its lock. */
export interface LockDifference {
  /** Entries that the agent requests and the lock does not grant. */
  more: Excess[];
  /** Entries that the lock grants and the agent no longer requests. */
  spare: Grant[];
}

/** The kinds that are not permissions, with the words for messages. */
const others = {
  plugin: "plugin",
  shell: "shell line",
  arguments: "arguments",
  listen: "listen",
  allowedHosts: "allowed host",
  plainText: "plain text",
  hostShell: "host settings",
  procfs: "procfs at",
};

/**
 * Compares the entries that an agent requests with the entries that its lock grants. An entry of
 * the lock also grants narrower entries. Allowed hosts and listening addresses are compared as
 * strings.
 *
 * @param lock the granted entries
 * @param asked the requested entries, see {@linkcode createLock}
 * @returns the difference
 */
export function compareLock(lock: Lock, asked: Lock): LockDifference {
  const [granted, wanted] = [grantsOf(lock), grantsOf(asked)];
  return {
    more: wanted.filter((want) => !granted.some((grant) => includes(grant, want)))
      .map((want) => {
        const broad = isPermission(want.kind) ? whyBroad(want.kind, want.entry) : undefined;
        const added = want.command !== undefined && !Object.hasOwn(lock.commands, want.command);
        return { ...want, ...(added && { added }), ...(broad !== undefined && { broad }) };
      }),
    spare: granted.filter((grant) => !wanted.some((want) => includes(grant, want))),
  };
}

/**
 * Formats a grant for messages.
 *
 * @param grant the grant
 * @returns one line, as in `net 10.0.0.7:6379`
 */
export function formatGrant({ kind, entry, user, group, prefix, sha256 }: Grant): string {
  return [
    `${isPermission(kind) ? kind : others[kind]} ${escapeText(entry)}`,
    ...(prefix === undefined ? [] : [`started by ${escapeText(prefix)}`]),
    ...(user === undefined ? [] : [`as ${escapeText(user)}`]),
    ...(group === undefined ? [] : [`in group ${escapeText(group)}`]),
    ...(sha256 === undefined ? [] : [`(SHA-256 ${sha256.slice(0, 12)}…)`]),
  ].join(" ");
}

function grantsOf(lock: Lock): Grant[] {
  const { listen, allowedHosts, plainText, hostShell, procfs, commands } = lock;
  return [
    ...listen.map((entry): Grant => ({ kind: "listen", entry })),
    ...allowedHosts.map((entry): Grant => ({ kind: "allowedHosts", entry })),
    ...(plainText ? [{ kind: "plainText", entry: "without TLS" } as const] : []),
    ...(hostShell ? [{ kind: "hostShell", entry: "may define shell lines" } as const] : []),
    ...(procfs === undefined ? [] : [{ kind: "procfs", entry: procfs } as const]),
    ...Object.entries(commands).flatMap(([command, locked]) =>
      grantsOfCommand(locked).map((grant) => ({ command, ...grant }))
    ),
  ];
}

function grantsOfCommand(locked: LockedCommand): Grant[] {
  const wire: Grant[] = locked.acceptArguments
    ? [{ kind: "arguments", entry: "from the wire" }]
    : [];
  if (locked.kind === "check") {
    return [
      ...permissionNames.flatMap((kind) =>
        (locked.permissions[kind] ?? []).map((entry) => ({ kind, entry }))
      ),
      ...wire,
    ];
  }
  const { kind, user, group, sha256 } = locked;
  const entry = kind === "plugin"
    ? joinWords([locked.executable, ...locked.args ?? []])
    : locked.line;
  return [{
    kind,
    entry,
    ...(user !== undefined && { user }),
    ...(group !== undefined && { group }),
    ...(kind === "plugin" && locked.prefix && { prefix: joinWords(locked.prefix) }),
    ...(sha256 !== undefined && { sha256 }),
  }, ...wire];
}

function joinWords(words: readonly string[]): string {
  return words.map((word) => /^[^\s"\\]+$/.test(word) ? word : JSON.stringify(word)).join(" ");
}

function includes(grant: Grant, want: Grant): boolean {
  if (grant.command !== want.command || grant.kind !== want.kind) return false;
  if (grant.user !== want.user || grant.group !== want.group) return false;
  if (grant.prefix !== want.prefix) return false;
  if (grant.sha256 !== undefined && grant.sha256 !== want.sha256) return false;
  return grant.entry === want.entry ||
    isPermission(grant.kind) && covers(grant.kind, grant.entry, want.entry);
}

function isPermission(kind: Grant["kind"]): kind is keyof Permissions {
  return !Object.hasOwn(others, kind);
}
