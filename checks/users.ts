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
  /** How many users are fine. */
  warning: Option<Range, RangeInput, "optional">;
  /** How many users are no emergency. */
  critical: Option<Range, RangeInput, "optional">;
};

const utmpFile = "/run/utmp";
const sessionFolder = "/run/systemd/sessions";

/**
 * Users logged in, as `check_users` of monitoring-plugins says it.
 *
 * Logins are what utmp tells, as for `who`. Systems that have given up utmp, whose 32-bit times end
 * in 2038, are asked for the sessions that systemd-logind keeps. A system that has neither, such as
 * a container, has no logins.
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
      description: "Warn where so many users are outside this range",
    }),
    critical: option.range({
      short: "c",
      description: "Critical where so many users are outside this range",
    }),
  },
  permissions: { read: [utmpFile, sessionFolder] },
  async run({ warning, critical }) {
    return presentUsers(await readUtmp() ?? await readSessions(), warning, critical);
  },
});

/**
 * Judges and words a count of users.
 *
 * @param count How many are logged in
 * @param warning How many are fine
 * @param critical How many are no emergency
 * @returns What `check_users` would say
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
  // Beside each session's file there is a FIFO, which would block whoever reads it.
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
 * Counts the logins in a utmp file: records of glibc, each of which begins with its type.
 *
 * @param bytes The file
 * @param arch The architecture, which decides the size of a record
 * @returns How many records are logins
 */
export function countUtmp(bytes: Uint8Array, arch: string): number {
  // Where glibc has no 32-bit twin to share the file with, two fields of a record are longer.
  const size = arch === "aarch64" ? 400 : 384;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  // A record that is being appended while the file is read is not one yet.
  for (let at = 0; at + size <= bytes.length; at += size) {
    if (view.getInt16(at, true) === userProcess) count++;
  }
  return count;
}

/**
 * Whether a file of /run/systemd/sessions tells of a person's login: its class is `user`, or a kind
 * of it such as `user-light`, and not that of a greeter, a lock screen, a cron job or a manager.
 *
 * @param text Lines such as `CLASS=user` and `STATE=active`
 * @returns Whether someone is logged in there; not where the session is closing
 */
export function isLogin(text: string): boolean {
  return /^CLASS=user(-.*)?$/m.test(text) && !/^STATE=closing$/m.test(text);
}
