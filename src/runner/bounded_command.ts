import { SHELL_PATH } from "../host/paths.ts";

/** Bounds of a process. The system ends it at the first and refuses memory at the second. */
export interface Bounds {
  /** Processor time, in seconds. */
  cpu: number;
  /** Private memory, in MiB. The runtime takes 512 MiB of it before any code runs. */
  memory: number;
}

/**
 * Starts a program with bounds, through the shell's `ulimit`: the runtime cannot set them. Without
 * a shell the program starts without bounds.
 *
 * @param program the executable
 * @param options its arguments and how it is started
 * @param bounds its bounds (default: none)
 * @returns the process
 */
export function startBounded(
  program: string,
  options: Deno.CommandOptions & { stdin: "piped" },
  bounds?: Bounds,
): Deno.ChildProcess {
  if (bounds !== undefined) {
    const line = `ulimit -t ${bounds.cpu}; ulimit -d ${bounds.memory * 1024}; exec "$0" "$@"`;
    try {
      const args = ["-c", line, program, ...options.args ?? []];
      return new Deno.Command(SHELL_PATH, { ...options, args }).spawn();
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return new Deno.Command(program, options).spawn();
}
