import type { HostSettings, Manifest } from "../agent/manifest.ts";
import { commandPermissions, executableOf, formatFlags, unite } from "../agent/permissions.ts";
import { parseAllowedHost } from "../net/allowed_hosts.ts";
import { loadTls } from "../daemon/certificate.ts";
import { formatAddress } from "../daemon/daemon.ts";
import { createLog, lineWriter } from "../daemon/log.ts";
import type { Orders } from "../daemon/main.ts";
import { killPath } from "../runner/kill.ts";
import { parseLine } from "./arguments.ts";
import { printDiagnostics } from "./diagnostics.ts";
import { defaultAgent, loadAgent } from "./load.ts";
import { readHostSettings } from "./host_settings.ts";
import type { Subcommand } from "./usage.ts";

/** The daemon's program. */
const daemonModule = new URL("../daemon/main.ts", import.meta.url);

/** `checkwright serve`: the launcher. It loads the agent, and starts the daemon with its permissions. */
export const serve: Subcommand = {
  summary: "Serve an agent to monitoring engines over NRPE.",
  synopsis: "[AGENT] [--settings FILE] [--listen HOST:PORT] [--no-tls]",
  options: [
    ["AGENT", `the agent's module; ${defaultAgent} where left out`],
    ["--settings FILE", "host settings (YAML) that win over the agent's"],
    ["--listen HOST:PORT", "listen there and nowhere else"],
    ["--no-tls", "speak plain text"],
  ],
  async run(args) {
    const { words, flags, values } = parseLine(args, {
      boolean: ["no-tls"],
      string: ["settings", "listen"],
    });
    const host: HostSettings = {
      ...await readHostSettings(values.settings),
      ...(values.listen !== undefined && { listen: values.listen }),
      ...(flags["no-tls"] && { tls: false }),
    };
    const { manifest, diagnostics, code } = await loadAgent(words[0] ?? defaultAgent, host);
    printDiagnostics(diagnostics);
    if (diagnostics.some(({ severity }) => severity === "error")) return 3;

    const stderr = lineWriter(Deno.stderr);
    const log = createLog(manifest.settings.log, stderr.write);
    const tls = await loadTls(manifest.settings, log);
    await stderr.flush();
    return await launch(daemonFlags(manifest), { manifest, code, tls, hostname: Deno.hostname() });
  },
};

/**
 * The flags of the daemon's process: what its commands declare, the addresses it listens on, and
 * what it takes to end a plugin. Nothing else.
 *
 * @param manifest the agent
 * @returns flags of `deno run`
 */
export function daemonFlags(manifest: Manifest): string[] {
  const { settings, commands } = manifest;
  const all = Object.values(commands);
  const processes = all.some((command) =>
    command.kind === "check" && command.isolation === "process"
  );
  const starts = processes || all.some((command) => executableOf(command) !== undefined);
  const names = settings.allowedHosts.flatMap((host) => parseAllowedHost(host).name ?? []);
  return formatFlags(unite([
    commandPermissions(manifest),
    {
      net: [...settings.listen.map(formatAddress), ...names],
      run: [...(starts ? [killPath] : []), ...(processes ? [Deno.execPath()] : [])],
    },
  ]));
}

/**
 * Kept small on purpose: what a query leaves behind is short-lived, so that a small young generation
 * and one arena of the allocator cost nothing in speed and save tens of megabytes
 * (tests/bench/daemons.ts).
 */
const memoryFlags = "--v8-flags=--max-semi-space-size=2,--single-threaded-gc,--expose-gc";

async function launch(flags: readonly string[], orders: Orders): Promise<number> {
  const daemon = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      memoryFlags,
      "--no-prompt",
      "--no-config",
      "--unstable-worker-options",
      ...flags,
      daemonModule.href,
    ],
    env: { MALLOC_ARENA_MAX: "1" },
    stdin: "piped",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    Deno.addSignalListener(signal, () => kill(daemon, "SIGTERM"));
  }
  const input = daemon.stdin.getWriter();
  // Left open: its end tells the daemon that the launcher is gone.
  await input.write(new TextEncoder().encode(`${JSON.stringify(orders)}\n`));
  return (await daemon.status).code;
}

function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended already.
  }
}
