/**
 * Builds the npm packages from this checkout: `deno task package [OUT]`. The library is what `deno
 * pack` makes of `deno.json`, with the bundles of the programs that the command line starts. The
 * package `checkwright` starts the command line with the Deno of the package `deno`.
 *
 * The same sources give the same bytes in every folder.
 */
import { dirname } from "node:path/posix";
import { fileURLToPath } from "node:url";
import { OWN_PROGRAMS, ownBundle } from "../src/cli/own_bundles.ts";
import { readCopy } from "../src/cli/own_package.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

interface Configuration {
  name: string;
  version: string;
  imports: Record<string, string>;
}

/**
 * Builds both packages.
 *
 * @param out the folder for the archives; created if it is missing
 * @returns the paths of the archives: the library, then the command line
 * @throws {Error} with the output of a program that failed
 */
export async function buildPackages(out: string): Promise<string[]> {
  const configuration: Configuration = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  await Deno.mkdir(out, { recursive: true });
  const folder = await Deno.makeTempDir({ prefix: "checkwright-npm-" });
  try {
    const library = await prepareLibrary(folder, configuration);
    const commandLine = await prepareCommandLine(folder, configuration);
    return [await pack(library, out), await pack(commandLine, out)];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function prepareLibrary(folder: string, { imports }: Configuration): Promise<string> {
  const sources = `${folder}/sources`;
  const copy = await readCopy(new URL("../", import.meta.url));
  const readme = await Deno.readTextFile(`${root}/README.md`);
  for (const [path, text] of Object.entries({ ...copy, "README.md": readme })) {
    await Deno.mkdir(dirname(`${sources}/${path}`), { recursive: true });
    await Deno.writeTextFile(`${sources}/${path}`, withoutImportMap(path, text));
  }
  const archive = `${folder}/modules.tgz`;
  const flags = ["--quiet", "--no-source-maps", "--allow-dirty", `--output=${archive}`];
  await run(Deno.execPath(), ["pack", ...flags], sources);
  await run("tar", ["-xzf", archive], folder);
  const library = `${folder}/package`;
  await removeSources(library);
  await Deno.mkdir(`${library}/bundles`);
  for (const name of OWN_PROGRAMS) {
    await Deno.writeTextFile(`${library}/bundles/${name}.js`, await ownBundle(name));
  }
  await editJson(`${library}/package.json`, (made) => ({
    ...made,
    description: "Monitoring checks as typed TypeScript, served over NRPE",
    dependencies: pinned(imports),
  }));
  return library;
}

/** `deno pack` keeps the names of an import map, which npm cannot resolve. */
function withoutImportMap(path: string, text: string): string {
  const toTop = "../".repeat(path.split("/").length - 1);
  return text.replaceAll(
    /^(.* from )"@std\/(\w+)";$/gm,
    (line, start: string, name: string) =>
      start.startsWith(" *") ? line : `${start}"${toTop}src/std/${name}/mod.ts";`,
  );
}

/** `deno pack` includes the modules that no export imports. The bundles contain them. */
async function removeSources(folder: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory && !path.endsWith("/src/cli/init")) await removeSources(path);
    const source = name.endsWith(".ts") && !name.endsWith(".d.ts");
    if (source || name === "deno.json") await Deno.remove(path);
  }
}

/** The versions of the import map, which the tests use. */
function pinned(imports: Record<string, string>): Record<string, string> {
  const packages = Object.values(imports).flatMap((target) => {
    const [, name, version] = /^npm:(.+)@([^@]+)$/.exec(target) ?? [];
    return name === undefined || version === undefined ? [] : [[name, version]];
  });
  return Object.fromEntries(packages);
}

async function prepareCommandLine(
  folder: string,
  { name, version }: Configuration,
): Promise<string> {
  const target = `${folder}/checkwright`;
  await Deno.mkdir(target);
  for await (const file of Deno.readDir(`${root}/npm/checkwright`)) {
    await Deno.copyFile(`${root}/npm/checkwright/${file.name}`, `${target}/${file.name}`);
  }
  await Deno.copyFile(`${root}/LICENSE`, `${target}/LICENSE`);
  await editJson(`${target}/package.json`, (made) => ({
    ...{ ...made, version },
    dependencies: { [name]: version, deno: Deno.version.deno },
  }));
  return target;
}

async function editJson(
  path: string,
  edit: (made: Record<string, unknown>) => Record<string, unknown>,
): Promise<void> {
  const made = JSON.parse(await Deno.readTextFile(path));
  await Deno.writeTextFile(path, `${JSON.stringify(edit(made), null, 2)}\n`);
}

/** npm gives each file of an archive the same time and owner. */
async function pack(folder: string, out: string): Promise<string> {
  const stdout = await run("npm", ["pack", "--json", `--pack-destination=${out}`], folder);
  const [{ filename }] = JSON.parse(stdout);
  return `${out}/${filename}`;
}

async function run(program: string, args: string[], folder: string): Promise<string> {
  const command = new Deno.Command(program, {
    args,
    cwd: folder,
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await command.output();
  const text = new TextDecoder().decode(stdout);
  if (code !== 0) {
    throw new Error(`${program} ${args[0]} failed: ${new TextDecoder().decode(stderr)}${text}`);
  }
  return text;
}

if (import.meta.main) {
  const out = await Deno.realPath(Deno.args[0] ?? ".").catch(() => Deno.args[0]!);
  for (const path of await buildPackages(out)) console.log(path);
}
