/**
 * The example agent that `deno task start` serves: every built-in check under the usual name of its
 * plugin, and some plugins of monitoring-plugins if the host has them. Most commands accept
 * thresholds from the wire. Arguments from the wire never extend the permissions of a command.
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
    // WARNING after a year without a reboot.
    check_uptime: uptime({ warning: "52w", for: true }, withArguments),
    check_disk: disk(
      { path: "/", warning: "20%", critical: "10%", iwarning: 10, icritical: 5 },
      withArguments,
    ),
    check_users: users({ warning: 5, critical: 10 }, withArguments),
    // These commands run /bin/ps. They are omitted on a minimal host without it.
    check_procs: procs({ warning: 250, critical: 400 }, { ...withArguments, optional: true }),
    check_zombies: procs({ state: "Z", warning: 5, critical: 10 }, {
      ...withArguments,
      optional: true,
    }),
    check_dummy: dummy({ state: "ok" }, withArguments),

    // The results of these commands depend on the services of the host. They accept no arguments: a
    // client must not choose the data that is sent to a service.
    check_tcp: tcp({ hostname: "127.0.0.1", port: 5666, critical: 2 }),
    check_http: http({ ipAddress: "127.0.0.1", warning: 1, critical: 5 }),
    // CRITICAL after half a year in which no package was installed or updated.
    check_file_age: fileAge({
      file: "/var/lib/dpkg/status",
      warning: "90d",
      critical: "180d",
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
  // The folder of the plugins on Debian. The agent has no permission to read it, so each plugin is
  // optional: the program that loads the agent omits missing ones.
  const path = `/usr/lib/nagios/plugins/${name}`;
  return plugin([path, ...words], { ...settings, optional: true });
}
