import {
  type Check,
  type CheckResult,
  defineCheck,
  judge,
  type Option,
  option,
  type Range,
  type RangeInput,
} from "../src/mod.ts";
import { hasThresholds, noThresholds } from "./_thresholds.ts";

/** The options of {@linkcode users}. */
export type UsersOptions = {
  /** The warning threshold for the number of users. */
  warning: Option<Range, RangeInput, "optional">;
  /** The critical threshold for the number of users. */
  critical: Option<Range, RangeInput, "optional">;
};

const utmpFile = "/run/utmp";
const sessionFolder = "/run/systemd/sessions";

/** The variable that pam_systemd sets to the ID of the session in which the check runs. */
const ownSession = "XDG_SESSION_ID";

/**
 * Checks how many users are logged in, like `check_users` of monitoring-plugins.
 *
 * It counts the sessions of systemd-logind, without the session in which the check itself runs. If
 * logind has no session of a person or does not run, it counts the logins in utmp like `who`: only
 * those whose process still exists. Many systems have no utmp, or an empty one, because its 32-bit
 * times end in 2038. A system with neither, such as a container, has 0 users.
 *
 * @example
 * ```ts
 * import { defineAgent } from "@checkwright/checkwright";
 * import { users } from "@checkwright/checkwright/checks";
 *
 * export default defineAgent({
 *   commands: { check_users: users({ warning: 5, critical: 10 }) },
 * });
 * ```
 */
export const users: Check<UsersOptions> = defineCheck<UsersOptions>({
  description: "Users logged in",
  options: option.thresholds("the number of users"),
  // getPriority is the narrowest permission with which a check can find out whether a process
  // exists.
  permissions: {
    read: [utmpFile, sessionFolder],
    env: [ownSession],
    sys: ["getPriority"],
  },
  async run({ warning, critical }) {
    if (!hasThresholds({ warning, critical })) return noThresholds;
    return presentUsers(await readUsers(), warning, critical);
  },
});

async function readUsers(): Promise<number> {
  const sessions = await readSessions();
  if (sessions.length === 0) return await readUtmp();
  const own = readOwnSession();
  return sessions.filter((id) => id !== own).length;
}

/**
 * Compares a number of users with its thresholds and formats the result.
 *
 * @param count the number of users who are logged in
 * @param warning the warning threshold
 * @param critical the critical threshold
 * @returns the result of `check_users`
 */
export function presentUsers(count: number, warning?: Range, critical?: Range): CheckResult {
  const { state, perfdata } = judge({ label: "users", value: count, warning, critical, min: 0 });
  return { state, output: `USERS ${state} - ${count} users currently logged in`, perfdata };
}

function readOwnSession(): string | undefined {
  try {
    return Deno.env.get(ownSession);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}

async function readUtmp(): Promise<number> {
  const bytes = await orMissing(Deno.readFile(utmpFile));
  if (bytes === undefined) return 0;
  // The import is here because node:os costs a sandbox about 10 ms, and most hosts do not need it.
  const { default: os } = await import("node:os");
  return countUtmp(bytes, Deno.build.arch, (pid) => isAlive(pid, os.getPriority));
}

function isAlive(pid: number, getPriority: (pid: number) => number): boolean {
  try {
    getPriority(pid);
    return true;
  } catch (error) {
    return !/\bESRCH\b/.test((error as Error).message);
  }
}

/** Returns the IDs of the sessions of people. */
async function readSessions(): Promise<string[]> {
  const names = (await orMissing(Array.fromAsync(Deno.readDir(sessionFolder)))) ?? [];
  // The folder also contains a FIFO for each session. Reading it would block.
  const files = names.filter(({ isFile }) => isFile).map(({ name }) => name);
  const texts = await Promise.all(
    files.map((name) => orMissing(Deno.readTextFile(`${sessionFolder}/${name}`))),
  );
  return files.filter((_, at) => isLogin(texts[at] ?? ""));
}

// A session may end between the listing and the reading.
async function orMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The `ut_type` of a login, in utmp(5). */
const userProcess = 7;

/**
 * Counts the logins in a utmp file. It consists of glibc's records; each begins with its type and
 * the process ID of the login.
 *
 * @param bytes the content of the file
 * @param arch the architecture, on which the size of a record depends
 * @param isAlive returns whether a process exists; the record of a login that was killed stays
 * @returns the number of records that are logins
 */
export function countUtmp(
  bytes: Uint8Array,
  arch: string,
  isAlive: (pid: number) => boolean,
): number {
  // On aarch64 two fields of a record are longer: glibc has no 32-bit variant on aarch64 that
  // shares the file.
  const size = arch === "aarch64" ? 400 : 384;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  // An incomplete record at the end is still being written and does not count.
  for (let at = 0; at + size <= bytes.length; at += size) {
    if (view.getInt16(at, true) !== userProcess) continue;
    const pid = view.getInt32(at + 4, true);
    // Some programs write 0 instead of the process ID.
    if (pid <= 0 || isAlive(pid)) count++;
  }
  return count;
}

/**
 * Returns whether a file of /run/systemd/sessions describes the login of a person. The class of
 * such a session is `user` or a variant such as `user-light`. Greeters, lock screens, cron jobs and
 * managers have other classes.
 *
 * @param text lines such as `CLASS=user` and `STATE=active`
 * @returns true if a person is logged in; false if the session is closing
 */
export function isLogin(text: string): boolean {
  return /^CLASS=user(-.*)?$/m.test(text) && !/^STATE=closing$/m.test(text);
}
