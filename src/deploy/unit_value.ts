import { normalize } from "node:path/posix";

/** Text that systemd reads unchanged without quotes, in any setting. */
const plain = /^[\w./+@,=~-]+$/;

/**
 * Formats a path as a value of a systemd unit: in quotes if necessary, with `%` doubled, because
 * systemd replaces specifiers, and with quotes and backslashes escaped. `$` has no meaning outside
 * of command lines.
 *
 * @param path an absolute path, as it was declared
 * @param prefix text before the path in the same word, such as `-`
 * @returns the word
 * @throws {RangeError} if the path cannot be written in a unit: it contains control characters (a
 * newline would start another line of the unit), or it is not valid UTF-8
 */
export function formatUnitPath(path: string, prefix = ""): string {
  // deno-lint-ignore no-control-regex -- the expression finds control characters
  if (!path.startsWith("/") || !path.isWellFormed() || /[\0-\x1f\x7f-\x9f]/.test(path)) {
    throw new RangeError(
      `Cannot write ${JSON.stringify(path)} to a unit: expected an absolute path in ` +
        "UTF-8 without control characters",
    );
  }
  // systemd refuses "..". The runtime normalizes paths of permissions in the same way.
  const word = prefix + normalize(path);
  if (plain.test(word)) return word;
  return `"${word.replaceAll(/["\\]/g, "\\$&").replaceAll("%", "%%")}"`;
}

/**
 * Checks the folder of the program that a unit starts. Command lines have more quoting rules than
 * {@linkcode formatUnitPath} implements, so only simple paths are allowed.
 *
 * @param folder an absolute path
 * @returns the same path
 * @throws {RangeError} if it contains other characters than letters, digits and `._+@-`
 */
export function checkProgramFolder(folder: string): string {
  if (/^(\/[\w.+@-]+)+$/.test(folder) && normalize(folder) === folder) return folder;
  throw new RangeError(
    `Invalid folder ${JSON.stringify(folder)}: expected an absolute path that contains only ` +
      'letters, digits and "._+@-"',
  );
}
