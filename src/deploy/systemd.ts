import { reservedDescriptors } from "../agent/fit_connections.ts";
import { type Gain, knownGains } from "../agent/gained_privileges.ts";
import { isBuiltIn, type Manifest } from "../agent/manifest.ts";
import { countProcessSandboxes, declared, startsPrograms, startsStrangers } from "./unit_needs.ts";
import { identityOf } from "./unit_identity.ts";
import { filesOf, kernelOf, networkOf } from "./unit_sandbox.ts";
import { checkProgramFolder } from "./unit_value.ts";

/** Options of {@linkcode systemdUnit}. */
export interface UnitOptions {
  /** The folder of the installed deployable (default: `/usr/lib/checkwright`). */
  directory?: string;
  /** Programs of commands that gain privileges; default: the known ones. */
  gains?: readonly Gain[];
}

/**
 * Returns the systemd unit that serves an agent. It permits only the access that the agent's
 * commands are known to need. `man systemd.exec` explains the lines. Lines that depend on the agent
 * have a comment with the reason.
 *
 * @param manifest the agent
 * @param options the folder of the deployable
 * @returns the text of `checkwright.service`
 * @throws {RangeError} if a path cannot be written in a unit
 */
export function systemdUnit(manifest: Manifest, options: UnitOptions = {}): string {
  const program = `${checkProgramFolder(options.directory ?? "/usr/lib/checkwright")}/checkwright`;
  const gains = options.gains ?? knownGains(manifest);
  return [
    ...startOf(manifest),
    "",
    ...processOf(program),
    "",
    ...identityOf(manifest, gains),
    "",
    ...filesOf(manifest, gains),
    ...credentialsOf(manifest),
    "",
    ...kernelOf(manifest, gains),
    "",
    ...networkOf(manifest, gains),
    "",
    ...boundsOf(manifest),
    "",
    "[Install]",
    "WantedBy=multi-user.target",
    "",
  ].join("\n");
}

function startOf({ settings, commands }: Manifest): string[] {
  const checks = Object.values(commands).filter((command) =>
    command.kind === "check" && command.isolation === "worker" && !isBuiltIn(command)
  );
  const anywhere = /^(localhost|127\..*|::1|0\.0\.0\.0|::)$/;
  const target = settings.listen.every(({ hostname }) => anywhere.test(hostname))
    ? ["After=network.target"]
    : [
      "# The daemon can listen on an address only after a network interface has it.",
      "Wants=network-online.target",
      "After=network-online.target",
    ];
  return [
    "# Written by Checkwright: it permits what the agent's commands declare. If settings of this host",
    "# add plugins, allowed hosts or ports below 1024, permit more with: systemctl edit checkwright",
    "[Unit]",
    "Description=Checkwright monitoring agent (NRPE)",
    ...target,
    "# systemd gives up within seconds if every start fails, but never if the daemon fails rarely.",
    "# A check can end the daemon twice before it is quarantined.",
    "StartLimitIntervalSec=60s",
    `StartLimitBurst=${20 + 2 * checks.length}`,
  ];
}

function processOf(program: string): string[] {
  return [
    "[Service]",
    "Type=notify",
    "NotifyAccess=main",
    `ExecStart=${program}`,
    "# Uses the kill command of the shell, because a minimal system has no /bin/kill.",
    "ExecReload=/bin/sh -c 'kill -HUP $$MAINPID'",
    "# Engines retry a refused connection after a second or more. By then the next daemon listens.",
    "Restart=on-failure",
    "RestartSec=100ms",
    "# Exit code 75: too many workers are abandoned, and only a restart can end them.",
    "RestartForceExitStatus=75",
    "# Exit code 2: the environment has an error, such as an address in use, that may go away. The",
    "# daemon waits 5 s before it exits, so that systemd does not give up.",
    "# Exit code 3: the settings have an error that a restart does not fix. The log contains it.",
    "RestartPreventExitStatus=3",
    "TimeoutStartSec=30s",
    "WatchdogSec=30s",
    "# At SIGTERM the daemon waits up to 10 s for running commands; their plugins get no signal.",
    "KillMode=mixed",
    "TimeoutStopSec=15s",
  ];
}

/** The file of a credential of this unit. systemd makes it readable for the service only. */
const credential = /^\/run\/credentials\/checkwright\.service\/([\w.-]+)$/;

function credentialsOf(manifest: Manifest): string[] {
  const names = declared(manifest, "read").flatMap((path) => credential.exec(path)?.[1] ?? []);
  return names.length === 0 ? [] : [
    "# Secrets, from /etc/credstore. The service starts without them, and their checks report that.",
    ...names.map((name) => `LoadCredential=${name}`),
  ];
}

function boundsOf(manifest: Manifest): string[] {
  const { limits } = manifest.settings;
  const { running, sandboxes } = limits;
  const processes = Math.min(countProcessSandboxes(manifest), sandboxes);
  const children = startsPrograms(manifest) ? running : 0;
  // The number of the runtime's threads grows with the number of processors. A process sandbox has
  // about 16 threads. A plugin and its child processes may need 32.
  const tasks = 512 + 4 * sandboxes + 16 * processes + 32 * children;
  // Memory in MiB. The daemon gets 512 for its heap, and 512 for TLS, workers and buffers. Each
  // process sandbox gets 128 for its heap, and 64 for its runtime.
  const memory = 1024 + 192 * processes;
  return [
    `LimitNOFILE=${limits.connections + reservedDescriptors(limits)}`,
    "LimitCORE=0",
    `TasksMax=${tasks}`,
    ...(startsStrangers(manifest)
      ? ["# No MemoryMax=, because the memory that plugins and programs need is unknown."]
      : [`MemoryMax=${memory}M`]),
    "# If the kernel kills a child process because memory is low, the daemon continues.",
    "OOMPolicy=continue",
  ];
}
