/** Files of the state directory have one line for each command. A larger file is damaged. */
const maxBytes = 16 * 1_048_576;

/**
 * Reads a file of the state directory.
 *
 * @param path the path of the file
 * @param file the open file, if it is open already
 * @returns its text; the empty string if the file is too large
 */
export function readLimited(path: string, file?: Deno.FsFile): string {
  const { size } = file?.statSync() ?? Deno.statSync(path);
  return size > maxBytes ? "" : Deno.readTextFileSync(path);
}
