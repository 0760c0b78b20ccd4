/**
 * Every built-in check under the name that people know it by, and beside them some plugins of
 * monitoring-plugins where the host has them: `deno task start` serves this agent. Most commands
 * take thresholds from the wire; their permissions are those that stand here, whatever is asked.
 *
 * @module
 */
import { defineAgent, plugin, type PluginCommand, type PluginSettings } from "../src/mod.ts";
import {
  disk,
  dummy,
  fileAge,
  http,
  load,
  memory,
  procs,
  swap,
  tcp,
  uptime,
  users,
} from "./mod.ts";

const withArguments = { acceptArguments: true };

export default defineAgent({
  allowedHosts: ["127.0.0.1", "::1"],
  commands: {
    check_load: load({ warning: "15,10,5", critical: "30,25,20" }, withArguments),
    check_memory: memory({ warning: 80, critical: 90, caches: true }, withArguments),
    check_swap: swap({ warning: "20%", critical: "10%", noSwap: "ok" }, withArguments),
    check_uptime: uptime({ for: true }, withArguments),
    check_disk: disk(
      { path: "/", warning: "20%", critical: "10%", iwarning: 10, icritical: 5 },
      withArguments,
    ),
    check_users: users({ warning: 5, critical: 10 }, withArguments),
    // These start /bin/ps, which a minimal host lacks.
    check_procs: procs({ warning: 250, critical: 400 }, { ...withArguments, optional: true }),
    check_zombies: procs({ state: "Z", warning: 5, critical: 10 }, {
      ...withArguments,
      optional: true,
    }),
    check_dummy: dummy({ state: "ok" }, withArguments),

    // What these say of the host depends on what it serves. They take no arguments: what is sent to
    // a service is not for the wire to choose.
    check_tcp: tcp({ hostname: "127.0.0.1", port: 5666, critical: 2 }),
    check_http: http({ ipAddress: "127.0.0.1", warning: 1, critical: 5 }),
    // Half a year without a package installed or updated.
    check_file_age: fileAge({
      file: "/var/lib/dpkg/status",
      warning: 90 * 86400,
      critical: 180 * 86400,
      ignoreMissing: true,
    }),

    plugin_load: monitoringPlugin("check_load", ["-w", "15,10,5", "-c", "30,25,20"]),
    plugin_disk: monitoringPlugin("check_disk", ["-w", "20%", "-c", "10%", "-p", "/"]),
    plugin_swap: monitoringPlugin("check_swap", ["-w", "20%", "-c", "10%", "-n", "ok"]),
    plugin_users: monitoringPlugin("check_users", ["-w", "5", "-c", "10"]),
    plugin_procs: monitoringPlugin("check_procs", ["-w", "250", "-c", "400"]),
    plugin_dummy: monitoringPlugin("check_dummy", ["$ARG1$"], withArguments),
  },
});

function monitoringPlugin(
  name: string,
  words: readonly string[],
  settings: PluginSettings = {},
): PluginCommand {
  // Debian's folder. The agent has no permission to look whether they are there; its loader has.
  const path = `/usr/lib/nagios/plugins/${name}`;
  return plugin([path, ...words], { ...settings, optional: true });
}
