import { findBy, type Group, isId, parseGroups, parseUsers, type User } from "../host/accounts.ts";
import { GROUPS_PATH, SETPRIV_PATH, SHELL_PATH, USERS_PATH } from "../host/paths.ts";
import type { Report } from "./diagnostic.ts";
import type { ExecIdentity, ExecSettings } from "./manifest.ts";

/** The users and groups of a host, and the user of this process. */
export interface Accounts {
  users: readonly User[];
  groups: readonly Group[];
  /** The user of the daemon; undefined if it is unknown. */
  uid: number | undefined;
  /** Whether `setpriv` can start plugins. */
  setpriv: boolean;
}

/**
 * Reads the users and groups of this host. A list that cannot be read is empty.
 *
 * @returns the accounts
 */
export async function readAccounts(): Promise<Accounts> {
  const [users, groups, setpriv] = await Promise.all([
    Deno.readTextFile(USERS_PATH).catch(() => ""),
    Deno.readTextFile(GROUPS_PATH).catch(() => ""),
    Deno.realPath(SETPRIV_PATH).catch(() => undefined),
  ]);
  let uid: number | undefined;
  try {
    uid = Deno.uid() ?? undefined;
  } catch {
    // Without the permission, the user of the daemon is unknown.
  }
  return {
    users: parseUsers(users),
    groups: parseGroups(groups),
    uid,
    // The setpriv of BusyBox has no option --init-groups.
    setpriv: setpriv !== undefined && !setpriv.endsWith("/busybox"),
  };
}

/**
 * Finds the ids and the account of the user that runs a plugin.
 *
 * @param exec the settings that may name a user and a group
 * @param accounts the users and groups of this host
 * @param report receives errors about unknown users and groups, and users that the daemon cannot
 * change to
 * @returns the identity for the manifest
 */
export function identify(
  { user, group }: ExecSettings,
  accounts: Accounts,
  report: Report,
): ExecIdentity {
  const own = accounts.users.find(({ uid }) => uid === accounts.uid);
  const wanted = user === undefined ? own : findBy(accounts.users, user, ({ uid }) => uid);
  if (user !== undefined && wanted === undefined && !isId(user)) {
    report.at("user").error(`Unknown user ${JSON.stringify(user)} on this host`);
    return {};
  }
  const uid = wanted?.uid ?? (user === undefined ? accounts.uid : Number(user));
  // A user without an entry, such as 65532 in a container, has no home folder.
  const account = {
    name: wanted?.name ?? String(uid ?? "unknown"),
    home: wanted?.home ?? "/",
    shell: wanted?.shell || SHELL_PATH,
  };
  const gid = groupOf(group, accounts, report);
  if (group !== undefined && gid === undefined) return { account };
  if (uid !== undefined && uid === accounts.uid && (gid === undefined || gid === own?.gid)) {
    // Without ids, the plugin keeps all groups of the daemon.
    return { account };
  }
  if (accounts.uid !== 0) {
    const [place, name] = uid === accounts.uid ? ["group", group] : ["user", user];
    report.at(place!).error(`Cannot run as ${JSON.stringify(name)}: the daemon is not root`);
    return { account };
  }
  return { account, ...asOther({ uid, gid: gid ?? wanted?.gid, user, wanted }, accounts, report) };
}

interface Other {
  uid: number | undefined;
  gid: number | undefined;
  user: string | undefined;
  wanted: User | undefined;
}

// Here the daemon is root.
function asOther(
  { uid, gid, user, wanted }: Other,
  { setpriv }: Accounts,
  report: Report,
): ExecIdentity {
  if (gid === undefined) {
    report.at("user").error(
      `User ${JSON.stringify(user)} is not in ${USERS_PATH}: set its group, too`,
    );
    return {};
  }
  if (user === undefined) return { gid };
  const ids = { uid: uid!, gid };
  // Only a user of the system can be in further groups.
  if (wanted === undefined) return ids;
  if (setpriv) return { ...ids, allGroups: true };
  report.at("user").warning(
    `Plugins of ${JSON.stringify(user)} get its primary group only: install ${SETPRIV_PATH} ` +
      "(util-linux) for its other groups",
  );
  return ids;
}

function groupOf(
  group: string | undefined,
  { groups }: Accounts,
  report: Report,
): number | undefined {
  if (group === undefined) return undefined;
  const found = findBy(groups, group, ({ gid }) => gid)?.gid ??
    (isId(group) ? Number(group) : undefined);
  if (found === undefined) {
    report.at("group").error(`Unknown group ${JSON.stringify(group)} on this host`);
  }
  return found;
}
