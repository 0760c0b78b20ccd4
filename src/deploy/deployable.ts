import { deployedFiles, formatDeployment, parseDeployment, sha256 } from "../agent/deployment.ts";
import type { Manifest } from "../agent/manifest.ts";
import { FIND_DENO, launcherScript } from "./launcher.ts";
import { systemdUnit } from "./systemd.ts";

/** The code of a deployable: each a module without imports of its own. */
export interface DeployableCode {
  /** The daemon. */
  daemon: string;
  /** What makes its certificate at the first start. */
  firstStart: string;
  /** The program inside a sandbox. */
  runtime: string;
  /** The agent. */
  agent: string;
  /** What stands in for `check_nrpe`. */
  checkNrpe: string;
}

/** What a deployable is made of. */
export interface DeployableInput {
  code: DeployableCode;
  /** The agent as it is deployed, see {@linkcode withProcfs}; nothing of this host is in it. */
  manifest: Manifest;
  /** The name of the agent's module. */
  agent: string;
  /** The version of Checkwright. */
  version: string;
  /** The permissions of the daemon, as flags. */
  permissions: readonly string[];
  /** What `deno run` is told besides. */
  runFlags: readonly string[];
  /** The import map of the daemon, see `runner/builtin_modules.ts`; relative to `daemon.js`. */
  imports: object;
  /** The text of the import map of process sandboxes. */
  processImports: string;
  /** The example of the host's settings. */
  settings: string;
  /** The schema of the host's settings. */
  schema: object;
}

/** One file of a deployable. */
export interface DeployableFile {
  text: string;
  mode: number;
}

/** Where procfs is bound under systemd, for an agent that says nothing: `/proc` cannot be read. */
const boundProcfs = "/run/checkwright/proc";

/**
 * Puts a deployable together. The same input gives the same bytes.
 *
 * @param input what it is made of
 * @returns its files by name
 */
export async function createDeployable(
  input: DeployableInput,
): Promise<Record<string, DeployableFile>> {
  const { code, manifest, agent, version, permissions, runFlags } = input;
  const modules: Record<string, string> = {
    "daemon.js": code.daemon,
    "first_start.js": code.firstStart,
    [deployedFiles.runtime]: code.runtime,
    [deployedFiles.agent]: code.agent,
    [deployedFiles.processImports]: input.processImports,
    "imports.json": `${JSON.stringify(input.imports, null, 2)}\n`,
  };
  const digests = await Promise.all(
    Object.entries(modules).map(async ([name, text]) => [name, await sha256(text)]),
  );
  const { settings, commands, disabled } = manifest;
  const unit = systemdUnit(manifest);
  const deployment = await formatDeployment({
    checkwright: version,
    agent,
    filtersAddresses: unit.includes("\nIPAddressDeny=any\n"),
    files: Object.fromEntries(digests),
    settings,
    commands,
    ...(disabled !== undefined && { disabled }),
  });
  const { tls, state } = settings;
  const launcher = launcherScript({
    agent,
    version,
    digest: (await parseDeployment(deployment)).digest,
    runFlags,
    permissions,
    processes: Object.values(commands).some((command) =>
      command.kind === "check" && command.isolation === "process"
    ),
    ...(state !== undefined && { state }),
    ownCertificate: tls !== false && tls.cert === undefined,
  });
  const texts = {
    ...modules,
    [deployedFiles.manifest]: deployment,
    "checkwright.service": unit,
    "settings.example.yaml": input.settings,
    "settings.schema.json": `${JSON.stringify(input.schema, null, 2)}\n`,
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
 * An agent that leaves procfs where it cannot be read, and has checks that read it, finds it where
 * the unit binds it.
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

// One file that a shell can start and Deno can run: the shell's lines are a string and a comment to
// Deno, and the shell never gets as far as the module.
function checkNrpeScript(module: string): string {
  const line = FIND_DENO.split("\n").map((text) => text.trim()).join("; ")
    .replaceAll("{; ", "{ ");
  return `#!/bin/sh
":" //; ${line}; exec "$deno" run --quiet --no-prompt --no-config --no-remote --no-npm --ext=js --allow-net --allow-read --allow-sys --allow-env "$0" "$@"
${module}`;
}
