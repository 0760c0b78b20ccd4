/**
 * The daemon: one process, started by the launcher of a deployable. The process has exactly the
 * compiled permissions and the permissions that the host's settings add. It reloads at SIGHUP
 * within its permissions, and reports its state to systemd. `checkwright serve` runs the same
 * program.
 *
 * The first argument is the mode, the others are `name=value`, see {@linkcode Place} and
 * {@linkcode ServiceManager}:
 * - `serve` serves;
 * - `check` reports errors in the deployable and the settings;
 * - `host` prints what the host's settings need from the launcher. If it needs names to listen on, it
 *   prints only these; the launcher then starts it again with the permission to look them up.
 */
import { AgentError } from "../agent/diagnostic.ts";
import { readHostSettings } from "../agent/host_settings.ts";
import { listenNames, UnresolvedError } from "../agent/resolve_listen.ts";
import { withoutErrorNumber } from "../net/error_text.ts";
import { lookup } from "../net/lookup.ts";
import { countCommands } from "../agent/manifest.ts";
import { type Place, readDeployedAgent, readDeployment } from "./read_deployment.ts";
import { printAll, serveDeployed, type ServiceManager } from "./serve_deployment.ts";
import { isGranted } from "./daemon_permissions.ts";
import { formatHostNeeds, listenOf } from "./host_permissions.ts";

/** The exit code for invalid input: another start with the same input fails, too. */
const invalidCode = 3;

/**
 * The exit code for trouble with the environment, which may go away: an address is in use or
 * missing, a name does not resolve, a file cannot be read. systemd starts the daemon again.
 */
const failureCode = 2;

/**
 * Time before the exit with {@linkcode failureCode}. systemd restarts a daemon at once, and gives up
 * after 20 starts within 60 s, but an interface can get its address minutes after the boot.
 */
const pauseMilliseconds = 5_000;

const modes: Record<string, (place: Place, service: ServiceManager) => Promise<number>> = {
  serve: serveDeployed,
  async check(place) {
    const { manifest, diagnostics } = await readDeployedAgent(place, lookup);
    printAll(diagnostics);
    const count = countCommands(manifest);
    console.log(
      `${place.settings ?? place.folder} is valid: ${count} ${
        count === 1 ? "command" : "commands"
      }`,
    );
    return 0;
  },
  async host(place) {
    const deployment = await readDeployment(place.folder);
    const file = await readHostSettings(place.settings);
    const names = listenNames(listenOf(file, deployment)).filter((name) => !isGranted("net", name));
    const lines = names.length > 0
      ? [`names=${names}`]
      : await formatHostNeeds(file, deployment, place.state, lookup);
    console.log(lines.join("\n"));
    return 0;
  },
};

const [mode = "serve", ...pairs] = Deno.args;
const given = Object.fromEntries(pairs.map((pair) => {
  const at = pair.indexOf("=");
  return [pair.slice(0, at), pair.slice(at + 1)];
}));
const place = {
  ...{ folder: import.meta.dirname!, state: "", hostname: "localhost", ...given },
  // The output of ulimit(1), which may be a word.
  descriptors: Number(given.descriptors) || Infinity,
  systemd: "notify" in given,
};
try {
  Deno.exit(await modes[mode]!(place, given));
} catch (error) {
  if (error instanceof AgentError) {
    printAll(error.diagnostics);
    if (!(error instanceof UnresolvedError)) Deno.exit(invalidCode);
  } else console.error(`checkwright: ${withoutErrorNumber((error as Error).message)}`);
  if (place.systemd) await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
  Deno.exit(failureCode);
}
