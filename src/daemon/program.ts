/**
 * The daemon: one process, started by the launcher of a deployable with exactly the permissions that
 * were compiled in and those that the host's settings add. It reloads at SIGHUP by itself, within
 * what it holds, and tells systemd how it is. `checkwright serve` runs the same program.
 *
 * Its first argument says what to do, the others are `name=value`, see {@linkcode Place} and
 * {@linkcode ServiceManager}:
 * - `serve` serves;
 * - `check` says what is wrong, or that nothing is;
 * - `host` prints what the host's settings ask of the launcher.
 */
import { AgentError } from "../agent/diagnostic.ts";
import { readHostSettings } from "../agent/host_settings.ts";
import { countCommands } from "../agent/manifest.ts";
import { type Place, readDeployedAgent, readDeployment } from "./read_deployment.ts";
import { sayAll, serveDeployed, type ServiceManager } from "./serve_deployment.ts";
import { formatHostNeeds } from "./host_permissions.ts";

/** What stands for "it cannot be served", as everywhere on this command line: no start mends it. */
const faultCode = 3;

/** What stands for what another start may mend: an address that is in use, or not there yet. */
const failureCode = 1;

const modes: Record<string, (place: Place, service: ServiceManager) => Promise<number>> = {
  serve: serveDeployed,
  async check(place) {
    const { manifest, diagnostics } = await readDeployedAgent(place);
    sayAll(diagnostics);
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
    console.log(formatHostNeeds(file, deployment, place.state).join("\n"));
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
  // As ulimit(1) says it, which may be a word.
  descriptors: Number(given.descriptors) || Infinity,
  systemd: "notify" in given,
};
try {
  Deno.exit(await modes[mode]!(place, given));
} catch (error) {
  if (error instanceof AgentError) {
    sayAll(error.diagnostics);
    Deno.exit(faultCode);
  }
  console.error(`checkwright: ${(error as Error).message}`);
  Deno.exit(failureCode);
}
