/** Users and groups of this host, from the files `/etc/passwd` and `/etc/group`. */

/** A user. */
export interface User {
  name: string;
  uid: number;
  gid: number;
  home: string;
  shell: string;
}

/** A group. */
export interface Group {
  name: string;
  gid: number;
}

/**
 * Parses a list of users, see passwd(5).
 *
 * @param text the file
 * @returns the users, in the order of the file
 */
export function parseUsers(text: string): User[] {
  return fieldsOf(text).flatMap(([name, , uid, gid, , home = "", shell = ""]) =>
    isId(uid) && isId(gid)
      ? [{ name: name!, uid: Number(uid), gid: Number(gid), home: home || "/", shell }]
      : []
  );
}

/**
 * Parses a list of groups, see group(5).
 *
 * @param text the file
 * @returns the groups, in the order of the file
 */
export function parseGroups(text: string): Group[] {
  return fieldsOf(text).flatMap(([name, , gid]) =>
    isId(gid) ? [{ name: name!, gid: Number(gid) }] : []
  );
}

/**
 * Finds a user or a group by its name, or else by its number.
 *
 * @param all the users or groups
 * @param who the name or number
 * @param idOf returns the number of one of them
 * @returns the first that matches
 */
export function findBy<T extends { name: string }>(
  all: readonly T[],
  who: string,
  idOf: (one: T) => number,
): T | undefined {
  const named = all.find(({ name }) => name === who);
  return named ?? (isId(who) ? all.find((one) => idOf(one) === Number(who)) : undefined);
}

/** Returns whether a string is the number of a user or a group. */
export function isId(text: string | undefined): text is string {
  return text !== undefined && /^\d{1,10}$/.test(text);
}

function fieldsOf(text: string): string[][] {
  return text.split("\n").filter((line) => line.includes(":")).map((line) => line.split(":"));
}
