/**
 * Runs `checkwright` as an operator does, for tests with the real programs.
 */
import { fileURLToPath } from "node:url";
import { outputOf, statusOf, until, within } from "./waiting.ts";

const main = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));

/** The limit for the start of a daemon, in milliseconds. */
const startMilliseconds = 60_000;

/** A daemon that was started by a test. */
export interface Served extends AsyncDisposable {
  /** The port on which it listens. */
  port: number;
  /** The ready line. */
  line: string;
  /** The started process, `serve` or the launcher; it exits with the daemon. */
  process: Deno.ChildProcess;
  /** Returns the log up to now. */
  log(): string;
  /** Waits until the log contains `part` a number of times; default: once. */
  logged(part: string, times?: number): Promise<void>;
  /** Stops the daemon and returns its exit code. */
  stop(): Promise<number>;
}

/** Returns the command for a subcommand of `checkwright`. */
export function checkwright(...args: string[]): Deno.Command {
  return checkwrightIn({}, ...args);
}

/** Returns the command for a subcommand of `checkwright`, with additional variables. */
export function checkwrightIn(env: Record<string, string>, ...args: string[]): Deno.Command {
  return checkwrightWith({ env }, args);
}

function checkwrightWith(
  { cwd, env }: { cwd?: string; env?: Record<string, string> },
  args: readonly string[],
): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      ...["read", "write", "net", "env", "run", "sys"].map((name) => `--allow-${name}`),
      `--config=${fileURLToPath(new URL("../deno.json", import.meta.url))}`,
      main,
      ...args,
    ],
    env: { NO_COLOR: "1", ...env },
    ...(cwd !== undefined && { cwd }),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs a subcommand until it exits. */
export function run(...args: string[]): Promise<RunResult> {
  return ended(checkwright(...args), args);
}

/** Runs a subcommand in a folder until it exits. */
export function runIn(cwd: string, ...args: string[]): Promise<RunResult> {
  return ended(checkwrightWith({ cwd }, args), args);
}

interface RunResult {
  code: number;
  stdout: string;
  stderr: string;
}

async function ended(command: Deno.Command, args: readonly string[]): Promise<RunResult> {
  const child = command.spawn();
  const { code, stdout, stderr } = await outputOf(child, `checkwright ${args.join(" ")}`);
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Starts a daemon on a free port of loopback. */
export function serve(agent: string, ...args: string[]): Promise<Served> {
  return started(checkwright("serve", agent, "--listen", "127.0.0.1:0", ...args));
}

/** Starts a daemon with a command and waits for the ready line. */
export async function started(command: Deno.Command): Promise<Served> {
  const process = command.spawn();
  let log = "";
  const logging = (async () => {
    for await (const chunk of process.stderr.pipeThrough(new TextDecoderStream())) log += chunk;
  })();
  const lines = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let line = "";
  const reading = async () => {
    while (!line.includes("\n")) {
      const { value, done } = await lines.read();
      if (done) {
        await logging;
        throw new Error(`Cannot start the daemon: ${log}`);
      }
      line += value;
    }
  };
  try {
    await within(startMilliseconds, "the ready line", reading());
  } catch (error) {
    end(process);
    throw error;
  }

  let stopped: Promise<number> | undefined;
  const stop = () =>
    stopped ??= (async () => {
      end(process, "SIGTERM");
      const { code } = await statusOf(process, `the daemon after SIGTERM: ${log}`);
      await Promise.all([logging, lines.cancel()]);
      return code;
    })();
  return {
    port: Number(/:(\d+) \(/.exec(line)![1]),
    line: line.trim(),
    process,
    log: () => log,
    async logged(part, times = 1) {
      const what = `${JSON.stringify(part)} in the log, ${times} times`;
      await until(what, () => log.split(part).length > times).catch((error) => {
        throw new Error(`${error.message}:\n${log}`);
      });
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}

function end(process: Deno.ChildProcess, signal: Deno.Signal = "SIGKILL"): void {
  try {
    process.kill(signal);
  } catch {
    // The process has already exited.
  }
}
