import {
  type Check,
  type CheckResult,
  defineCheck,
  evaluate,
  type Option,
  option,
  type Perfdata,
  type Range,
  type RangeInput,
} from "../src/mod.ts";
import { thresholds } from "./_thresholds.ts";

/** The options of {@linkcode users}. */
export type UsersOptions = {
  /** The warning threshold for the number of users. */
  warning: Option<Range, RangeInput, "optional">;
  /** The critical threshold for the number of users. */
  critical: Option<Range, RangeInput, "optional">;
};

const utmpFile = "/run/utmp";
const sessionFolder = "/run/systemd/sessions";

/**
 * Checks how many users are logged in, like `check_users` of monitoring-plugins.
 *
 * It counts the logins in utmp, like `who`. Some systems have no utmp any more, because its 32-bit
 * times end in 2038. There it counts the sessions of systemd-logind. A system with neither, such as
 * a container, has 0 users.
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
  options: {
    warning: option.range({
      short: "w",
      description: "Warn if the number of users is outside this range",
    }),
    critical: option.range({
      short: "c",
      description: "Critical if the number of users is outside this range",
    }),
  },
  permissions: { read: [utmpFile, sessionFolder] },
  async run({ warning, critical }) {
    return presentUsers(await readUtmp() ?? await readSessions(), warning, critical);
  },
});

/**
 * Compares a number of users with its thresholds and formats the result.
 *
 * @param count the number of users who are logged in
 * @param warning the warning threshold
 * @param critical the critical threshold
 * @returns the result of `check_users`
 */
export function presentUsers(count: number, warning?: Range, critical?: Range): CheckResult {
  const perfdata: Perfdata = {
    label: "users",
    value: count,
    ...thresholds(warning, critical),
    min: 0,
  };
  const state = evaluate(perfdata);
  return {
    state,
    output: `USERS ${state} - ${count} users currently logged in`,
    perfdata: [perfdata],
  };
}

async function readUtmp(): Promise<number | undefined> {
  const bytes = await orMissing(Deno.readFile(utmpFile));
  return bytes && countUtmp(bytes, Deno.build.arch);
}

async function readSessions(): Promise<number> {
  const names = (await orMissing(Array.fromAsync(Deno.readDir(sessionFolder)))) ?? [];
  // The folder also contains a FIFO for each session. Reading it would block.
  const files = names.filter(({ isFile }) => isFile);
  const texts = await Promise.all(
    files.map(({ name }) => orMissing(Deno.readTextFile(`${sessionFolder}/${name}`))),
  );
  return texts.filter((text) => text !== undefined && isLogin(text)).length;
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
 * Counts the logins in a utmp file. It consists of glibc's records; each begins with its type.
 *
 * @param bytes the content of the file
 * @param arch the architecture, on which the size of a record depends
 * @returns the number of records that are logins
 */
export function countUtmp(bytes: Uint8Array, arch: string): number {
  // On aarch64 two fields of a record are longer: glibc has no 32-bit variant on aarch64 that
  // shares the file.
  const size = arch === "aarch64" ? 400 : 384;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  // An incomplete record at the end is still being written and does not count.
  for (let at = 0; at + size <= bytes.length; at += size) {
    if (view.getInt16(at, true) === userProcess) count++;
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
