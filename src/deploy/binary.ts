import { AgentError } from "../agent/diagnostic.ts";
import type { DeployableFile } from "./deployable.ts";
import { runDeno } from "../host/run_deno.ts";

/** Options of {@linkcode buildBinary}. */
export interface BinaryOptions {
  /** The path of the executable. */
  output: string;
  /** The name of the file to run. */
  entry: string;
  /**
   * The files that the program reads or imports at run time, in the same folder
   * (`import.meta.dirname`).
   */
  include: readonly string[];
  /**
   * Flags of `deno run`: permissions, `--v8-flags`, `--import-map=NAME` with the name of one of the
   * files. The flags are stored in the executable. A start of the executable cannot change them.
   */
  flags: readonly string[];
  /** The first arguments of the program. The arguments of each start follow. */
  args?: readonly string[];
}

/**
 * Flags that are always added. Without `--deny-import`, the executable could import from the hosts
 * of public registries, even with `--no-remote`. Without `--no-code-cache`, it would keep compiled
 * code in a folder that others can write to.
 */
const fixedFlags = ["--no-check", "--deny-import", "--no-code-cache", "--app-name=checkwright"];

/** The date of every embedded file. A fixed date makes builds reproducible. */
const date = new Date(Date.UTC(2020, 0, 1));

/**
 * Builds one executable from a program and its files with `deno compile`. It appends them to
 * `denort`, a runtime without the rest of Deno, which comes from `DENORT_BIN` or is downloaded.
 *
 * @param files the files, by name
 * @param options entry, flags and output
 * @throws {AgentError} if `denort` is missing, or belongs to another version of Deno
 */
export async function buildBinary(
  files: Readonly<Record<string, DeployableFile>>,
  options: BinaryOptions,
): Promise<void> {
  const { output, entry, include, flags, args = [] } = options;
  const root = await Deno.makeTempDir({ prefix: "checkwright-binary-" });
  try {
    await checkRuntime(root);
    for (const [name, { text }] of Object.entries(files)) {
      await Deno.writeTextFile(`${root}/${name}`, text);
      await Deno.utime(`${root}/${name}`, date, date);
    }
    // The executable is compiled in the temporary folder first, because the output may be on
    // another disk.
    const made = `${root}/checkwright.out`;
    const reason = await denoCompile(root, [
      ...flags,
      ...fixedFlags,
      ...include.map((name) => `--include=${name}`),
      `--output=${made}`,
      entry,
      ...args,
    ]);
    if (reason !== undefined) throw binaryError(`deno compile: ${reason}`);
    // A random name cannot be a link to another file.
    const temporary = `${output}.${crypto.randomUUID()}`;
    await Deno.copyFile(made, temporary);
    await Deno.rename(temporary, output);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/**
 * Compiles and runs a minimal program. This detects a wrong `denort`: `deno compile` accepts any
 * executable in its place, and the result would not run the program.
 */
async function checkRuntime(root: string): Promise<void> {
  const given = Deno.env.get("DENORT_BIN");
  const wanted = `the denort of Deno ${Deno.version.deno} for ${Deno.build.target}`;
  await Deno.writeTextFile(`${root}/probe.js`, "console.log(Deno.version.deno);\n");
  const reason = await denoCompile(root, ["--no-config", `--output=${root}/probe`, "probe.js"]);
  if (reason !== undefined) {
    if (given !== undefined) {
      throw binaryError(
        `Cannot use DENORT_BIN=${JSON.stringify(given)}: ${reason}; expected ${wanted}`,
      );
    }
    const host = /https?:\/\/[^/\s)]+/.exec(reason)?.[0];
    throw binaryError(
      "Cannot build an executable without denort, the runtime that it contains: " +
        `set DENORT_BIN to ${wanted}, or let deno compile download it${
          host === undefined ? "" : ` from ${host}`
        } (${reason})`,
    );
  }
  const version = await outputOf(`${root}/probe`);
  if (version === Deno.version.deno) return;
  throw binaryError(
    `Cannot use ${given === undefined ? "denort" : `DENORT_BIN=${JSON.stringify(given)}`}: it is ` +
      `not denort, or not of this Deno version, and printed ${
        JSON.stringify(version)
      }; expected ${wanted}`,
  );
}

/** Returns the first 80 characters that a program prints within 10 seconds. */
async function outputOf(program: string): Promise<string> {
  try {
    await using child = new Deno.Command(program, {
      clearEnv: true,
      env: { NO_COLOR: "1" },
      cwd: "/",
      stdin: "null",
      stdout: "piped",
      stderr: "null",
      signal: AbortSignal.timeout(10_000),
    }).spawn();
    let text = "";
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (text.length > 80) break;
    }
    return text.slice(0, 80).trim();
  } catch (error) {
    return (error as Error).message;
  }
}

/** Runs `deno compile`. Returns the reason on one line if it failed. */
async function denoCompile(root: string, args: readonly string[]): Promise<string | undefined> {
  const { code, stderr } = await runDeno(["compile", ...args], root);
  return code === 0 ? undefined : explain(stderr);
}

/**
 * Extracts the causes from an error text of Deno. After the headline it contains the causes, from
 * the outermost to the innermost, numbered if there are several, and then a stack trace.
 */
function explain(stderr: string): string {
  const causes = [...(stderr.split("Caused by:\n")[1] ?? "").matchAll(/^ +(?:\d+: )?(.+)$/gm)]
    .map(([, cause]) => cause!).filter((cause) => cause !== "Setting up base binary.");
  // Most causes also contain the text of the next cause.
  const joined = causes.reduce(
    (text, cause) => text.includes(cause) ? text : `${text}: ${cause}`,
    "",
  );
  return joined.slice(2) || stderr.replace(/^(?:.*\n)*error: /, "").trim().split("\n")[0] ||
    "it failed";
}

function binaryError(message: string): AgentError {
  return new AgentError([{ place: "--binary", message, severity: "error" }]);
}
