/**
 * Reads a text file that is part of this program, be it on a disk or, where the program was
 * published, on a server.
 *
 * @param path where it is, seen from this folder
 */
export async function readOwnFile(path: string): Promise<string> {
  return await (await fetch(new URL(path, import.meta.url))).text();
}
