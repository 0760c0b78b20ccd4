import { defaultStateDirectory } from "../daemon/load_tls.ts";
import { VERSION } from "../daemon/version.ts";
import { whyUntrusted } from "../host/trusted_folder.ts";
import { bundle } from "../project/bundle.ts";
import { processImports } from "../runner/process_channel.ts";
import { readOwnFile } from "./own_file.ts";
import { isPackaged } from "./own_package.ts";

/** The programs of Checkwright by the names of their bundles. */
const programs = {
  daemon: "../daemon/program.ts",
  firstStart: "../daemon/first_start.ts",
  acceptor: "../acceptor/acceptor_main.ts",
  checkNrpe: "./check_nrpe_main.ts",
  runtime: "../runner/sandbox_main.ts",
} as const;

/** The name of a program of Checkwright. */
export type OwnProgram = keyof typeof programs;

/** The names of all programs. */
export const OWN_PROGRAMS: readonly OwnProgram[] = Object.keys(programs) as OwnProgram[];

const root = new URL("../../", import.meta.url);

const made: Partial<Record<OwnProgram, Promise<string>>> = {};

/**
 * Bundles a program of Checkwright. The bundle is kept in the state directory until a source file
 * changes, so that only the first start waits for it. The npm package contains the bundles.
 *
 * @param name the name of the program
 * @returns the JavaScript of a module without imports
 * @throws {BundleError} if it cannot be bundled
 */
export function ownBundle(name: OwnProgram): Promise<string> {
  if (isPackaged(import.meta.url)) return made[name] ??= readOwnFile(`../../bundles/${name}.js`);
  return made[name] ??= kept(
    `${name}.js`,
    () => bundle(new URL(programs[name], import.meta.url), { minify: "all" }),
  );
}

/** Returns the path of the import map of process sandboxes; the file is created if it is missing. */
export async function sandboxImports(): Promise<string> {
  const name = "process_imports.json";
  await kept(name, () => Promise.resolve(processImports()));
  const folder = await cacheFolder();
  if (folder !== undefined) return `${folder}/${name}`;
  const temporary = await Deno.makeTempFile({ prefix: "checkwright-", suffix: ".json" });
  await Deno.writeTextFile(temporary, processImports());
  globalThis.addEventListener("unload", () => Deno.removeSync(temporary));
  return temporary;
}

async function kept(name: string, make: () => Promise<string>): Promise<string> {
  const folder = await cacheFolder();
  if (folder === undefined) return await make();
  const path = `${folder}/${name}`;
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const text = await make();
  // The file is written under a temporary name and renamed, so that no other process reads half a
  // file.
  const temporary = `${path}.${crypto.randomUUID()}`;
  await Deno.writeTextFile(temporary, text, { mode: 0o600, createNew: true });
  await Deno.rename(temporary, path);
  return text;
}

let folder: Promise<string | undefined> | undefined;

// Returns the folder for this version of the sources; undefined if no private folder is available.
function cacheFolder(): Promise<string | undefined> {
  return folder ??= openCache();
}

async function openCache(): Promise<string | undefined> {
  const cache = `${defaultStateDirectory()}/bundles`;
  const path = `${cache}/${await fingerprint()}`;
  try {
    await Deno.mkdir(path, { recursive: true, mode: 0o700 });
    // Code that another user may write must not run.
    const [real, realCache] = await Promise.all([path, cache].map((each) => Deno.realPath(each)));
    const reasons = await Promise.all([real!, realCache!].map(whyUntrusted));
    if (reasons.some((reason) => reason !== undefined)) return undefined;
    await removeOthers(realCache!, real!);
    return real;
  } catch {
    return undefined;
  }
}

/** Bundles of older sources are removed after this time, in milliseconds: a week. */
const keptMilliseconds = 7 * 86_400_000;

async function removeOthers(cache: string, current: string): Promise<void> {
  for await (const { name } of Deno.readDir(cache)) {
    const path = `${cache}/${name}`;
    const { mtime } = await Deno.lstat(path);
    const old = Date.now() - (mtime?.getTime() ?? 0) > keptMilliseconds;
    if (old && path !== current) await Deno.remove(path, { recursive: true });
  }
}

// Uses the size and the time of each source file: reading all files takes longer than bundling.
async function fingerprint(): Promise<string> {
  const facts = [VERSION, Deno.version.deno, root.href];
  if (root.protocol === "file:") {
    addFacts(decodeURIComponent(new URL("src", root).pathname), facts);
  }
  const bytes = new TextEncoder().encode(facts.join("\n"));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex().slice(0, 32);
}

function addFacts(folder: string, facts: string[]): void {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) addFacts(path, facts);
    else {
      const { size, mtime } = Deno.statSync(path);
      facts.push(`${path} ${size} ${mtime?.getTime()}`);
    }
  }
  facts.sort();
}
