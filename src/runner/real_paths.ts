/**
 * Where paths lead. The runtime holds a check to the paths that it asks for, and follows symbolic
 * links wherever they lead: in a folder that was granted, a link to `/etc/shadow` would be read. So
 * what a check asks for is resolved first, and the runtime is asked for what came of that.
 */

/** What the runtime is to be asked for in place of a path. */
export type ResolvePath = (path: string, end: "follow" | "keep") => string;

interface Declared {
  path: string;
  /** Where it leads, as far as it was looked up. */
  real?: string;
}

/**
 * Makes what resolves paths in a realm. A path that was declared means whatever it leads to, also
 * where it is a link and where that changes: whoever declared it has named it. Behind one that was
 * declared, a link leads only to what was declared too.
 *
 * @param declared the files and folders that were granted, by absolute path
 * @returns resolves the links in a path, the last part of it only where the end is to be followed;
 * throws what the runtime throws where the path cannot be looked at
 */
export function createResolver(declared: readonly string[]): ResolvePath {
  // Bound before user code is evaluated.
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
    // A link that leads nowhere: what it names would be made. This throws.
    if (unlessMissing(lstatSync, path)) return realPathSync(path);
    const [folder, name] = split(path);
    return join(realOf(folder), name);
  }

  // The runtime knows what is behind a declared link by the link's name.
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
      // The daemon's working directory is nobody's business.
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

// Dots are taken away as the runtime does it before it judges a path, and not as the system would.
function normalize(path: string): string {
  if (!/\/(?:\.{0,2})(?:\/|$)/.test(path)) return path;
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
