/**
 * Normalizes a path as the runtime does: absolute, without `.` and `..`.
 *
 * @param path the path; a relative one starts at `/`
 * @returns the absolute path; symbolic links are not followed
 */
export function absolutePath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

/** Returns the folder that contains a path. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 1));
}

/** Returns whether a path is the folder itself or below it. */
export function liesIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === "/" ? "/" : `${folder}/`);
}
