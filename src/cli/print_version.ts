import { VERSION } from "../daemon/version.ts";
import { defineSubcommand } from "./subcommand.ts";
import type { Subcommand } from "./usage.ts";

/** `checkwright version`: prints the versions of Checkwright and Deno. */
export const printVersion: Subcommand = defineSubcommand({
  name: "version",
  summary: "Print the version of Checkwright, and the version of Deno that runs it.",
  options: { json: { meaning: "print the versions as JSON" } },
  exitCodes: { "0": "success", "3": "the command line is invalid" },
  run(_words, { json }) {
    const versions = { checkwright: VERSION, deno: Deno.version.deno };
    console.log(
      json
        ? JSON.stringify(versions)
        : `checkwright ${versions.checkwright} (Deno ${versions.deno})`,
    );
    return 0;
  },
});
