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
const origin = /^\/\/ (.+?)(?: with \{ type: '\w+' \})?$/gm;

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
  const names = [...new Set([...bundle.matchAll(origin)].map((match) => match[1]!))];
  if (names.length === 0 && bundle.trim() !== "") {
    throw new BundleError("The bundle does not contain the names of its modules");
  }
  const foreign = (await Promise.all(names.map((name) => judge(name, parentOf(entry), project))))
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

async function judge(name: string, folder: string, project: string): Promise<Judged | undefined> {
  const url = name.replace(/^deno:/, "");
  if (url.startsWith("http:")) return { module: url, real: url, reason: "expected https" };
  // Data in the code and remote modules are not files of this disk.
  if (/^(?:<|[a-z]+:)/.test(url)) return undefined;
  return await judgeFile(absolute(folder, name), project);
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

// The bundler writes a path relative to its working folder, with leading "../".
function absolute(folder: string, name: string): string {
  return name.startsWith("../") ? absolute(parentOf(folder), name.slice(3)) : folder + name;
}

// A line of text in the agent may look like the name of a module. Such a file does not exist.
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
