/**
 * Reads a regular file. To open a FIFO without a writer would block a reload, and all later reloads,
 * forever.
 *
 * @param path the path of the file
 * @returns its text
 * @throws if the path is not that of a regular file, or if the file cannot be read
 */
export async function readRegular(path: string): Promise<string> {
  const { isFile, isDirectory } = await Deno.stat(path);
  // The runtime reports a folder.
  if (!isFile && !isDirectory) throw new Error("It is not a regular file");
  return await Deno.readTextFile(path);
}
