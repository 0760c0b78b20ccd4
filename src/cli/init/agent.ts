import { defineAgent } from "@checkwright/checkwright";
import { load } from "@checkwright/checkwright/checks";
import { spool } from "./checks/spool.ts";

/** The commands that the monitoring server may query, by name. */
export default defineAgent({
  commands: {
    check_load: load({ warning: "5,4,3", critical: "10,8,6" }),
    check_spool: spool(
      { folder: "/var/tmp", warning: "100", critical: "500" },
      // Allows other limits from the client: `check_nrpe -c check_spool -a '-w 50'`.
      { acceptArguments: true, timeout: "5s" },
    ),
  },
});
