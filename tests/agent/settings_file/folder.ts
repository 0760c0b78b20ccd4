/** A folder of settings files that is removed after the test. */
export interface Folder extends AsyncDisposable {
  /** The path of the folder, with a slash at the end. */
  path: string;
  /** Writes a file, and returns its path. */
  write(name: string, text: string): Promise<string>;
}

/** Creates a folder with files, by name. */
export async function createFolder(files: Record<string, string> = {}): Promise<Folder> {
  const path = `${await Deno.makeTempDir({ prefix: "checkwright-test-" })}/`;
  const write = async (name: string, text: string) => {
    await Deno.mkdir(`${path}${name}`.replace(/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${path}${name}`, text);
    return `${path}${name}`;
  };
  for (const [name, text] of Object.entries(files)) await write(name, text);
  return { path, write, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}
