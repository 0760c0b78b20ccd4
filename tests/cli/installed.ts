import { fileURLToPath } from "node:url";
import type { Project } from "../project.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const flags = ["read", "write", "net", "env", "run", "sys"].map((name) => `--allow-${name}`);
const program = `#!/bin/sh
exec '${Deno.execPath()}' run --quiet ${flags.join(" ")} '${main}' "$@"
`;

/**
 * Installs `checkwright` in the folder `bin` of a project.
 *
 * @param project the project
 * @returns the environment in which the program is in PATH
 */
export async function installProgram(project: Project): Promise<Record<string, string>> {
  await Deno.mkdir(`${project.folder}/bin`, { recursive: true });
  await Deno.chmod(await project.write("bin/checkwright", program), 0o755);
  return { PATH: `${project.folder}/bin:${Deno.env.get("PATH")}`, NO_COLOR: "1" };
}
