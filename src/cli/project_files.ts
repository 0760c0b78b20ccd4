import { readOwnFile } from "./own_file.ts";
import type { OwnPackage } from "./own_package.ts";

/** The templates in `init/`, by the paths of the files in a new project. */
const templates: Record<string, string> = {
  "agent.ts": "agent.ts",
  "checks/spool.ts": "checks/spool.ts",
  "checks/spool_test.ts": "checks/spool_test.ts",
  "settings.yaml": "settings.yaml",
  ".github/workflows/checks.yaml": "workflow.yaml",
  ".gitignore": "gitignore",
  "README.md": "README.md",
};

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
  const files: Record<string, string> = { "deno.json": denoJson(own), ...own.modules };
  for (const [path, template] of Object.entries(templates)) {
    const text = await readOwnFile(`./init/${template}`);
    files[path] = text.replaceAll("{{name}}", () => titleOf(name));
  }
  return files;
}

function denoJson({ imports, main }: OwnPackage): string {
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
    exclude: ["dist/"],
  };
  return `${JSON.stringify(configuration, null, 2)}\n`;
}

/** Removes the characters of a name that have a meaning in Markdown. */
function titleOf(name: string): string {
  return name.replace(/[^\p{L}\p{M}\p{N}._-]+/gu, " ").replace(/^[\s._-]+|[\s._-]+$/g, "") ||
    "Checks";
}
