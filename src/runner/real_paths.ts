/**
 * Resolves paths. The runtime checks permissions for the path that a check passes, and then follows
 * symbolic links anywhere: a link to `/etc/shadow` in a granted folder would be read. So each path
 * is resolved first, and the runtime gets the real path.
 */

/** Returns the path that is passed to the runtime in place of a path. */
export type ResolvePath = (path: string, end: "follow" | "keep") => string;

interface Declared {
  path: string;
  /** The real path, if it was looked up. */
  real?: string;
}

/**
 * Makes the function that resolves paths in a realm. A declared path is allowed with any target,
 * even if it is a link that changes: its author named it explicitly. A link below a declared path
 * may lead only to other declared paths.
 *
 * @param declared the files and folders that were granted, by absolute path
 * @returns a function that resolves the links in a path (those in the last part only if `end` is
 * "follow"), and throws the runtime's error if the path cannot be read
 */
export function createResolver(declared: readonly string[]): ResolvePath {
  // These functions are read before user code is evaluated.
  const { lstatSync, realPathSync, errors } = Deno;
  const { NotCapable, NotFound } = errors;
  const all: Declared[] = declared.map((path) => ({ path: normalize(path) }));
  const exact: ReadonlySet<string> = new Set(all.map(({ path }) => path));

  function unlessMissing<T>(look: (path: string) => T, path: string): T | undefined {
    try {
      return look(path);
    } catch (error) {
      if (!(error instanceof NotFound)) throw error;
    }
  }

  function realOf(path: string): string {
    const real = unlessMissing(realPathSync, path);
    if (real !== undefined) return real;
    if (exact.has(path)) return path;
    // A dangling link: writing to it would create its target. The next call throws.
    if (unlessMissing(lstatSync, path)) return realPathSync(path);
    const [folder, name] = split(path);
    return join(realOf(folder), name);
  }

  // The runtime checks a path below a declared link by the link's own path.
  function nameOf(real: string): string | undefined {
    for (const { path, real: root } of all) {
      if (isBelow(real, path)) return real;
      if (root !== undefined && isBelow(real, root)) return join(path, real.slice(root.length));
    }
  }

  function lookUp(): void {
    for (const root of all) {
      try {
        root.real = realPathSync(root.path);
      } catch {
        delete root.real;
      }
    }
  }

  return (path, end) => {
    if (!path.startsWith("/")) {
      // A check must not depend on the daemon's working directory.
      throw new NotCapable(`Requires read access to ${JSON.stringify(path)}, and an absolute path`);
    }
    const asked = normalize(path);
    if (exact.has(asked) || !all.some((root) => isBelow(asked, root.path))) return asked;
    const [folder, name] = split(asked);
    const real = end === "follow" ? realOf(asked) : join(realOf(folder), name);
    const known = nameOf(real);
    if (known !== undefined) return known;
    lookUp();
    return nameOf(real) ?? real;
  };
}

function isBelow(path: string, folder: string): boolean {
  return folder === "/" || path === folder || path.startsWith(`${folder}/`);
}

function split(path: string): [folder: string, name: string] {
  const cut = path.lastIndexOf("/");
  return [path.slice(0, cut) || "/", path.slice(cut + 1)];
}

function join(folder: string, rest: string): string {
  if (rest === "") return folder;
  return `${folder === "/" ? "" : folder}/${rest.startsWith("/") ? rest.slice(1) : rest}`;
}

// Removes dots as the runtime does before it checks a permission. The system removes them
// differently.
function normalize(path: string): string {
  if (!/\/(?:\.{0,2})(?:\/|$)/.test(path)) return path;
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
