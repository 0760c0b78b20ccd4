import { SHELL_PATH } from "../host/paths.ts";

/** What the system holds a process to: it ends one that computes on, and grants no more memory. */
export interface Bounds {
  /** Processor time, in seconds. */
  cpu: number;
  /** Memory of its own, in MiB; the runtime takes half a GiB of it before any code runs. */
  memory: number;
}

/**
 * Starts a program within bounds, by the shell's `ulimit`: the runtime cannot set them. Where there
 * is no shell, it starts without.
 *
 * @param program the executable
 * @param options its words, and how it is started
 * @param bounds what it is held to; nothing where left out
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
