import { AgentError, errorsOf } from "../agent/diagnostic.ts";
import { deployedFiles } from "../agent/deployment.ts";
import type { Manifest } from "../agent/manifest.ts";
import { formatFlags, unite } from "../agent/granted_permissions.ts";
import { type BinaryOptions, buildBinary } from "../deploy/binary.ts";
import { checkTypes } from "../project/check_types.ts";
import { buildDeb } from "../deploy/deb.ts";
import { withProcfs } from "../deploy/deployable.ts";
import { RUN_FLAGS } from "../deploy/run_flags.ts";
import { BLAME_FILES } from "../daemon/blame.ts";
import { daemonPermissions } from "../daemon/daemon_permissions.ts";
import { VERSION } from "../daemon/version.ts";
import { readTypeErrors } from "./complaint.ts";
import { printDiagnostics } from "./diagnostics.ts";
import { buildDeployable, writeDeployable } from "./build_deployable.ts";
import { DEFAULT_AGENT, readAgent } from "./load.ts";
import { checkLock } from "./permission_lock.ts";
import { agentWord } from "./shared_options.ts";
import { defineSubcommand } from "./subcommand.ts";
import { type Subcommand, UsageError } from "./usage.ts";

/** `checkwright compile`: from modules to a daemon that can be deployed. */
export const compile: Subcommand = defineSubcommand({
  name: "compile",
  summary: "Turn an agent into a daemon to deploy.",
  words: [agentWord],
  options: {
    out: { value: "DIR", required: true, meaning: "the folder to write to; made if needed" },
    deb: { meaning: "build a Debian package there too, with a service that starts" },
    "package-version": {
      value: "VERSION",
      meaning: `the package's version; that of Checkwright, ${VERSION}, where left out`,
    },
    "no-runtime": {
      meaning: "leave Deno out of the package: each host has to have its own in PATH",
    },
    binary: { meaning: "make one executable there too, by deno compile" },
  },
  async run([path = DEFAULT_AGENT], { out, ...extra }) {
    const [types, agent] = await Promise.all([checkTypes(path), readAgent(path, {}, true)]);
    agent.diagnostics.push(...await checkLock(path, agent.code));
    const typeErrors = await readTypeErrors(types ?? "");
    printDiagnostics(typeErrors.map((error) => ({ ...error, severity: "error" })));
    if (typeErrors.length === 0 && types !== undefined) console.error(types);
    printDiagnostics(agent.diagnostics);
    if (types !== undefined || errorsOf(agent.diagnostics).length > 0) {
      console.error(`checkwright: ${path} is not compiled`);
      return 3;
    }
    const files = await buildDeployable(path, withProcfs(agent.manifest), agent.code);
    await writeDeployable(out, files);
    const bytes = Object.values(files).reduce((sum, { text }) => sum + text.length, 0);
    console.log(`${out}: ${Object.keys(files).length} files, ${Math.ceil(bytes / 1024)} KiB`);
    console.log(`Start it: ${out}/checkwright`);
    if (extra.deb) {
      const deb = await buildDeb(files, {
        output: out,
        version: extra["package-version"] ?? VERSION,
        ...(!extra["no-runtime"] && { runtime: Deno.execPath() }),
      }).catch((error) => {
        throw error instanceof SyntaxError ? new UsageError(error.message) : error;
      });
      console.log(deb);
    }
    if (extra.binary) {
      await buildBinary(files, binaryOptions(agent.manifest, `${out}/checkwright.bin`));
      console.log(`${out}/checkwright.bin`);
    }
    return 0;
  },
});

/**
 * One executable has no launcher to say where things are: its state is where systemd or the system
 * keeps it, and its certificate is one that the agent names.
 */
function binaryOptions(manifest: Manifest, output: string): BinaryOptions {
  const { commands, settings } = manifest;
  const [contained] = Object.entries(commands)
    .find(([, command]) => command.kind === "check" && command.isolation === "process") ?? [];
  const state = settings.state ?? "/var/lib/checkwright";
  const faults = [
    contained !== undefined &&
    `check ${JSON.stringify(contained)} runs in a process of its own, which takes Deno itself`,
    settings.tls !== false && settings.tls.cert === undefined &&
    "nobody makes its certificate at the first start: expected tls.cert and tls.key",
  ].filter((fault) => fault !== false);
  if (faults.length > 0) {
    throw new AgentError(faults.map((message) => ({
      place: "--binary",
      message: `Cannot make one executable: ${message}`,
      severity: "error",
    })));
  }
  const kept = Object.values(BLAME_FILES).map((name) => `${state}/${name}`);
  const permissions = unite([
    daemonPermissions(manifest),
    { read: kept, write: kept },
  ]);
  return {
    output,
    entry: "daemon.js",
    include: [
      deployedFiles.manifest,
      deployedFiles.runtime,
      deployedFiles.agent,
      deployedFiles.processImports,
    ],
    flags: [...RUN_FLAGS, "--import-map=imports.json", ...formatFlags(permissions)],
    args: ["serve", `state=${state}`],
  };
}
