import type { Process } from "./_process_list.ts";

/** A user of this host. */
export interface User {
  /** The user's number; NaN where it is not known. */
  uid: number;
  /** The user's name. */
  name: string;
}

/**
 * The users whom processes belong to. `ps` looks them up wherever the host keeps its users, so that
 * those of a directory are among them.
 *
 * @param processes Processes
 * @returns Their users, as often as they have processes
 */
export function ownersOf(processes: readonly Process[]): User[] {
  return processes.map(({ uid, user }) => ({ uid, name: user }));
}

/**
 * Reads a password file.
 *
 * @param text The text of /etc/passwd
 * @returns Its users
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
 * Finds a user.
 *
 * @param wanted Name or number; digits alone are a number
 * @param users The users to look among
 * @returns The first that fits; undefined where there is none
 */
export function findUser(wanted: string, users: readonly User[]): User | undefined {
  if (/^\d+$/.test(wanted)) return users.find(({ uid }) => uid === Number(wanted));
  return users.find(({ name }) => name === wanted);
}
