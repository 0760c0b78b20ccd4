import { AgentError, errorsOf } from "../agent/diagnostic.ts";
import { exampleSettings } from "../agent/settings_file/example.ts";
import { deployedFiles } from "../agent/deployment.ts";
import { settingsSchema } from "../agent/settings_file/schema.ts";
import type { Manifest } from "../agent/manifest.ts";
import { formatFlags, unite } from "../agent/granted_permissions.ts";
import { type BinaryOptions, buildBinary } from "../deploy/binary.ts";
import { bundle } from "../project/bundle.ts";
import { checkTypes } from "../project/check_types.ts";
import { buildDeb } from "../deploy/deb.ts";
import {
  createDeployable,
  type DeployableCode,
  type DeployableFile,
  withProcfs,
} from "../deploy/deployable.ts";
import { compiledPermissions } from "../daemon/daemon_permissions.ts";
import { version } from "../daemon/version.ts";
import { importMap } from "../runner/builtin_modules.ts";
import { readTypeErrors } from "./complaint.ts";
import { printDiagnostics } from "./diagnostics.ts";
import { memoryFlags } from "./launcher.ts";
import { defaultAgent, type LoadedAgent, readAgent } from "./load.ts";
import { checkLock } from "./permission_lock.ts";
import { agentWord } from "./shared_options.ts";
import { defineSubcommand } from "./subcommand.ts";
import { type Subcommand, UsageError } from "./usage.ts";

/** What the deployed daemon's Deno is told besides its permissions. */
const runFlags = [
  ...["--quiet", "--no-prompt", "--no-config", "--no-lock", "--no-remote", "--no-npm"],
  ...["--unstable-worker-options", memoryFlags],
];

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
      meaning: `the package's version; that of Checkwright, ${version}, where left out`,
    },
    "no-runtime": {
      meaning: "leave Deno out of the package: each host has to have its own in PATH",
    },
    binary: { meaning: "make one executable there too, by deno compile" },
  },
  async run([path = defaultAgent], { out, ...extra }) {
    const code = bundleProgram();
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
    const files = await deployableOf(path, agent, await code).catch((error) => {
      throw error instanceof SyntaxError || error instanceof RangeError
        ? new AgentError([{ place: path, message: error.message, severity: "error" }])
        : error;
    });
    await writeAll(out, files);
    const bytes = Object.values(files).reduce((sum, { text }) => sum + text.length, 0);
    console.log(`${out}: ${Object.keys(files).length} files, ${Math.ceil(bytes / 1024)} KiB`);
    console.log(`Start it: ${out}/checkwright`);
    if (extra.deb) {
      const deb = await buildDeb(files, {
        output: out,
        version: extra["package-version"] ?? version,
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
  const kept = `${state}/quarantine.json`;
  const permissions = unite([
    compiledPermissions(manifest),
    { read: [kept], write: [kept] },
  ]);
  return {
    output,
    entry: "daemon.js",
    include: Object.values(deployedFiles),
    flags: [...runFlags, "--import-map=imports.json", ...formatFlags(permissions)],
    args: ["serve", `state=${state}`],
  };
}

type ProgramCode = Omit<DeployableCode, "agent" | "runtime">;

async function bundleProgram(): Promise<ProgramCode> {
  const [daemon, firstStart, checkNrpe] = await Promise.all(
    ["../daemon/deployed.ts", "../daemon/first_start.ts", "./check_nrpe_main.ts"]
      .map((module) => bundle(new URL(module, import.meta.url), true)),
  );
  return { daemon: daemon!, firstStart: firstStart!, checkNrpe: checkNrpe! };
}

async function deployableOf(
  path: string,
  agent: LoadedAgent,
  code: ProgramCode,
): Promise<Record<string, DeployableFile>> {
  const manifest = withProcfs(agent.manifest);
  return await createDeployable({
    code: { ...code, ...agent.code },
    manifest,
    agent: path.replace(/.*\//, ""),
    version,
    permissions: formatFlags(compiledPermissions(manifest)),
    runFlags,
    imports: importMap("./daemon.js"),
    settings: exampleSettings(manifest),
    schema: settingsSchema(manifest),
  });
}

// Each file under another name first, so that a daemon that reloads meanwhile reads whole ones; what
// belongs together is held together by the digests in the manifest, which comes last.
async function writeAll(folder: string, files: Record<string, DeployableFile>): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true });
    const names = Object.keys(files).sort((a, b) =>
      Number(a === "manifest.json") - Number(b === "manifest.json")
    );
    for (const name of names) {
      const { text, mode } = files[name]!;
      const temporary = `${folder}/.${name}.${crypto.randomUUID()}`;
      await Deno.writeTextFile(temporary, text, { createNew: true });
      await Deno.chmod(temporary, mode);
      await Deno.rename(temporary, `${folder}/${name}`);
    }
  } catch (error) {
    throw new AgentError([{ place: folder, message: (error as Error).message, severity: "error" }]);
  }
}
