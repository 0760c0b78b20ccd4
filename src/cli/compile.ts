import { listenNames } from "../agent/resolve_listen.ts";
import { AgentError, errorsOf } from "../agent/diagnostic.ts";
import { versionOfBuild } from "../agent/agent_version.ts";
import { deployedFiles } from "../agent/deployment.ts";
import type { Manifest } from "../agent/manifest.ts";
import { formatFlags, unite } from "../agent/granted_permissions.ts";
import { type BinaryOptions, buildBinary } from "../deploy/binary.ts";
import { checkTypes } from "../project/check_types.ts";
import { buildDeb } from "../deploy/deb.ts";
import { findGains } from "../deploy/find_privileges.ts";
import { describeGains } from "../agent/gained_privileges.ts";
import { withProcfs } from "../deploy/deployable.ts";
import { RUN_FLAGS } from "../deploy/run_flags.ts";
import { BLAME_FILES } from "../daemon/blame.ts";
import { quoteText } from "../nagios/text.ts";
import { daemonPermissions } from "../daemon/daemon_permissions.ts";
import { STATE_FOLDER } from "../daemon/state_files.ts";
import { VERSION } from "../daemon/version.ts";
import { readTypeErrors } from "./deno_errors.ts";
import { printDiagnostics } from "./diagnostics.ts";
import { buildDeployable, findForeign, writeDeployable } from "./build_deployable.ts";
import { withVersion } from "./git.ts";
import { DEFAULT_AGENT, readAgent } from "./load.ts";
import { checkLock } from "./permission_lock.ts";
import { parentOf } from "../project/project.ts";
import { agentWord } from "./shared_options.ts";
import { defineSubcommand } from "./subcommand.ts";
import { withProgress } from "./terminal.ts";
import { type Subcommand, UsageError } from "./usage.ts";

/** The result for `--json`. */
interface Written {
  folder: string;
  files: string[];
  version: string;
  digest: string;
  /** Sentences about programs that gain privileges. */
  privileges: string[];
  deb?: string;
  binary?: string;
}

/** `checkwright compile`: builds the deployable of an agent. */
export const compile: Subcommand = defineSubcommand({
  name: "compile",
  summary: "Build the deployable of an agent: the daemon, the checks and a launcher script.",
  words: [agentWord],
  options: {
    out: {
      value: "DIR",
      required: true,
      meaning: "the folder for the files; created if missing",
    },
    deb: { meaning: "also build a Debian package that installs and starts a systemd service" },
    "package-version": {
      value: "VERSION",
      meaning: "version of the Debian package (default: the version of the agent, if it starts " +
        `with a number; otherwise it follows the version of Checkwright, as in ${VERSION}+1a2b3c4)`,
    },
    "no-runtime": {
      meaning:
        "build the Debian package without Deno: each host then needs Deno in PATH, beside the " +
        "launcher, or at the path in CHECKWRIGHT_DENO",
    },
    binary: { meaning: "also build one executable with deno compile" },
    json: { meaning: "print the written files, the version and the digest as JSON" },
  },
  exitCodes: {
    "0": "the deployable was written",
    "2": "a file cannot be written, or a program that builds a package fails",
    "3": "the command line is invalid, or the agent has errors or type errors",
  },
  async run([path = DEFAULT_AGENT], { out, json, ...extra }) {
    const say = (text: string) => json || console.log(text);
    const [types, agent] = await Promise.all([checkTypes(path), readAgent(path, {}, true)]);
    const known = [...agent.diagnostics];
    agent.diagnostics.push(...await checkLock(path, agent.code, agent.manifest, { known }));
    const typeErrors = await readTypeErrors(types ?? "", path);
    printDiagnostics(typeErrors.map((error) => ({ ...error, severity: "error" })));
    if (typeErrors.length === 0 && types !== undefined) console.error(types);
    printDiagnostics(agent.diagnostics);
    if (types !== undefined || errorsOf(agent.diagnostics).length > 0) {
      if (json) {
        const errors = typeErrors.map((error) => ({ ...error, severity: "error" }));
        const diagnostics = [...errors, ...agent.diagnostics];
        console.log(JSON.stringify({ valid: false, diagnostics }, null, 2));
      }
      console.error(`checkwright: ${path} is not compiled`);
      return 3;
    }
    const gains = await findGains(agent.manifest);
    const manifest = await withVersion(path, withProcfs(agent.manifest));
    const files = await buildDeployable(path, manifest, agent.code, gains);
    if (await leavesFolder(out)) {
      throw new UsageError(
        `Cannot write to ${quoteText(out)}: a link leads to another folder; expected its real path`,
      );
    }
    const foreign = await findForeign(out, files);
    if (foreign !== undefined) {
      throw new UsageError(
        `Cannot write to ${quoteText(out)}: it contains ${
          quoteText(foreign)
        }, which is not a part ` +
          "of a deployable: expected a new or empty folder, or the folder of an earlier one",
      );
    }
    await writeDeployable(out, files);
    const { digest } = JSON.parse(files[deployedFiles.manifest]!.text);
    const written: Written = {
      ...{
        folder: out,
        files: Object.keys(files),
        version: versionOfBuild(manifest.version, digest),
      },
      ...{ digest, privileges: describeGains(gains) },
    };
    const bytes = Object.values(files).reduce((sum, { text }) => sum + text.length, 0);
    say(`${out}: ${Object.keys(files).length} files, ${Math.ceil(bytes / 1024)} KiB`);
    for (const line of describeGains(gains)) say(line);
    say(`Start it: ${out}/checkwright`);
    if (extra.deb) {
      const building = buildDeb(files, {
        output: out,
        version: extra["package-version"] ?? packageVersion(manifest.version),
        ...(!extra["no-runtime"] && { runtime: Deno.execPath() }),
      });
      const deb = await withProgress("building the Debian package", building).catch((error) => {
        throw error instanceof SyntaxError ? new UsageError(error.message) : error;
      });
      written.deb = deb;
      say(deb);
    }
    if (extra.binary) {
      written.binary = `${out}/checkwright.bin`;
      const building = buildBinary(files, binaryOptions(agent.manifest, written.binary));
      await withProgress("building the executable", building);
      say(written.binary);
    }
    if (json) console.log(JSON.stringify(written, null, 2));
    return 0;
  },
});

// A relative path in a command, such as `dist`, can be a link in a project of another person.
async function leavesFolder(out: string): Promise<boolean> {
  if (out.startsWith("/") || out.split("/").includes("..")) return false;
  const here = await Deno.realPath(".");
  for (let folder = out; folder !== "/"; folder = parentOf(folder)) {
    try {
      return !`${await Deno.realPath(folder)}/`.startsWith(here === "/" ? here : `${here}/`);
    } catch {
      // The folder does not exist yet.
    }
  }
  return false;
}

/** Debian compares versions, and a commit has no order. */
function packageVersion(version: string | undefined): string {
  if (version === undefined) return VERSION;
  const plain = version.replace(/^v(?=\d)/, "").replaceAll("_", "-");
  return /^\d+\./.test(plain) ? plain : `${VERSION}+${plain}`;
}

/**
 * A single executable has no launcher that passes paths to it. The state directory comes from the
 * agent, by default `/var/lib/checkwright`, and the agent must name a certificate.
 */
function binaryOptions(manifest: Manifest, output: string): BinaryOptions {
  const { commands, settings } = manifest;
  const [contained] = Object.entries(commands)
    .find(([, command]) => command.kind === "check" && command.isolation === "process") ?? [];
  const state = settings.state ?? "/var/lib/checkwright";
  const names = listenNames(settings.listen);
  const reasons = [
    names.length > 0 &&
    `it cannot resolve names to listen on (${names.join(", ")}): expected addresses`,
    contained !== undefined &&
    `check ${JSON.stringify(contained)} runs in a process sandbox, which needs Deno itself`,
    settings.tls !== false && settings.tls.cert === undefined &&
    "it cannot make a certificate at its first start: expected tls.cert and tls.key",
  ].filter((reason) => reason !== false);
  if (reasons.length > 0) {
    throw new AgentError(reasons.map((reason) => ({
      place: "--binary",
      message: `Cannot make one executable: ${reason}`,
      severity: "error",
    })));
  }
  const kept = [...Object.values(BLAME_FILES), STATE_FOLDER].map((name) => `${state}/${name}`);
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
      deployedFiles.acceptor,
      deployedFiles.agent,
      deployedFiles.processImports,
    ],
    flags: [...RUN_FLAGS, "--import-map=imports.json", ...formatFlags(permissions)],
    args: ["serve", `state=${state}`],
  };
}
