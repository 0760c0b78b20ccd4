import { normalize } from "node:path/posix";

/** What systemd takes as it stands, wherever it stands. */
const plain = /^[\w./+@,=~-]+$/;

/**
 * Writes a path as a value of a systemd unit: in quotes where it needs them, `%` doubled, since
 * systemd replaces specifiers, and quotes and backslashes escaped. `$` means nothing outside of
 * command lines.
 *
 * @param path an absolute path, as somebody declared it
 * @param prefix what stands before it in the same word, such as `-`
 * @returns the word
 * @throws {RangeError} where the path has no form that systemd reads back: control characters (a
 * newline would be another line of the unit), or text that is not UTF-8
 */
export function formatUnitPath(path: string, prefix = ""): string {
  // deno-lint-ignore no-control-regex -- control characters are what must not be there
  if (!path.startsWith("/") || !path.isWellFormed() || /[\0-\x1f\x7f-\x9f]/.test(path)) {
    throw new RangeError(
      `Cannot write ${JSON.stringify(path)} into a unit: expected an absolute path of ` +
        "UTF-8 without control characters",
    );
  }
  // systemd refuses "..", which the runtime's permissions take away in the same way.
  const word = prefix + normalize(path);
  if (plain.test(word)) return word;
  return `"${word.replaceAll(/["\\]/g, "\\$&").replaceAll("%", "%%")}"`;
}

/**
 * Checks the folder that a unit starts its program from. The words of a command line follow more
 * rules than those of {@linkcode formatUnitPath}, and nobody needs them here.
 *
 * @param folder an absolute path
 * @returns the same
 * @throws {RangeError} where it is more than letters, digits and `._+@-` between slashes
 */
export function checkProgramFolder(folder: string): string {
  if (/^(\/[\w.+@-]+)+$/.test(folder) && normalize(folder) === folder) return folder;
  throw new RangeError(
    `Cannot start a program below ${JSON.stringify(folder)}: expected an absolute path of ` +
      'letters, digits and "._+@-"',
  );
}
