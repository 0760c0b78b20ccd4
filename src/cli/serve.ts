import { AgentError, errorsOf } from "../agent/diagnostic.ts";
import type { HostFile } from "../agent/host_settings.ts";
import type { Address } from "../agent/settings.ts";
import { makeCertificate } from "../daemon/own_certificate.ts";
import { createLog, lineWriter, type Log } from "../daemon/log.ts";
import { formatAddress } from "../daemon/daemon.ts";
import { createOrders } from "../daemon/orders.ts";
import { daemonFlags } from "../daemon/daemon_permissions.ts";
import { serially } from "../daemon/serially.ts";
import { whyRestart } from "../daemon/why_restart.ts";
import { printDiagnostics } from "./diagnostics.ts";
import { defaultAgent, type LoadedAgent } from "./load.ts";
import { loadOnHost } from "./load_on_host.ts";
import { checkLock } from "./permission_lock.ts";
import { agentWord, settingsOption } from "./shared_options.ts";
import { defineSubcommand } from "./subcommand.ts";
import type { Plan } from "./launcher.ts";
import type { Subcommand } from "./usage.ts";
import { createTypeCheck } from "./type_check.ts";
import { createWatcher } from "./watch.ts";

/** `checkwright serve`: the launcher. It loads the agent, and starts the daemon with its permissions. */
export const serve: Subcommand = defineSubcommand({
  name: "serve",
  summary: "Serve an agent to monitoring engines over NRPE.",
  words: [agentWord],
  options: {
    settings: settingsOption,
    listen: { value: "HOST:PORT", meaning: "listen there and nowhere else" },
    "no-tls": { meaning: "speak plain text" },
    watch: {
      meaning: "reload when a module of the agent or the settings change, as at SIGHUP, and show " +
        "type errors",
    },
  },
  async run([path = defaultAgent], options) {
    // Loaded while the bundler works; reading the certificate needs the second.
    const launching = import("./launcher.ts");
    import("node:crypto");
    const changed = Promise.withResolvers<() => void>();
    const watcher = options.watch
      ? createWatcher(async () => (await changed.promise)())
      : undefined;
    let included: Pick<HostFile, "files" | "folders"> = { files: [], folders: [] };
    const load = async () => {
      // Before anything is read: what changes meanwhile is another change.
      await watcher?.follow(path, [options.settings, ...included.files], included.folders);
      const loaded = await loadOnHost(path, options.settings, {
        ...(options.listen !== undefined && { listen: options.listen }),
        ...(options["no-tls"] && { tls: false }),
      });
      included = loaded.host;
      await watcher?.follow(path, included.files, included.folders);
      const diagnostics = [...loaded.diagnostics, ...await checkLock(path, loaded.code)];
      printDiagnostics(diagnostics);
      return errorsOf(diagnostics).length > 0 ? undefined : loaded;
    };

    const first = await load();
    if (first === undefined) return 3;
    const stderr = lineWriter(Deno.stderr);
    let record = createLog(first.manifest.settings.log, stderr.write);
    const log: Log = (...event) => record(...event);
    const ordersOf = ({ manifest, code }: LoadedAgent) =>
      createOrders(
        { manifest, code, hostname: Deno.hostname(), quarantined: {} },
        log,
        makeCertificate,
      );
    const asked = first.manifest.settings.listen;
    let listen: Address[];
    let plan: Plan;
    try {
      listen = first.manifest.settings.listen = asked.map(settle);
      plan = { flags: daemonFlags(first.manifest), orders: await ordersOf(first) };
    } catch (error) {
      log("error", "start", { reason: reasonOf(error) });
      return 1;
    } finally {
      await stderr.flush();
    }
    let ready = false;
    const { launch } = await launching;
    const launcher = launch(plan, log, (line) => {
      if (!ready) console.log(line);
      ready = true;
    });

    const types = options.watch ? createTypeCheck(path, log) : undefined;
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
        else record = createLog(next!.manifest.settings.log, stderr.write);
      } catch (error) {
        printDiagnostics(error instanceof AgentError ? error.diagnostics : []);
        refuse(reasonOf(error));
      }
      types?.start();
    });
    Deno.addSignalListener("SIGHUP", reload);
    changed.resolve(reload);
    types?.start();
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      Deno.addSignalListener(signal, () => launcher.stop());
    }
    const code = await launcher.done;
    types?.stop();
    await stderr.flush();
    return code;
  },
});

// A daemon that takes over must listen where the first did, and is granted an address and not what a
// name leads to: port 0 becomes one that is free now, a name its address.
function settle({ hostname, port }: Address): Address {
  const isName = /[a-z]/i.test(hostname) && !hostname.includes(":");
  if (port !== 0 && !isName) return { hostname, port };
  try {
    using listener = Deno.listen({ hostname, port: 0 });
    return { hostname: listener.addr.hostname, port: port || listener.addr.port };
  } catch (error) {
    throw new Error(`Cannot listen on ${formatAddress({ hostname, port })}: ${reasonOf(error)}`);
  }
}

// What the runtime says of a system's error, without its number and what was called.
function reasonOf(error: unknown): string {
  return (error as Error).message.split("\n")[0]!
    .replace(/ \(os error \d+\)(?:: \w+ '.*')?$/, "").replace(/, run again with .* flag$/, "");
}
