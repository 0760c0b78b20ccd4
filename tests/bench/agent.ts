/** What the comparison asks for: a check in the daemon, and the plugin that the C daemon runs. */
import { defineAgent, ok, plugin } from "../../src/mod.ts";

export default defineAgent({
  commands: {
    check: () => ok("OK: fine"),
    plugin: plugin(["/usr/lib/nagios/plugins/check_dummy", "0", "fine"]),
  },
});
