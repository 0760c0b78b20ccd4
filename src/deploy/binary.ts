import { AgentError } from "../agent/diagnostic.ts";
import type { DeployableFile } from "./deployable.ts";
import { runDeno } from "../host/run_deno.ts";

/** What an executable is made of. */
export interface BinaryOptions {
  /** The path of the executable. */
  output: string;
  /** The file that runs, by its name. */
  entry: string;
  /** The files that it reads or imports while it runs, beside itself (`import.meta.dirname`). */
  include: readonly string[];
  /**
   * What `deno run` would be told: permissions, `--v8-flags`, `--import-map=NAME` of one of the
   * files. All of it is fixed in the executable, and nobody who starts it can change it.
   */
  flags: readonly string[];
  /** The first arguments of the program; those it is started with follow. */
  args?: readonly string[];
}

/**
 * What is fixed beside the caller's flags. Without `--deny-import` the executable would bear the
 * permission to import from the hosts of public registries, whatever `--no-remote` says; a cache of
 * compiled code would be kept where others may write to it.
 */
const fixedFlags = ["--no-check", "--deny-import", "--no-code-cache", "--app-name=checkwright"];

/** The date of every file, which is embedded with it: the same input gives the same bytes. */
const date = new Date(Date.UTC(2020, 0, 1));

/**
 * Makes one executable of a program and the files it needs, through `deno compile`. That puts them
 * behind `denort`, a runtime without the rest of Deno, which it takes from `DENORT_BIN` or downloads.
 *
 * @param files the files, by name
 * @param options which of them run, and how
 * @throws {AgentError} where there is no `denort`, or it is not the one of this Deno
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
    // In two steps: where it ends up may be a folder that cannot be written to, or another disk.
    const made = `${root}/checkwright.out`;
    const complaint = await denoCompile(root, [
      ...flags,
      ...fixedFlags,
      ...include.map((name) => `--include=${name}`),
      `--output=${made}`,
      entry,
      ...args,
    ]);
    if (complaint !== undefined) throw fault(`deno compile: ${complaint}`);
    await Deno.copyFile(made, `${output}.tmp`);
    await Deno.rename(`${output}.tmp`, output);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/**
 * Has the least of programs compiled and run. `deno compile` takes any executable for `denort`: what
 * is made with a wrong one does anything but run the program.
 */
async function checkRuntime(root: string): Promise<void> {
  const given = Deno.env.get("DENORT_BIN");
  const wanted = `the denort of Deno ${Deno.version.deno} for ${Deno.build.target}`;
  await Deno.writeTextFile(`${root}/probe.js`, "console.log(Deno.version.deno);\n");
  const complaint = await denoCompile(root, ["--no-config", `--output=${root}/probe`, "probe.js"]);
  if (complaint !== undefined) {
    if (given !== undefined) {
      throw fault(
        `Cannot use DENORT_BIN=${JSON.stringify(given)}: ${complaint}; expected ${wanted}`,
      );
    }
    const host = /https?:\/\/[^/\s)]+/.exec(complaint)?.[0];
    throw fault(
      "Cannot make one executable without denort, the runtime that is put into it: " +
        `set DENORT_BIN to ${wanted}, or let deno compile download it${
          host === undefined ? "" : ` from ${host}`
        } (${complaint})`,
    );
  }
  const version = await said(`${root}/probe`);
  if (version === Deno.version.deno) return;
  throw fault(
    `Cannot use ${given === undefined ? "denort" : `DENORT_BIN=${JSON.stringify(given)}`}: it is ` +
      `no denort or one of another Deno, and answers ${
        JSON.stringify(version)
      }; expected ${wanted}`,
  );
}

/** The beginning of what a program prints, in the time that the least of programs needs. */
async function said(program: string): Promise<string> {
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

/** Runs `deno compile`, and says on one line why it failed, if it did. */
async function denoCompile(root: string, args: readonly string[]): Promise<string | undefined> {
  const { code, complaint } = await runDeno(["compile", ...args], root);
  return code === 0 ? undefined : explain(complaint);
}

/**
 * The cause of a failure of Deno's: after its headline come the causes, numbered if there are
 * several, from what was tried to what went wrong, and a stack.
 */
function explain(complaint: string): string {
  const causes = [...(complaint.split("Caused by:\n")[1] ?? "").matchAll(/^ +(?:\d+: )?(.+)$/gm)]
    .map(([, cause]) => cause!).filter((cause) => cause !== "Setting up base binary.");
  // A cause mostly says the next one too.
  const said = causes.reduce(
    (text, cause) => text.includes(cause) ? text : `${text}: ${cause}`,
    "",
  );
  return said.slice(2) || complaint.replace(/^(?:.*\n)*error: /, "").trim().split("\n")[0] ||
    "it failed";
}

function fault(message: string): AgentError {
  return new AgentError([{ place: "--binary", message, severity: "error" }]);
}
