import { reservedDescriptors } from "../agent/fit_connections.ts";
import type { Manifest } from "../agent/manifest.ts";
import { countProcessSandboxes, startsPrograms, startsStrangers } from "./unit_needs.ts";
import { filesOf, identityOf, kernelOf, networkOf } from "./unit_sandbox.ts";
import { checkProgramFolder } from "./unit_value.ts";

/** How a unit is written. */
export interface UnitOptions {
  /** Where the deployable is installed; `/usr/lib/checkwright` where left out. */
  directory?: string;
}

/**
 * Writes the systemd unit that serves an agent: all that is known of its commands is held against
 * it, and every other door is shut. `man systemd.exec` tells what each line does; a comment tells why
 * where that depends on the agent.
 *
 * @param manifest the agent
 * @param options where it is installed
 * @returns the text of `checkwright.service`
 * @throws {RangeError} where a path has no form that systemd reads back
 */
export function systemdUnit(manifest: Manifest, options: UnitOptions = {}): string {
  const program = `${checkProgramFolder(options.directory ?? "/usr/lib/checkwright")}/checkwright`;
  return [
    ...startOf(manifest),
    "",
    ...processOf(program),
    "",
    ...identityOf(manifest),
    "",
    ...filesOf(manifest),
    "",
    ...kernelOf(manifest),
    "",
    ...networkOf(manifest),
    "",
    ...boundsOf(manifest),
    "",
    "[Install]",
    "WantedBy=multi-user.target",
    "",
  ].join("\n");
}

function startOf({ settings }: Manifest): string[] {
  const anywhere = /^(localhost|127\..*|::1|0\.0\.0\.0|::)$/;
  const target = settings.listen.every(({ hostname }) => anywhere.test(hostname))
    ? ["After=network.target"]
    : [
      "# An address can be listened on once an interface has it.",
      "Wants=network-online.target",
      "After=network-online.target",
    ];
  return [
    "# Written by Checkwright from what the commands of the agent declare. Settings of a host that add",
    "# plugins, allowed hosts or ports below 1024 ask for more: systemctl edit checkwright",
    "[Unit]",
    "Description=Checkwright monitoring agent (NRPE)",
    ...target,
    "# What dies at each start is given up within seconds; what dies now and then never is.",
    "StartLimitIntervalSec=60s",
    "StartLimitBurst=20",
  ];
}

function processOf(program: string): string[] {
  return [
    "[Service]",
    "Type=notify",
    "NotifyAccess=main",
    `ExecStart=${program}`,
    "# The shell has a kill of its own: a minimal system has no other.",
    "ExecReload=/bin/sh -c 'kill -HUP $$MAINPID'",
    "# An engine that is refused asks again after a second or more: by then another one listens.",
    "Restart=on-failure",
    "RestartSec=100ms",
    "# With 75 it makes way for another, since what runs in it can be ended in no other way.",
    "RestartForceExitStatus=75",
    "# 3 is a fault in the settings, which no start mends; what it is, the log says.",
    "RestartPreventExitStatus=3",
    "TimeoutStartSec=30s",
    "WatchdogSec=30s",
    "# At SIGTERM it finishes what runs within 10 s; plugins are not signalled meanwhile.",
    "KillMode=mixed",
    "TimeoutStopSec=15s",
  ];
}

function boundsOf(manifest: Manifest): string[] {
  const { limits } = manifest.settings;
  const { running, sandboxes } = limits;
  const processes = Math.min(countProcessSandboxes(manifest), sandboxes);
  const children = startsPrograms(manifest) ? running : 0;
  // The runtime's threads grow with the processors; a sandbox that is a process has some 16, and 32
  // is what one plugin may need with all that it starts.
  const tasks = 512 + 4 * sandboxes + 16 * processes + 32 * children;
  // In MiB. A heap of 512 at most, and as much for TLS, workers and buffers; a process has a heap
  // of 128 and the runtime around it.
  const memory = 1024 + 192 * processes;
  return [
    `LimitNOFILE=${limits.connections + reservedDescriptors(limits)}`,
    "LimitCORE=0",
    `TasksMax=${tasks}`,
    ...(startsStrangers(manifest)
      ? ["# No MemoryMax=: what the programs need that it starts is not known here."]
      : [`MemoryMax=${memory}M`]),
    "# One child that runs out of memory is no reason to stop all others.",
    "OOMPolicy=continue",
  ];
}
