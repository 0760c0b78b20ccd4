/**
 * Reads a file of this program as text: from the disk, or from a server if the program runs from a
 * registry.
 *
 * @param path the path of the file, relative to this folder
 */
export async function readOwnFile(path: string): Promise<string> {
  return await (await fetch(new URL(path, import.meta.url))).text();
}
