import type { Process } from "./_process_list.ts";

/** A user of this host. */
export interface User {
  /** The user ID. */
  uid: number;
  /** The name of the user. */
  name: string;
}

/**
 * Returns the owners of processes. `ps` looks up their names in all user databases of the host, so
 * that users of a directory service (LDAP) are included.
 *
 * @param processes the processes
 * @returns their owners, one per process
 */
export function ownersOf(processes: readonly Process[]): User[] {
  return processes.map(({ uid, user }) => ({ uid, name: user }));
}

/**
 * Parses a password file.
 *
 * @param text the content of /etc/passwd
 * @returns its users
 */
export function parsePasswd(text: string): User[] {
  const users: User[] = [];
  for (const line of text.split("\n")) {
    const [name = "", , uid = ""] = line.split(":");
    if (/^\d+$/.test(uid)) users.push({ uid: Number(uid), name });
  }
  return users;
}

/**
 * Finds a user by name or user ID.
 *
 * @param wanted the name or the user ID; a string of digits is a user ID
 * @param users the users to search
 * @returns the first user that matches; undefined if the user is unknown
 */
export function findUser(wanted: string, users: readonly User[]): User | undefined {
  if (/^\d+$/.test(wanted)) return users.find(({ uid }) => uid === Number(wanted));
  return users.find(({ name }) => name === wanted);
}
