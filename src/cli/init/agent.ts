import { defineAgent } from "@checkwright/checkwright";
import { load } from "@checkwright/checkwright/checks";
import { spool } from "./checks/spool.ts";

/** What the monitoring server may ask for, by the names that it asks for. */
export default defineAgent({
  commands: {
    check_load: load({ warning: "5,4,3", critical: "10,8,6" }),
    check_spool: spool(
      { folder: "/var/tmp", warning: "100", critical: "500" },
      // So that `check_nrpe -c check_spool -a '-w 50'` may ask for another limit.
      { acceptArguments: true, timeout: "5s" },
    ),
  },
});
