/**
 * Names a file as the runtime does: absolute, without `.` and `..`.
 *
 * @param path as a check gives it
 * @param cwd what a relative path starts from
 * @returns the absolute path; symbolic links are not followed
 */
export function absolutePath(path: string | URL, cwd: string): string {
  const text = path instanceof URL ? decodeURIComponent(path.pathname) : String(path);
  const parts: string[] = [];
  for (const part of (text.startsWith("/") ? text : `${cwd}/${text}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

/** The folder that a path lies in. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 1));
}

/** Whether a path is a folder or lies below it. */
export function liesIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === "/" ? "/" : `${folder}/`);
}
