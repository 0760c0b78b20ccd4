import { AgentError, errorsOf } from "../agent/diagnostic.ts";
import type { HostSettings, Manifest } from "../agent/manifest.ts";
import {
  commandPermissions,
  executableOf,
  formatFlags,
  type GrantedPermissions,
  unite,
} from "../agent/permissions.ts";
import type { Address } from "../agent/settings.ts";
import { parseAllowedHost } from "../net/allowed_hosts.ts";
import { certificateDates } from "../net/certificate.ts";
import { loadTls } from "../daemon/certificate.ts";
import { formatAddress } from "../daemon/daemon.ts";
import { createLog, lineWriter } from "../daemon/log.ts";
import type { Orders } from "../daemon/link.ts";
import { killPath } from "../runner/kill.ts";
import { psPath } from "../runner/process_list.ts";
import { parseLine } from "./arguments.ts";
import { printDiagnostics } from "./diagnostics.ts";
import { defaultAgent, loadAgent, type LoadedAgent } from "./load.ts";
import { readHostSettings } from "./host_settings.ts";
import type { Subcommand } from "./usage.ts";
import { createWatcher } from "./watch.ts";

/** `checkwright serve`: the launcher. It loads the agent, and starts the daemon with its permissions. */
export const serve: Subcommand = {
  summary: "Serve an agent to monitoring engines over NRPE.",
  synopsis: "[AGENT] [--settings FILE] [--listen HOST:PORT] [--no-tls] [--watch]",
  options: [
    ["AGENT", `the agent's module; ${defaultAgent} where left out`],
    ["--settings FILE", "host settings (YAML) that win over the agent's"],
    ["--listen HOST:PORT", "listen there and nowhere else"],
    ["--no-tls", "speak plain text"],
    ["--watch", "reload when a module of the agent or the settings change, as at SIGHUP"],
  ],
  async run(args) {
    const { words, flags, values } = parseLine(args, {
      boolean: ["no-tls", "watch"],
      string: ["settings", "listen"],
    });
    const path = words[0] ?? defaultAgent;
    // Loaded while the bundler works; reading the certificate needs the second.
    const launching = import("./launcher.ts");
    import("node:crypto");
    const changed = Promise.withResolvers<() => void>();
    const watcher = flags.watch ? createWatcher(async () => (await changed.promise)()) : undefined;
    const load = async () => {
      // Before anything is read: what changes meanwhile is another change.
      await watcher?.follow(path, [values.settings]);
      const host: HostSettings = {
        ...await readHostSettings(values.settings),
        ...(values.listen !== undefined && { listen: values.listen }),
        ...(flags["no-tls"] && { tls: false }),
      };
      const loaded = await loadAgent(path, host);
      const errors = errorsOf(loaded.diagnostics);
      printDiagnostics(errors);
      return errors.length > 0 ? undefined : loaded;
    };

    const first = await load();
    if (first === undefined) return 3;
    const stderr = lineWriter(Deno.stderr);
    const log = createLog(first.manifest.settings.log, stderr.write);
    const ordersOf = async ({ manifest, code }: LoadedAgent): Promise<Orders> => {
      const tls = await loadTls(manifest.settings, log);
      const ends = tls === false
        ? {}
        : { certificateEnds: (await certificateDates(tls.cert)).notAfter.getTime() };
      return { manifest, code, tls, hostname: Deno.hostname(), quarantined: {}, ...ends };
    };
    const asked = first.manifest.settings.listen;
    const listen = first.manifest.settings.listen = asked.map(withPort);
    const plan = { flags: daemonFlags(first.manifest), orders: await ordersOf(first) };
    await stderr.flush();
    let ready = false;
    const { launch } = await launching;
    const launcher = launch(plan, log, (line) => {
      if (!ready) console.log(line);
      ready = true;
    });

    const refuse = (reason: string) => {
      log("error", "reload refused", { reason });
      launcher.refused(reason);
    };
    const reload = serially(async () => {
      try {
        const next = await load();
        // Where any port will do, the one that was found stays.
        const settings = next?.manifest.settings;
        if (JSON.stringify(settings?.listen) === JSON.stringify(asked)) settings!.listen = listen;
        const fault = next === undefined
          ? "the agent has faults"
          : whyRestart(first.manifest, next.manifest) ??
            await launcher.reload(await ordersOf(next));
        if (fault !== undefined) refuse(fault);
      } catch (error) {
        printDiagnostics(error instanceof AgentError ? error.diagnostics : []);
        refuse((error as Error).message.split("\n")[0]!);
      }
    });
    Deno.addSignalListener("SIGHUP", reload);
    changed.resolve(reload);
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      Deno.addSignalListener(signal, () => launcher.stop());
    }
    const code = await launcher.done;
    await stderr.flush();
    return code;
  },
};

// A daemon that takes over must listen where the first did: port 0 becomes one that is free now.
function withPort({ hostname, port }: Address): Address {
  if (port !== 0) return { hostname, port };
  using listener = Deno.listen({ hostname, port });
  return { hostname, port: listener.addr.port };
}

// One call at a time; those that come meanwhile are one more.
function serially(task: () => Promise<void>): () => void {
  let running = false;
  let again = false;
  return async function run() {
    again = true;
    if (running) return;
    running = true;
    while (again) {
      again = false;
      await task();
    }
    running = false;
  };
}

/**
 * Why a running daemon cannot take another manifest: it cannot get more permissions than it was
 * started with, nor listen elsewhere.
 *
 * @param before what it was started with
 * @param after what it is to serve
 * @returns the reason; undefined where it can
 */
export function whyRestart(before: Manifest, after: Manifest): string | undefined {
  const where = ({ settings }: Manifest) => settings.listen.map(formatAddress).join(", ");
  if (where(before) !== where(after)) {
    return `listen has become ${where(after)}: a restart is needed`;
  }
  if ((before.settings.tls === false) !== (after.settings.tls === false)) {
    return "tls was turned on or off: a restart is needed";
  }
  const [held, wanted] = [daemonPermissions(before), daemonPermissions(after)];
  const lacking = (Object.entries(wanted) as [keyof GrantedPermissions, string[]][])
    .flatMap(([name, entries]) =>
      entries.filter((entry) => !held[name].includes(entry)).map((entry) => `${name} ${entry}`)
    );
  return lacking.length === 0
    ? undefined
    : `it needs more than was granted at the start (${lacking.join("; ")}): a restart is needed`;
}

/**
 * The flags of the daemon's process: what its commands declare, the addresses it listens on, and
 * what it takes to end a plugin. Nothing else.
 *
 * @param manifest the agent
 * @returns flags of `deno run`
 */
export function daemonFlags(manifest: Manifest): string[] {
  return formatFlags(daemonPermissions(manifest));
}

function daemonPermissions(manifest: Manifest): GrantedPermissions {
  const { settings, commands } = manifest;
  const all = Object.values(commands);
  const processes = all.some((command) =>
    command.kind === "check" && command.isolation === "process"
  );
  const starts = processes || all.some((command) => executableOf(command) !== undefined);
  const names = settings.allowedHosts.flatMap((host) => parseAllowedHost(host).name ?? []);
  return unite([
    commandPermissions(manifest),
    {
      net: [...settings.listen.map(formatAddress), ...names],
      run: [...(starts ? [killPath, psPath] : []), ...(processes ? [Deno.execPath()] : [])],
    },
  ]);
}
