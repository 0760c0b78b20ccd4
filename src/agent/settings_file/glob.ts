/** Files that match a pattern. */
export interface Found {
  /** The paths, in the order of their names. */
  paths: string[];
  /** The folders that were searched. */
  folders: string[];
}

/** Returns whether a path is a pattern: it contains `*`, `?` or `[`. */
export function isPattern(path: string): boolean {
  return /[*?[]/.test(path);
}

/**
 * Finds the files that match a pattern, like a shell does: `*` and `?` match any characters except
 * `/`, `[ab]` matches one of several. Names that start with a dot match only patterns that start
 * with a dot.
 *
 * @param pattern the pattern
 * @returns the files; none if a folder is missing
 * @throws if a folder cannot be read
 */
export async function findFiles(pattern: string): Promise<Found> {
  const folders: string[] = [];
  let paths = [pattern.startsWith("/") ? "/" : ""];
  for (const [, part, slash] of pattern.matchAll(/([^/]+)(\/*)/g)) {
    const end = slash === "" ? "" : "/";
    if (!isPattern(part!)) {
      paths = paths.map((path) => `${path}${part}${end}`);
      continue;
    }
    const matches = matcher(part!);
    const found: string[] = [];
    for (const folder of paths) {
      folders.push(folder === "" ? "." : folder);
      const names = (await namesIn(folder === "" ? "." : folder)).filter(matches);
      found.push(...names.map((name) => `${folder}${name}${end}`));
    }
    paths = found;
  }
  const files: string[] = [];
  for (const path of paths) if (await isNoFolder(path)) files.push(path);
  return { paths: files, folders };
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    const names: string[] = [];
    for await (const { name } of Deno.readDir(folder)) names.push(name);
    return names.sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return [];
    }
    throw error;
  }
}

// A broken symbolic link counts as a file, so that an error is reported when it is read.
async function isNoFolder(path: string): Promise<boolean> {
  try {
    return !(await Deno.stat(path)).isDirectory;
  } catch {
    return await Deno.lstat(path).then(() => true, () => false);
  }
}

function matcher(part: string): (name: string) => boolean {
  const source = part.replace(
    /\[(!?)([^\]]+)\]|\*+|[\s\S]/g,
    (piece, not?: string, set?: string) => {
      if (set !== undefined) return `[${not ? "^" : ""}${set.replace(/[\\\]^]/g, "\\$&")}]`;
      if (piece.startsWith("*")) return "[^/]*";
      return piece === "?" ? "[^/]" : piece.replace(/[\\^$.*+?()[\]{}|/-]/, "\\$&");
    },
  );
  const expression = new RegExp(`^${source}$`, "s");
  return (name) => expression.test(name) && (part.startsWith(".") || !name.startsWith("."));
}
