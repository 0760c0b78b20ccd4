import { listenNames } from "../agent/resolve_listen.ts";
import { deployedFiles, formatDeployment, parseDeployment, sha256 } from "../agent/deployment.ts";
import { versionOfBuild } from "../agent/agent_version.ts";
import type { Gain } from "../agent/gained_privileges.ts";
import type { Manifest } from "../agent/manifest.ts";
import { FIND_DENO, launcherScript } from "./launcher.ts";
import { systemdUnit } from "./systemd.ts";

/** The programs of a deployable, each a module without imports. */
export interface DeployableCode {
  /** The daemon. */
  daemon: string;
  /** The program of the acceptor's worker. */
  acceptor: string;
  /** The program that makes the certificate at the first start. */
  firstStart: string;
  /** The program that runs inside a sandbox. */
  runtime: string;
  /** The agent. */
  agent: string;
  /** The replacement of `check_nrpe`. */
  checkNrpe: string;
}

/** The parts of a deployable. */
export interface DeployableInput {
  code: DeployableCode;
  /** The manifest to deploy, see {@linkcode withProcfs}. It does not depend on this host. */
  manifest: Manifest;
  /** Programs of commands that gain privileges; default: the known ones. */
  gains?: readonly Gain[];
  /** The file name of the agent module. */
  agent: string;
  /** The version of Checkwright. */
  version: string;
  /** The permissions of the daemon, as flags. */
  permissions: readonly string[];
  /** The other flags of `deno run`. */
  runFlags: readonly string[];
  /** The import map of the daemon, see `runner/builtin_modules.ts`; relative to `daemon.js`. */
  imports: object;
  /** The import map of process sandboxes, as JSON. */
  processImports: string;
  /** An example of the host's settings file. */
  settings: string;
  /** The JSON Schema of the host's settings. */
  schema: object;
}

/** One file of a deployable. */
export interface DeployableFile {
  text: string;
  mode: number;
}

/** The files whose digests the daemon checks when it reads them. The launcher checks the others. */
const checkedByDaemon: readonly string[] = [
  deployedFiles.runtime,
  deployedFiles.acceptor,
  deployedFiles.agent,
];

/** The default path where the systemd unit binds procfs, because `/proc` cannot be read. */
const boundProcfs = "/run/checkwright/proc";

/**
 * Creates the files of a deployable. The output is reproducible.
 *
 * @param input the parts
 * @returns its files by name
 */
export async function createDeployable(
  input: DeployableInput,
): Promise<Record<string, DeployableFile>> {
  const { code, manifest, agent, version, permissions, runFlags, gains } = input;
  const modules: Record<string, string> = {
    "daemon.js": code.daemon,
    "first_start.js": code.firstStart,
    [deployedFiles.runtime]: code.runtime,
    [deployedFiles.acceptor]: code.acceptor,
    [deployedFiles.agent]: code.agent,
    [deployedFiles.processImports]: input.processImports,
    "imports.json": `${JSON.stringify(input.imports)}\n`,
  };
  const digests = await Promise.all(
    Object.entries(modules).map(async ([name, text]) => [name, await sha256(text)]),
  );
  const { settings, commands, disabled, version: own } = manifest;
  const unit = systemdUnit(manifest, gains === undefined ? {} : { gains });
  const deployment = await formatDeployment({
    checkwright: version,
    agent,
    filtersAddresses: unit.includes("\nIPAddressDeny=any\n"),
    files: Object.fromEntries(digests),
    ...(own !== undefined && { version: own }),
    settings,
    commands,
    ...(disabled !== undefined && { disabled }),
  });
  const { tls, state } = settings;
  const { digest } = await parseDeployment(deployment);
  const launcher = launcherScript({
    agent,
    agentVersion: versionOfBuild(own, digest),
    version,
    digest,
    files: Object.fromEntries(
      digests.filter(([name]) => !checkedByDaemon.includes(name!)),
    ),
    runFlags,
    permissions,
    processes: Object.values(commands).some((command) =>
      command.kind === "check" && command.isolation === "process"
    ),
    ...(state !== undefined && { state }),
    resolves: listenNames(settings.listen).length > 0,
    ownCertificate: tls !== false && tls.cert === undefined,
  });
  const texts = {
    ...modules,
    [deployedFiles.manifest]: deployment,
    "checkwright.service": unit,
    "settings.example.yaml": input.settings,
    // Editors read it. Without indentation, it has half the size.
    "settings.schema.json": `${JSON.stringify(input.schema)}\n`,
  };
  return {
    checkwright: { text: launcher, mode: 0o755 },
    check_nrpe: { text: checkNrpeScript(code.checkNrpe), mode: 0o755 },
    ...Object.fromEntries(
      Object.entries(texts).map(([name, text]) => [name, { text, mode: 0o644 }]),
    ),
  };
}

/**
 * Sets `procfs` to the path that the systemd unit binds, if checks read procfs and the agent leaves
 * it at `/proc`, which cannot be read.
 *
 * @param manifest the agent
 * @returns the agent as it is deployed
 */
export function withProcfs(manifest: Manifest): Manifest {
  const reads = Object.values(manifest.commands).some((command) =>
    command.kind === "check" && (command.permissions.proc ?? []).length > 0
  );
  if (!reads || manifest.settings.procfs !== "/proc") return manifest;
  return { ...manifest, settings: { ...manifest.settings, procfs: boundProcfs } };
}

// One file for the shell and for Deno. For Deno, the shell's second line is a string and a comment.
// On that line the shell replaces itself with Deno, so the shell does not read the module.
function checkNrpeScript(module: string): string {
  const line = FIND_DENO.split("\n").map((text) => text.trim()).join("; ")
    .replaceAll("{; ", "{ ");
  return `#!/bin/sh
":" //; ${line}; exec "$deno" run --quiet --no-prompt --no-config --no-remote --no-npm --ext=js --allow-net --allow-read --allow-sys --allow-env "$0" "$@"
${module}`;
}
