import { BundleError } from "./bundle.ts";
import { findImporters } from "./modules.ts";
import { parentOf, projectFolder } from "./project.ts";

/** A module in the bundle of an agent that the agent may not import. */
export interface ForeignModule {
  /** The path or URL of the module. */
  module: string;
  /** The module that imports it, if it is known. */
  importer?: string;
  /** The reason, and the expected kind of module. */
  reason: string;
}

/** File extensions of code. */
const codeEnding = /\.[cm]?[jt]sx?$/;

/** The line above the code of each module, in which the bundler writes its path or URL. */
const origin = /^\/\/ (.+)$/gm;

/** The end of this line for a module that is not code. */
const attribute = / with \{ type: '\w+' \}$/;

/**
 * Finds the modules in the bundle of an agent that the agent may not import. The bundler reads each
 * imported file with the rights of the user who starts it, which no check has: if an agent imported
 * `/etc/shadow` as text, each of its checks could send it. An agent may import:
 *
 * - code from anywhere on this disk: a file whose real name has an ending of JavaScript or
 *   TypeScript
 * - other files (JSON, text, bytes, WebAssembly) from its own project only. The project is the
 *   nearest folder with a `deno.json`, `deno.jsonc` or `package.json`, otherwise the folder of the
 *   agent. For a link, its target counts.
 * - any file of an npm package, and any remote module, but not by plain HTTP
 *
 * The names come from the bundle itself. `deno info` lists static imports only, but the bundler also
 * follows an `import()` of a concatenated string, and of whole folders.
 *
 * @param bundle the bundle, not minified
 * @param agent path of the agent
 * @returns the modules that it may not import
 * @throws {BundleError} if the bundle does not contain the names of its modules
 */
export async function foreignModules(bundle: string, agent: string): Promise<ForeignModule[]> {
  const entry = await Deno.realPath(agent);
  const project = await projectFolder(entry) ?? parentOf(entry);
  const list = createList();
  const names = [...new Set([...bundle.matchAll(origin)].map((match) => match[1]!))];
  if (names.length === 0 && bundle.trim() !== "") {
    throw new BundleError("The bundle does not contain the names of its modules");
  }
  const foreign =
    (await Promise.all(names.map((name) => judge(name, parentOf(entry), project, list))))
      .filter((module) => module !== undefined);
  if (foreign.length === 0) return [];
  // This step is the last, because it takes longer than all others and few agents need it.
  const [packages, importers] = await Promise.all([npmCache(), findImporters(entry)]);
  return foreign.filter(({ real }) => packages === undefined || !real.startsWith(packages))
    .map(({ module, reason }) => {
      const importer = importers.get(module);
      return { module, reason, ...(importer !== undefined && { importer }) };
    });
}

/**
 * Returns whether the module of an agent is a link to a file outside of its project. Such a file could
 * be a secret, and error messages would show lines of it.
 *
 * @param agent path of the agent
 */
export async function isForeignLink(agent: string): Promise<boolean> {
  const [real, folder] = await Promise.all([
    Deno.realPath(agent),
    Deno.realPath(parentOf(agent) === "/" && !agent.startsWith("/") ? "." : parentOf(agent)),
  ]);
  const place = `${folder === "/" ? "" : folder}/`;
  return !real.startsWith(await projectFolder(place + "agent") ?? place);
}

/**
 * Returns the reason why an agent may not import a file of this disk. No part of such a file may be
 * shown in a message: it can be the target of a link to a secret.
 *
 * @param path the absolute path of the file
 * @param agent path of the agent
 * @returns the reason; undefined if the agent may import it
 */
export async function whyForeign(path: string, agent: string): Promise<string | undefined> {
  const entry = await Deno.realPath(agent);
  const project = await projectFolder(entry) ?? parentOf(entry);
  const judged = await judgeFile(path, project);
  const packages = judged === undefined ? undefined : await npmCache();
  return packages !== undefined && judged?.real.startsWith(packages) ? undefined : judged?.reason;
}

interface Judged extends ForeignModule {
  /** The real path of the module. */
  real: string;
}

async function judge(
  name: string,
  folder: string,
  project: string,
  list: List,
): Promise<Judged | undefined> {
  for (const path of await pathsOf(name, folder, list)) {
    const judged = await judgeFile(path, project);
    if (judged !== undefined) return judged;
  }
  const url = name.replace(/^deno:/, "");
  // Other names without a file are data in the code or remote modules, or they are not names: a line
  // of text in the agent may look like a name.
  return url.startsWith("http:") ? { module: url, real: url, reason: "expected https" } : undefined;
}

/**
 * Returns the files that a name in the bundle can stand for. The bundler writes a path relative to
 * its working folder, with leading "../". It escapes line breaks, and replaces each backslash by a
 * slash. The names of files and folders may look like URLs.
 */
async function pathsOf(name: string, folder: string, list: List): Promise<string[]> {
  const spellings = new Set([name, unescaped(name)].flatMap((one) => [
    one,
    one.replace(attribute, ""),
    one.replace(/^deno:/, ""),
  ]));
  const found = await Promise.all([...spellings].map(async (spelling) => {
    const [base, path] = relativeTo(folder, spelling);
    return [base + path, ...await findWritten(base, path, list)];
  }));
  return [...new Set(found.flat())];
}

function unescaped(name: string): string {
  return name.replaceAll(/\\(?:n|r|u2028|u2029)/g, (escape) => JSON.parse(`"${escape}"`));
}

function relativeTo(folder: string, path: string): [folder: string, path: string] {
  return path.startsWith("../") ? relativeTo(parentOf(folder), path.slice(3)) : [folder, path];
}

// Finds the files below a folder that have the given path if each backslash in their names is a slash.
async function findWritten(folder: string, path: string, list: List): Promise<string[]> {
  const found: string[] = [];
  for (const name of await list(folder)) {
    const written = name.replaceAll("\\", "/");
    if (written === path) found.push(folder + name);
    else if (path.startsWith(`${written}/`)) {
      const rest = path.slice(written.length + 1);
      found.push(...await findWritten(`${folder}${name}/`, rest, list));
    }
  }
  return found;
}

/** Returns the names in a folder; none if it cannot be read. */
type List = (folder: string) => Promise<string[]>;

// Most modules share a few folders.
function createList(): List {
  const known = new Map<string, Promise<string[]>>();
  return (folder) => {
    const names = known.get(folder) ??
      Array.fromAsync(Deno.readDir(folder), ({ name }) => name).catch(() => []);
    known.set(folder, names);
    return names;
  };
}

async function judgeFile(module: string, project: string): Promise<Judged | undefined> {
  const real = await realOf(module);
  if (real === undefined || codeEnding.test(real) || real.startsWith(project)) return undefined;
  const target = real === module ? "" : `it links to ${JSON.stringify(real)}: `;
  return {
    module,
    real,
    reason: `${target}expected code, or a file of the agent's project ${JSON.stringify(project)}`,
  };
}

async function realOf(path: string): Promise<string | undefined> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    // The runtime does not resolve paths below /proc and /sys, but the bundler reads them.
    return error instanceof Deno.errors.NotCapable ? path : undefined;
  }
}

async function npmCache(): Promise<string | undefined> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json"],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).output();
  const { npmCache }: { npmCache: string } = JSON.parse(new TextDecoder().decode(stdout));
  const real = await realOf(npmCache);
  return real === undefined ? undefined : `${real}/`;
}
