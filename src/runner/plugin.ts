import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { decodeText } from "../nagios/text.ts";
import { type Answer, failure, MAX_TEXT } from "../check/answer.ts";
import { stateOf } from "../nagios/state.ts";
import { cleanEnvironment } from "./clean_environment.ts";
import { type ChildStatus, statusOfChild } from "../host/child_status.ts";
import { SETPRIV_PATH } from "../host/paths.ts";
import { MARK_VARIABLE } from "../host/mark.ts";
import type { Ending, ProcessTree } from "../host/process_tree.ts";
import { inTurn } from "./start_turn.ts";

/** An executable to run, with all its settings resolved. */
export interface PluginRun {
  /** The absolute path of the executable, and its arguments. */
  argv: readonly string[];
  /** Variables in addition to the clean environment. */
  env: Readonly<Record<string, string>>;
  /** The working directory. */
  cwd: string;
  /** The user that the executable runs as (default: the user of the daemon). */
  uid?: number;
  /** The group that the executable runs as. */
  gid?: number;
  /** Whether `setpriv` starts it, with all groups of the user. */
  allGroups?: boolean;
  /** The user for the environment. */
  account?: { name: string; home: string; shell: string };
  /** The program that starts the executable, and its arguments. */
  prefix?: readonly string[];
  /** The digest that the executable must have. */
  sha256?: string;
}

/** The number of bytes kept of stderr, which only the log and the long output show. */
const maxStderrBytes = 2_048;

/** The number of bytes of an executable that are read at once. */
const chunkBytes = 1_048_576;

/** The pause after this number of bytes that are dropped: the daemon reads 250 MB in a second. */
const dropMilliseconds = 4;
const dropBytes = 1_048_576;

/** Maximum time that stdout may stay open after a plugin has ended. */
const lingerMilliseconds = 1_000;

/** The reason if the deadline passes before a command is started. */
export const NOT_STARTED = "The command was still queued at its deadline and was not started";

/** NRPE's text for a plugin that printed nothing, for any reason. */
const unreadable = "NRPE: Unable to read output";

/**
 * Runs a plugin without a shell, with a clean environment, in a process group of its own, with
 * capped output. When `signal` is aborted, the whole group gets TERM, then KILL. Processes that
 * left the group get the same signals if they can be found. The promise settles when they are gone.
 *
 * @param run the plugin
 * @param signal aborted at the deadline
 * @param processes ends processes
 * @returns the result of the plugin; its reason is a signal, an invalid exit code or stderr
 * @throws if the deadline passes before the plugin is started
 */
export async function runPlugin(
  run: PluginRun,
  signal: AbortSignal,
  processes: ProcessTree,
): Promise<Answer> {
  let started: Deno.ChildProcess | undefined;
  const mark = processes.createMark();
  try {
    if (run.sha256 !== undefined) await verify(run.argv[0]!, run.sha256, signal);
    started = await inTurn(() => signal.aborted ? undefined : spawn(run, mark));
  } catch (error) {
    const path = run.prefix?.[0] ?? run.argv[0];
    return unknown(`Cannot start ${JSON.stringify(path)}: ${startFailure(error)}`);
  }
  if (started === undefined) throw new Error(NOT_STARTED);
  const child = started;
  let ending: Promise<Ending> | undefined;
  // When all processes that can be found have ended, the output is closed even if another process
  // holds it open.
  const end = () => ending ??= processes.endRun(child, mark).finally(() => abandon.abort());
  const abandon = new AbortController();
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();

  const stdout = collect(child.stdout, MAX_TEXT, abandon.signal);
  const stderr = collect(child.stderr, maxStderrBytes, abandon.signal);
  const status = await statusOfChild(child);
  // A child process that outlives the plugin may keep the pipe open. It is ended after a short
  // time.
  const timer = setTimeout(end, lingerMilliseconds);
  const [output, errors] = await Promise.all([stdout, stderr]);
  clearTimeout(timer);
  signal.removeEventListener("abort", end);
  const result = judge(status, output, errors);
  if (ending === undefined) return result;
  return { ...result, ending: await ending };
}

function spawn(run: PluginRun, mark: string): Deno.ChildProcess {
  const { argv, env, cwd, uid, gid, allGroups = false, account } = run;
  for (const [index, arg] of argv.entries()) {
    if (!arg.isWellFormed()) throw new TypeError(`argument ${index} is not UTF-8`);
    if (arg.includes("\0")) throw new TypeError(`argument ${index} contains a NUL byte`);
  }
  const [executable, ...args] = startedBy(run);
  const identity = allGroups
    ? {}
    : { ...(uid !== undefined && { uid }), ...(gid !== undefined && { gid }) };
  return new Deno.Command(
    executable!,
    {
      args,
      cwd,
      clearEnv: true,
      env: {
        ...cleanEnvironment,
        ...(account && accountVariables(account)),
        ...env,
        [MARK_VARIABLE]: mark,
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      detached: true,
      ...identity,
    } as Deno.CommandOptions & { stdout: "piped" },
  ).spawn();
}

// Deno can set one group only, and removes the others.
function startedBy({ argv, uid, gid, allGroups = false, prefix = [] }: PluginRun): string[] {
  const words = [...prefix, ...argv];
  return allGroups
    ? [SETPRIV_PATH, `--reuid=${uid}`, `--regid=${gid}`, "--init-groups", "--", ...words]
    : words;
}

/** The variables that nrpe sets from the list of users. */
function accountVariables(
  { name, home, shell }: NonNullable<PluginRun["account"]>,
): Record<string, string> {
  return { LOGNAME: name, USER: name, HOME: home, SHELL: shell };
}

// A user who can replace the executable must not stop the daemon: opening a pipe would hold one of
// its few threads for files forever, and a file can be endless.
async function verify(path: string, expected: string, signal: AbortSignal): Promise<void> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!(await file.stat()).isFile()) throw new Error("it is not a regular file");
    const hash = createHash("sha256");
    const buffer = new Uint8Array(chunkBytes);
    for (let count; (count = (await file.read(buffer)).bytesRead) > 0;) {
      if (signal.aborted) throw new Error("its SHA-256 was not known at the deadline");
      hash.update(buffer.subarray(0, count));
    }
    const actual = hash.digest("hex");
    if (actual !== expected) throw new Error(`its SHA-256 is ${actual}, expected ${expected}`);
  } finally {
    await file.close();
  }
}

function startFailure(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "No such file or directory";
  if (error instanceof Deno.errors.PermissionDenied) return "Permission denied";
  return error instanceof Error ? error.message : String(error);
}

// Reads to the end and keeps the beginning, so that a plugin with much output keeps its exit code.
async function collect(
  stream: ReadableStream<Uint8Array>,
  most: number,
  abandon: AbortSignal,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let kept = 0;
  let dropped = 0;
  const reader = stream.getReader();
  const leave = () => reader.cancel();
  abandon.addEventListener("abort", leave, { once: true });
  if (abandon.aborted) leave();
  for (let read; !(read = await reader.read()).done;) {
    if (kept === most) {
      dropped += read.value.length;
      if (dropped < dropBytes) continue;
      dropped = 0;
      // Without the pause, the daemon would read as fast as the plugin writes.
      await new Promise((resolve) => setTimeout(resolve, dropMilliseconds));
      continue;
    }
    const part = read.value.subarray(0, most - kept);
    chunks.push(part);
    kept += part.length;
  }
  return chunks.length === 1 ? chunks[0]! : await new Blob(chunks as BlobPart[]).bytes();
}

function judge(status: ChildStatus, stdout: Uint8Array, stderr: Uint8Array): Answer {
  const stderrText = decodeText(stderr).trim();
  const ended = status.signal !== null
    ? `Plugin was ended by ${status.signal}`
    : status.code > 3
    ? `Plugin exited with code ${status.code}`
    : undefined;
  // NRPE removes exactly one newline at the end; further ones are part of the output.
  const text = decodeText(stdout.at(-1) === 0x0a ? stdout.subarray(0, -1) : stdout);
  if (stdout.length === 0) {
    const reason = ended ?? `Plugin exited with code ${status.code} and printed nothing`;
    return unknown(stderrText === "" ? reason : `${reason}: ${stderrText}`);
  }
  if (ended !== undefined) {
    return {
      output: { state: "UNKNOWN", text: `${text}\n${ended}` },
      outcome: "done",
      reason: ended,
    };
  }
  return {
    output: { state: stateOf(status.code), text },
    outcome: "done",
    ...(stderrText !== "" && { reason: stderrText }),
  };
}

function unknown(reason: string): Answer {
  return failure("done", unreadable, reason, { reason });
}
