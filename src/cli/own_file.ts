/**
 * Reads a text file of this program, from the disk or, if the program runs from a registry, from its
 * server.
 *
 * @param path the path of the file, relative to this folder
 */
export async function readOwnFile(path: string): Promise<string> {
  return await (await fetch(new URL(path, import.meta.url))).text();
}
