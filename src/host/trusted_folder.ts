/**
 * Folders whose contents only this user and root can change. The launcher of a deployable checks the
 * same in the shell.
 */

/** The bit of folders in which only the owner of a file can replace it. */
const stickyBit = 0o1000;
const writableForGroup = 0o020;
const writableForAll = 0o002;

/**
 * Returns why a folder cannot be trusted: another user owns it, can write to it, or can replace it.
 *
 * @param folder the real path of the folder
 * @returns the reason; undefined if the folder can be trusted or is missing
 */
export async function whyUntrusted(folder: string): Promise<string | undefined> {
  const found = await Deno.lstat(folder).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  if (found === undefined) return;
  const { isDirectory, uid, mode } = found;
  if (!isDirectory || uid !== Deno.uid() || allows(mode, writableForGroup | writableForAll)) {
    return "expected a folder of this user that others cannot write to";
  }
  for (let above = folder; above !== "/";) {
    above = above.replace(/\/[^/]*$/, "") || "/";
    const { uid, mode } = await Deno.lstat(above);
    const isOpen = allows(mode, writableForAll) && !allows(mode, stickyBit);
    if (isOpen || (uid !== 0 && uid !== Deno.uid())) {
      return `another user can replace its folder ${JSON.stringify(above)}`;
    }
  }
}

function allows(mode: number | null, bits: number): boolean {
  return ((mode ?? 0) & bits) !== 0;
}
