import { readOwnFile } from "./own_file.ts";
import { COPY_FOLDER, type OwnPackage, readCopy } from "./own_package.ts";

/** The templates in `init/`, by the paths of the files in a new project. */
const templates: Record<string, string> = {
  "agent.ts": "agent.ts",
  "checks/spool.ts": "checks/spool.ts",
  "checks/spool_test.ts": "checks/spool_test.ts",
  "permissions.lock.json": "permissions.lock.json",
  "settings.yaml": "settings.yaml",
  ".gitignore": "gitignore",
  "README.md": "README.md",
};

/** A paragraph of the README. */
const aboutCopy =
  `\`${COPY_FOLDER}/\` is a copy of Checkwright, so that each clone of this project works without further
steps. To update it, replace it with the folder of a project that a newer Checkwright created. It
contains the pages about [writing checks](${COPY_FOLDER}/src/check/README.md), the
[check library](${COPY_FOLDER}/checks/README.md), the [commands](${COPY_FOLDER}/src/cli/README.md) and
[operating](${COPY_FOLDER}/src/daemon/README.md).

`;

/** Permissions of the command line. It starts the daemon, which has fewer permissions. */
const flags = ["read", "write", "net", "env", "run", "sys"].map((kind) => `--allow-${kind}`);

/**
 * Returns the files of a new project: the files of `init/`, and a `deno.json` that refers to
 * Checkwright.
 *
 * @param name the name of the project
 * @param own how the project refers to Checkwright
 * @returns the text of each file, by its path in the project
 */
export async function projectFiles(
  name: string,
  own: OwnPackage,
): Promise<Record<string, string>> {
  const files: Record<string, string> = { "deno.json": denoJson(own) };
  for (const [path, template] of Object.entries(templates)) {
    const text = await readOwnFile(`./init/${template}`);
    files[path] = text
      .replace("{{copy}}\n\n", own.copied === undefined ? "" : aboutCopy)
      .replaceAll("{{name}}", () => titleOf(name));
  }
  return files;
}

/**
 * Returns the copy of Checkwright for a new project.
 *
 * @param own how the project refers to Checkwright
 * @returns the text of each file, by its path in the project; empty for a published package
 */
export async function copiedFiles({ copied }: OwnPackage): Promise<Record<string, string>> {
  if (copied === undefined) return {};
  const files = Object.entries(await readCopy(copied));
  return Object.fromEntries(files.map(([path, text]) => [`${COPY_FOLDER}/${path}`, text]));
}

/**
 * Returns the files at the top of a repository: the workflow of continuous integration, and the
 * settings of editors.
 *
 * @param folder the folder of the project in the repository; empty if it is the repository
 * @param own how the project refers to Checkwright
 * @returns the text of each file, by its path in the repository
 */
export async function repositoryFiles(
  folder: string,
  own: OwnPackage,
): Promise<Record<string, string>> {
  const text = await readOwnFile("./init/workflow.yaml");
  const at = folder === "" ? "" : `defaults:
  run:
    working-directory: ${JSON.stringify(folder)}

`;
  const editor = folder === "" ? { "deno.enable": true } : { "deno.enablePaths": [folder] };
  const { copied } = own;
  return {
    ".github/workflows/checks.yaml": text
      .replace("jobs:\n", () => `${at}jobs:\n`)
      .replace("DENO_VERSION", Deno.version.deno),
    ".vscode/settings.json": `${
      JSON.stringify(
        {
          ...editor,
          ...(copied &&
            { "search.exclude": { [`${folder && `${folder}/`}${COPY_FOLDER}`]: true } }),
        },
        null,
        2,
      )
    }\n`,
  };
}

function denoJson({ imports, main, copied, npm }: OwnPackage): string {
  const checkwright = (words: string) => `deno task --quiet checkwright ${words}`;
  const configuration = {
    tasks: {
      start: checkwright("serve agent.ts --settings settings.yaml"),
      dev: checkwright("serve agent.ts --settings settings.yaml --watch"),
      test: "deno test",
      check: "deno fmt --check && deno lint && deno check",
      validate: checkwright("validate agent.ts --settings settings.yaml"),
      permissions: checkwright("permissions agent.ts"),
      compile: checkwright("compile agent.ts --out dist"),
      checkwright: `deno run ${flags.join(" ")} ${main}`,
    },
    imports,
    fmt: { lineWidth: 100 },
    // A check may import a package with its version: "npm:pg@8.23.1".
    lint: { rules: { exclude: ["no-import-prefix"] } },
    exclude: ["dist/", ...(copied === undefined ? [] : [`${COPY_FOLDER}/`])],
    // By default, Deno does not use packages that are younger than a day.
    ...(npm !== undefined && { minimumDependencyAge: { age: "P1D", exclude: [npm] } }),
  };
  return `${JSON.stringify(configuration, null, 2)}\n`;
}

/** Removes the characters of a name that have a meaning in Markdown. */
function titleOf(name: string): string {
  return name.replace(/[^\p{L}\p{M}\p{N}._-]+/gu, " ").replace(/^[\s._-]+|[\s._-]+$/g, "") ||
    "Checks";
}
