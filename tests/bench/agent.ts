/** The agent of the comparison: a check, and the plugin that the C daemon also runs. */
import { defineAgent, ok, plugin } from "../../src/mod.ts";

export default defineAgent({
  commands: {
    check: () => ok("OK: fine"),
    plugin: plugin(["/usr/lib/nagios/plugins/check_dummy", "0", "fine"]),
  },
});
