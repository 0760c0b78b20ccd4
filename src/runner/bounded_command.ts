import { SHELL_PATH } from "../host/paths.ts";

/**
 * Bounds of a process. At the bound of processor time, the system ends the process. At the bound of
 * memory, it refuses more memory.
 */
export interface Bounds {
  /** Processor time, in seconds (default: no bound). */
  cpu?: number;
  /** Private memory, in MiB. The runtime takes 544 MiB of it before any code runs. */
  memory: number;
  /** Whether the process may start without bounds on Windows, which has no `ulimit`. */
  optional?: boolean;
}

/**
 * Starts a program with bounds. The runtime cannot set bounds, so `ulimit` of the shell sets them.
 * The environment of the program contains no variables of the shell.
 *
 * @param program the executable
 * @param options its arguments and the options of its start
 * @param bounds its bounds
 * @returns the process
 * @throws if the shell is missing: the program does not start without its bounds
 */
export function startBounded(
  program: string,
  options: Deno.CommandOptions & { stdin: "piped" },
  { cpu, memory, optional = false }: Bounds,
): Deno.ChildProcess {
  if (optional && Deno.build.os === "windows") return new Deno.Command(program, options).spawn();
  // If the limit of the system is lower, it stays.
  const line = [
    ...(cpu === undefined ? [] : [`ulimit -t ${cpu}`]),
    `ulimit -d ${memory * 1024} 2>/dev/null || [ "$(ulimit -d)" != unlimited ] || exit 71`,
    "unset PWD OLDPWD SHLVL",
    'exec "$0" "$@"',
  ].join("\n");
  const args = ["-c", line, program, ...options.args ?? []];
  try {
    return new Deno.Command(SHELL_PATH, { ...options, args }).spawn();
  } catch (error) {
    throw new Error(
      `Cannot start a process with bounded memory: ${SHELL_PATH}: ${(error as Error).message}`,
    );
  }
}
