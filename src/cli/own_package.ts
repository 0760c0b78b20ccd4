import { VERSION } from "../daemon/version.ts";

/** The entries by which the `deno.json` of another project refers to Checkwright. */
export interface OwnPackage {
  /** The modules of the package by name, for an import map. */
  imports: Record<string, string>;
  /** The module of the command line, as an argument of `deno run` in a task. */
  main: string;
  /** The location of the files that the project must contain in `checkwright/`. */
  copied?: URL;
  /** The package on npm, if the project refers to it. */
  npm?: string;
}

const name = "@checkwright/checkwright";

/** The folder of a project that contains a copy of Checkwright. */
export const COPY_FOLDER = "checkwright";

/**
 * Returns whether a module is a part of the npm package: the package contains JavaScript, each other
 * form of Checkwright TypeScript.
 *
 * @param module the URL of the module
 */
export function isPackaged(module: string): boolean {
  return module.endsWith(".js");
}

/**
 * Returns how a project refers to the running Checkwright: to the published package, or, if it runs
 * from a folder, to a copy of that folder in the project. With a copy, each clone of the project
 * works on each machine.
 *
 * @param module the URL of this module in the running Checkwright
 * @returns the entries for the `deno.json` of the project
 */
export function findPackage(module: string = import.meta.url): OwnPackage {
  const packaged = isPackaged(module);
  const published = `${packaged ? "npm" : "jsr"}:${name}@^${VERSION}`;
  const root = new URL("../../", module);
  const copied = root.protocol === "file:" && !packaged;
  const at = (path: string, exported: string) =>
    copied ? `./${COPY_FOLDER}/${path}` : `${published}${exported}`;
  return {
    imports: { [name]: at("src/mod.ts", ""), [`${name}/checks`]: at("checks/mod.ts", "/checks") },
    main: copied ? `${COPY_FOLDER}/src/cli/main.ts` : `${published}/cli`,
    ...(copied && { copied: root }),
    ...(packaged && { npm: `npm:${name}` }),
  };
}

/** The parts of Checkwright that a copy needs. */
const parts = ["src", "checks"];

/**
 * Reads the files for a copy of Checkwright: its modules with their texts and pages, the versions of
 * its dependencies, and the license.
 *
 * @param root the location of Checkwright
 * @returns the text of each file, by its path in the copy
 */
export async function readCopy(root: URL): Promise<Record<string, string>> {
  const paths = (await Promise.all(parts.map((part) => listFiles(root, part)))).flat();
  const files = await Promise.all(
    [...paths, "deno.lock", "LICENSE"].map(async (path) =>
      [path, await Deno.readTextFile(new URL(encodePath(path), root))] as const
    ),
  );
  const texts = Object.fromEntries(files);
  const configuration = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  return {
    ...texts,
    "deno.json": `${JSON.stringify(configurationOfCopy(configuration), null, 2)}\n`,
    "deno.lock": lockOfCopy(texts["deno.lock"]!),
  };
}

async function listFiles(root: URL, folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (
    const { name, isDirectory, isFile } of Deno.readDir(new URL(encodePath(folder), root))
  ) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await listFiles(root, path));
    else if (isFile) found.push(path);
  }
  return found.sort();
}

const encodePath = (path: string) => path.split("/").map(encodeURIComponent).join("/");

/** Removes the linked packages, which the copy contains: otherwise, its first run changes the file. */
function lockOfCopy(text: string): string {
  const { workspace, ...lock } = JSON.parse(text);
  const dependencies = workspace.dependencies.filter((name: string) => !name.startsWith("jsr:"));
  return `${JSON.stringify({ ...lock, workspace: { ...workspace, dependencies } }, null, 2)}\n`;
}

/** Deno ignores `links` below another project. The copy refers to the linked folders itself. */
function configurationOfCopy(
  { name, version, license, exports, imports, compilerOptions, unstable }: Record<string, unknown>,
): Record<string, unknown> {
  const local = Object.entries(imports as Record<string, string>).map(([name, target]) => {
    const [, std] = /^jsr:@std\/(\w+)@/.exec(target) ?? [];
    return [name, std === undefined ? target : `./src/std/${std}/mod.ts`];
  });
  return {
    ...{ name, version, license, exports },
    imports: Object.fromEntries(local),
    ...{ compilerOptions, unstable },
  };
}
