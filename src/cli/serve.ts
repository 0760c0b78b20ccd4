import type { DeployableFile } from "../deploy/deployable.ts";
import { AgentError, errorsOf } from "../agent/diagnostic.ts";
import { deployedFiles } from "../agent/deployment.ts";
import type { HostSettings, Manifest } from "../agent/manifest.ts";
import type { Settings } from "../agent/settings.ts";
import { defaultStateDirectory } from "../daemon/load_tls.ts";
import { createLog, type LineWriter, lineWriter, type Log } from "../daemon/log.ts";
import { serially } from "../daemon/serially.ts";
import { findRestartNeeds, whyRestart } from "../daemon/why_restart.ts";
import { withoutErrorNumber } from "../net/error_text.ts";
import { SHELL_PATH } from "../host/paths.ts";
import type { Modules } from "../runner/channel.ts";
import { buildDeployable, writeDeployable } from "./build_deployable.ts";
import { withVersion } from "./git.ts";
import { frameOf } from "./deno_errors.ts";
import { printDiagnostics } from "./diagnostics.ts";
import { DEFAULT_AGENT } from "./load.ts";
import { loadOnHost } from "./load_on_host.ts";
import { checkLock } from "./permission_lock.ts";
import { createResolving, createSettling } from "./served_addresses.ts";
import { openServingPlace, type ServingPlace } from "./serving_place.ts";
import { agentWord, settingsOption } from "./shared_options.ts";
import { defineSubcommand } from "./subcommand.ts";
import { supervise } from "./supervisor.ts";
import { createTypeCheck } from "./type_check.ts";
import type { Subcommand } from "./usage.ts";
import { createWatcher, type Watcher } from "./watch.ts";

/**
 * `checkwright serve`: builds the deployable of an agent, runs it, and restarts it if it dies. At
 * SIGHUP it builds a new deployable and signals the daemon to reload.
 */
export const serve: Subcommand = defineSubcommand({
  name: "serve",
  summary: "Serve an agent over NRPE, with exactly the permissions that its checks need.",
  words: [agentWord],
  options: {
    settings: settingsOption,
    listen: {
      value: "HOST:PORT",
      meaning:
        "listen on this address only (default: the addresses in the settings or the agent, or " +
        "127.0.0.1:5666)",
    },
    "no-tls": { meaning: "serve without TLS, in plain text" },
    watch: {
      meaning:
        "reload when a module of the agent or a settings file changes, and show type errors; if " +
        "the agent needs more permissions, restart the daemon; a permission that the lock file does " +
        "not grant is a warning",
    },
  },
  exitCodes: {
    "0": "the daemon was stopped by SIGTERM or SIGINT",
    "2": "the daemon cannot start, for example because the address is in use",
    "3": "the command line, the agent or the settings are invalid",
    other: "exit code of the daemon, if it died 5 times within 60 seconds or before it was ready",
  },
  async run([path = DEFAULT_AGENT], options) {
    const changed = Promise.withResolvers<() => void>();
    const watcher = options.watch
      ? createWatcher(async () => (await changed.promise)())
      : undefined;
    const stderr = lineWriter(Deno.stderr);
    let logSettings: Settings["log"] = { format: "text", level: "info" };
    const log: Log = (...event) => createLog(logSettings, stderr.write)(...event);
    const load = createLoader(path, options, watcher);
    let loaded = new Date();
    const first = await load().catch(async (error) => {
      if (error instanceof AgentError) throw error;
      log("error", "start", { reason: withoutErrorNumber((error as Error).message) });
      await stderr.flush();
      return Deno.exit(2);
    });
    if (first === undefined) return 3;

    const { state = defaultStateDirectory() } = first.manifest.settings;
    const place = await openServingPlace(state, first.manifest);
    const write = createWriter(path, place);
    await write(first);
    logSettings = first.manifest.settings.log;

    let ready = false;
    const supervisor = supervise(
      () => launcherOf(place, options.watch),
      log,
      (line) => {
        if (!ready) console.log(line);
        ready = true;
      },
      options.watch ? createFrames(path, () => loaded, stderr.write) : undefined,
    );
    const types = options.watch ? createTypeCheck(path, log) : undefined;
    let started = first.manifest;
    const refuse = async (reason: string) => {
      try {
        await Deno.writeTextFile(`${place.folder}/${deployedFiles.refused}`, reason);
      } catch {
        // The disk may be full. Then only this log contains the reason.
        log("error", "reload refused", { reason });
      }
    };
    const reload = serially(async () => {
      try {
        const begun = new Date();
        const next = await load();
        const gained = options.watch && next ? gainedPermissions(started, next.manifest) : [];
        if (gained.length > 0) {
          await write(next!);
          started = next!.manifest;
          loaded = begun;
          logSettings = started.settings.log;
          supervisor.restart(`the agent needs more permissions: ${gained.join("; ")}`);
          types?.start();
          return;
        }
        const reason = next === undefined
          ? "the agent has errors"
          : whyRestart(started, next.manifest);
        if (reason !== undefined) await refuse(reason);
        else {
          await write(next!);
          loaded = begun;
          logSettings = next!.manifest.settings.log;
        }
      } catch (error) {
        printDiagnostics(error instanceof AgentError ? error.diagnostics : []);
        await refuse(withoutErrorNumber((error as Error).message));
      }
      // The daemon reloads, or reports the refusal in its log and in its self check.
      supervisor.reload();
      types?.start();
    });
    Deno.addSignalListener("SIGHUP", reload);
    changed.resolve(reload);
    types?.start();
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      Deno.addSignalListener(signal, supervisor.stop);
    }
    const code = await supervisor.done;
    types?.stop();
    await stderr.flush();
    await place.close();
    return code;
  },
});

/** Returns the permissions that need a restart, if nothing else needs one. */
function gainedPermissions(before: Manifest, after: Manifest): string[] {
  const { setting, permissions } = findRestartNeeds(before, after);
  return setting === undefined ? permissions : [];
}

// Writes the deployable of an agent; unchanged files are not written again.
function createWriter(
  path: string,
  { folder, state }: ServingPlace,
): (agent: ServedAgent) => Promise<void> {
  let written: Record<string, DeployableFile> = {};
  return async ({ manifest, code }) => {
    const settings = { ...manifest.settings, state };
    const versioned = await withVersion(path, { ...manifest, settings });
    const files = await buildDeployable(path, versioned, code);
    await writeDeployable(folder, files, written);
    written = files;
    await Deno.remove(`${folder}/${deployedFiles.refused}`).catch(() => {});
  };
}

/** The agent to serve. */
interface ServedAgent {
  /** The agent with this host's settings merged in. */
  manifest: Manifest;
  code: Modules;
}

/** The options of `serve` that affect the served agent. */
interface ServeOptions {
  settings?: string | undefined;
  listen?: string | undefined;
  "no-tls"?: boolean | undefined;
}

// Returns a function that loads the agent and prints diagnostics; it returns undefined after errors.
function createLoader(
  path: string,
  options: ServeOptions,
  watcher: Watcher | undefined,
): () => Promise<ServedAgent | undefined> {
  let included: { files: readonly string[]; folders: readonly string[] } = {
    files: [],
    folders: [],
  };
  const settled = createSettling();
  const resolved = createResolving();
  return async () => {
    // Watch before reading: a change during the load must cause another reload.
    await watcher?.follow(path, [options.settings, ...included.files], included.folders);
    const given: HostSettings = {
      ...(options.listen !== undefined && { listen: options.listen }),
      ...(options["no-tls"] && { tls: false }),
    };
    const loaded = await loadOnHost(path, options.settings, given, resolved);
    included = loaded.host;
    await watcher?.follow(path, included.files, included.folders);
    const { described, manifest, code, host } = loaded;
    const set = { ...host.settings, ...given };
    const locked = await checkLock(path, code, described, {
      host: set,
      severity: watcher === undefined ? "error" : "warning",
      known: loaded.diagnostics,
    });
    const diagnostics = [...loaded.diagnostics, ...locked];
    printDiagnostics(diagnostics);
    if (errorsOf(diagnostics).length > 0) return undefined;
    const settings = { ...described.settings, listen: settled(manifest.settings.listen) };
    return { manifest: { ...described, settings }, code };
  };
}

/** Writes each line of the daemon's log, and below a stack the line of code. */
function createFrames(path: string, loaded: () => Date, write: LineWriter): LineWriter {
  let written = Promise.resolve();
  const writeWithFrame = async (line: string) => {
    write(line);
    // The stack is the last value of the line, in quotes, and for programs in a JSON object.
    const stack = line.replace(/"\}?$/, "").replaceAll("\\n", "\n");
    const frame = await frameOf(stack, path, loaded()).catch(() => undefined);
    if (frame !== undefined) write(frame);
  };
  return (line) => written = written.then(() => writeWithFrame(line));
}

// The manifest already contains the settings of the host. The daemon ends when this process ends.
function launcherOf({ folder }: ServingPlace, watch: boolean): Deno.Command {
  return new Deno.Command(SHELL_PATH, {
    args: [`${folder}/checkwright`, "serve", "--no-settings", "--until-eof"],
    env: { CHECKWRIGHT_DENO: Deno.execPath() },
    stdin: "piped",
    stdout: "piped",
    stderr: watch ? "piped" : "inherit",
  });
}
