import { BundleError } from "./bundle.ts";
import { findImporters } from "./modules.ts";
import { parentOf, projectFolder } from "./project.ts";

/** A module that an agent's bundle holds, and that is none of the agent's business. */
export interface ForeignModule {
  /** Its path, or its URL. */
  module: string;
  /** The module that imports it, where that is known. */
  importer?: string;
  /** What is wrong with it, and what was expected. */
  fault: string;
}

/** What is code by its name. */
const codeEnding = /\.[cm]?[jt]sx?$/;

/** Above each module's code the bundler writes where it is from: at the beginning of a line. */
const origin = /^\/\/ (.+?)(?: with \{ type: '\w+' \})?$/gm;

/**
 * Finds what an agent took into its bundle that is neither code nor its own. The bundler reads
 * whatever it is told to with the rights of who starts it, which no check has: an import of
 * `/etc/shadow` as a text would be in every answer's reach. So an agent may import
 *
 * - code from anywhere on this disk: a file whose real name ends as modules of JavaScript and
 *   TypeScript do;
 * - anything else (JSON, texts, bytes, WebAssembly) from its own project alone: below the nearest
 *   folder with a `deno.json`, `deno.jsonc` or `package.json`, or below the agent's own folder where
 *   there is none; links count for what they lead to;
 * - anything out of npm packages, and from remote places, but not by plain HTTP.
 *
 * What a bundle holds is taken from the bundle: `deno info` names static imports alone, and the
 * bundler follows an `import()` of texts that it can put together too, and of whole folders.
 *
 * @param bundle the bundle, not minified
 * @param agent the agent's path
 * @returns the modules that are foreign
 * @throws {BundleError} where the bundle does not say what it holds
 */
export async function foreignModules(bundle: string, agent: string): Promise<ForeignModule[]> {
  const entry = await Deno.realPath(agent);
  const project = await projectFolder(entry) ?? parentOf(entry);
  const names = [...new Set([...bundle.matchAll(origin)].map((match) => match[1]!))];
  if (names.length === 0 && bundle.trim() !== "") {
    throw new BundleError("The bundler does not name the modules that it took");
  }
  const foreign = (await Promise.all(names.map((name) => judge(name, parentOf(entry), project))))
    .filter((module) => module !== undefined);
  if (foreign.length === 0) return [];
  // Only now, since it takes longer than all the rest: few agents get here.
  const [packages, importers] = await Promise.all([npmCache(), findImporters(entry)]);
  return foreign.filter(({ real }) => packages === undefined || !real.startsWith(packages))
    .map(({ module, fault }) => {
      const importer = importers.get(module);
      return { module, fault, ...(importer !== undefined && { importer }) };
    });
}

interface Judged extends ForeignModule {
  /** Where it really is. */
  real: string;
}

async function judge(name: string, folder: string, project: string): Promise<Judged | undefined> {
  const url = name.replace(/^deno:/, "");
  if (url.startsWith("http:")) return { module: url, real: url, fault: "expected https" };
  // Data within the code, and remote modules.
  if (/^(?:<|[a-z]+:)/.test(url)) return undefined;
  const module = absolute(folder, name);
  const real = await realOf(module);
  if (real === undefined || codeEnding.test(real) || real.startsWith(project)) return undefined;
  const what = real === module ? "it is" : `it leads to ${JSON.stringify(real)}, which is`;
  return {
    module,
    real,
    fault: `${what} neither code nor below the agent's project, ${JSON.stringify(project)}`,
  };
}

// The bundler writes the way from the folder it is started in: upwards first.
function absolute(folder: string, name: string): string {
  return name.startsWith("../") ? absolute(parentOf(folder), name.slice(3)) : folder + name;
}

// A line of the agent's own text may look like an origin too: then there is no such file.
async function realOf(path: string): Promise<string | undefined> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    // The runtime shows nobody what is below /proc and /sys, and the bundler reads it.
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
