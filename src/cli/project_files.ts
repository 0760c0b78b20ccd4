import { readOwnFile } from "./own_file.ts";
import type { OwnPackage } from "./own_package.ts";

/** Where the files of a new project come from, by where they go. */
const templates: Record<string, string> = {
  "agent.ts": "agent.ts",
  "checks/spool.ts": "checks/spool.ts",
  "checks/spool_test.ts": "checks/spool_test.ts",
  "settings.yaml": "settings.yaml",
  ".github/workflows/checks.yaml": "workflow.yaml",
  ".gitignore": "gitignore",
  "README.md": "README.md",
};

/** What the command line may do: it starts the daemon, which may do less. */
const flags = ["read", "write", "net", "env", "run", "sys"].map((kind) => `--allow-${kind}`);

/**
 * Writes down a new project: the files of `init/`, and a `deno.json` that finds Checkwright.
 *
 * @param name what it is called
 * @param own how it finds Checkwright
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

/** A name as Markdown takes it for plain text. */
function titleOf(name: string): string {
  return name.replace(/[^\p{L}\p{M}\p{N}._-]+/gu, " ").replace(/^[\s._-]+|[\s._-]+$/g, "") ||
    "Checks";
}
