import { deployedFiles } from "../agent/deployment.ts";
import { AgentError } from "../agent/diagnostic.ts";
import { formatFlags } from "../agent/granted_permissions.ts";
import type { Gain } from "../agent/gained_privileges.ts";
import type { Manifest } from "../agent/manifest.ts";
import { exampleSettings } from "../agent/settings_file/example.ts";
import { settingsSchema } from "../agent/settings_file/schema.ts";
import { daemonPermissions } from "../daemon/daemon_permissions.ts";
import { VERSION } from "../daemon/version.ts";
import { createDeployable, type DeployableFile } from "../deploy/deployable.ts";
import { RUN_FLAGS } from "../deploy/run_flags.ts";
import { withoutErrorNumber } from "../net/error_text.ts";
import { type ImportMap, importMap } from "../runner/builtin_modules.ts";
import type { Modules } from "../runner/channel.ts";
import { processImports } from "../runner/process_channel.ts";
import { ownBundle } from "./own_bundles.ts";

// These two import maps take time to create and never change, so they are kept.
let daemonImports: ImportMap | undefined;
let sandboxImportsText: string | undefined;

/**
 * Builds the deployable of an agent.
 *
 * @param path the path of the agent's module
 * @param manifest the agent's manifest, without settings and facts of this host
 * @param code the agent's bundle and the program that runs inside a sandbox
 * @param gains programs of commands that gain privileges; default: the known ones
 * @returns the files by name
 * @throws {AgentError} if a value of the manifest cannot be written into a script or a unit
 */
export async function buildDeployable(
  path: string,
  manifest: Manifest,
  { agent, runtime }: Modules,
  gains?: readonly Gain[],
): Promise<Record<string, DeployableFile>> {
  const [daemon, acceptor, firstStart, checkNrpe] = await Promise.all([
    ownBundle("daemon"),
    ownBundle("acceptor"),
    ownBundle("firstStart"),
    ownBundle("checkNrpe"),
  ]);
  try {
    return await createDeployable({
      code: { daemon, acceptor, firstStart, checkNrpe, agent, runtime },
      manifest,
      ...(gains && { gains }),
      agent: path.replace(/.*\//, ""),
      version: VERSION,
      permissions: formatFlags(daemonPermissions(manifest)),
      runFlags: RUN_FLAGS,
      imports: daemonImports ??= importMap("./daemon.js"),
      processImports: sandboxImportsText ??= processImports(),
      settings: exampleSettings(manifest),
      schema: settingsSchema(manifest),
    });
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    throw new AgentError([{ place: path, message: error.message, severity: "error" }]);
  }
}

/**
 * Finds a file that shows that a folder is for something else, for example for the sources of checks:
 * the folder contains no deployable, and a file that is not a part of one.
 *
 * @param folder the folder; it may be missing
 * @param files the files of the deployable by name
 * @returns the name of the file; undefined if the deployable can be written to the folder
 */
export async function findForeign(
  folder: string,
  files: Record<string, DeployableFile>,
): Promise<string | undefined> {
  const present: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) present.push(name);
  } catch {
    // The folder is missing, or the error is reported when the files are written.
  }
  if (present.includes(deployedFiles.manifest)) return undefined;
  return present.sort().find((name) => !name.startsWith(".") && !Object.hasOwn(files, name));
}

/**
 * Writes the files of a deployable. Each file is written under a temporary name and then renamed, so
 * that a daemon that reloads at the same time never reads half a file. The manifest is written last,
 * because it contains the digests of the other files.
 *
 * @param folder the folder; it is created if it is missing
 * @param files the files by name
 * @param before the files that the folder already contains; identical files are not written again
 * @throws {Error} if a file cannot be written
 */
export async function writeDeployable(
  folder: string,
  files: Record<string, DeployableFile>,
  before: Record<string, DeployableFile> = {},
): Promise<void> {
  const written: { temporary: string; path: string }[] = [];
  try {
    // Without the mode, a mask such as 002 would let the group write, and `serve` would not trust it.
    await Deno.mkdir(folder, { recursive: true, mode: 0o755 });
    const names = Object.keys(files).filter((name) => files[name]!.text !== before[name]?.text)
      .sort((a, b) => Number(a === "manifest.json") - Number(b === "manifest.json"));
    for (const name of names) {
      const { text, mode } = files[name]!;
      const temporary = `${folder}/.${name}.${crypto.randomUUID()}`;
      written.push({ temporary, path: `${folder}/${name}` });
      await Deno.writeTextFile(temporary, text, { createNew: true });
      await Deno.chmod(temporary, mode);
    }
    // No file is replaced before all are written: the disk may be full.
    for (const { temporary, path } of written) await Deno.rename(temporary, path);
  } catch (error) {
    await Promise.allSettled(written.map(({ temporary }) => Deno.remove(temporary)));
    throw new Error(
      `Cannot write ${JSON.stringify(folder)}: ${withoutErrorNumber((error as Error).message)}`,
    );
  }
}
