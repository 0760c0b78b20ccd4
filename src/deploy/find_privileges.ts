import { type Gain, knownGains, startedPrograms } from "../agent/gained_privileges.ts";
import type { Manifest } from "../agent/manifest.ts";

/** Paths of the program of libcap that prints file capabilities. */
const getcapPaths = ["/usr/sbin/getcap", "/sbin/getcap"];

/** The bit of a mode that starts a program as the owner of its file, and the one for the group. */
const setIdBits = 0o6000;

/**
 * Finds the commands that start programs that gain privileges: known ones, and those whose files on
 * this host have a setuid bit, a setgid bit or capabilities.
 *
 * @param manifest the agent
 * @returns the programs, in the order of the commands
 */
export async function findGains(manifest: Manifest): Promise<Gain[]> {
  const known = knownGains(manifest);
  const isKnown = (command: string, program: string) =>
    known.some((gain) => gain.command === command && gain.program === program);
  const others = Object.entries(manifest.commands).flatMap(([command, value]) =>
    startedPrograms(value).filter((program) =>
      program.startsWith("/") && !isKnown(command, program)
    ).map((program) => ({ command, program }))
  );
  const paths = [...new Set(others.map(({ program }) => program))];
  const [setId, capabilities] = await Promise.all([findSetId(paths), findCapabilities(paths)]);
  const found = others.flatMap((gain): Gain | [] => {
    if (setId.has(gain.program)) return gain;
    const needed = capabilities.get(gain.program);
    return needed === undefined ? [] : { ...gain, capabilities: needed };
  });
  const order = Object.keys(manifest.commands);
  return [...known, ...found].sort((one, other) =>
    order.indexOf(one.command) - order.indexOf(other.command)
  );
}

async function findSetId(paths: readonly string[]): Promise<Set<string>> {
  const modes = await Promise.all(paths.map(async (path) => {
    const { mode } = await Deno.stat(path).catch(() => ({ mode: null }));
    return ((mode ?? 0) & setIdBits) !== 0;
  }));
  return new Set(paths.filter((_path, index) => modes[index]));
}

// Without libcap, only the setuid bit is found.
async function findCapabilities(paths: readonly string[]): Promise<Map<string, string[]>> {
  // The program prints the paths that it received, but it does not follow symbolic links.
  const real = new Map<string, string>();
  for (const path of paths) {
    const target = await Deno.realPath(path).catch(() => undefined);
    if (target !== undefined) real.set(path, target);
  }
  if (real.size === 0) return new Map();
  for (const getcap of getcapPaths) {
    try {
      const { stdout } = await new Deno.Command(getcap, {
        args: [...new Set(real.values())],
        clearEnv: true,
        stdin: "null",
        stderr: "null",
      }).output();
      const byTarget = parseGetcap(new TextDecoder().decode(stdout));
      return new Map(
        [...real].flatMap(([path, target]) => {
          const found = byTarget.get(target);
          return found === undefined ? [] : [[path, found] as const];
        }),
      );
    } catch {
      // The other path.
    }
  }
  return new Map();
}

/**
 * Parses the output of `getcap`.
 *
 * @param output lines such as `/usr/bin/ping cap_net_raw=ep`; older versions print `PATH = CAPS+ep`
 * @returns the capabilities by path, in upper case
 */
export function parseGetcap(output: string): Map<string, string[]> {
  return new Map(
    output.split("\n").flatMap((line) => {
      const [, path, list] = /^(\/.*?) (?:= )?((?:cap_[a-z_]+,?)+)[=+][a-z]+$/.exec(line) ?? [];
      if (path === undefined) return [];
      return [[path, list!.split(",").map((name) => name.toUpperCase()).sort()] as const];
    }),
  );
}
