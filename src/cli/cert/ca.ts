import { createAuthority } from "../../certificate/authority.ts";
import { parseAuthorityName } from "../../certificate/certificate_name.ts";
import { defineSubcommand } from "../subcommand.ts";
import type { Subcommand } from "../usage.ts";
import { announce, pastedPath } from "./announce.ts";
import { collectFaults } from "./faults.ts";
import { daysOption, forceOption, outOption, parseDays } from "./issue_options.ts";
import { pairPaths, refuseToReplace, writePair } from "./pair_files.ts";

const DAYS = 3_650;

/** `checkwright cert ca`: an authority of one's own. */
export const ca: Subcommand = defineSubcommand({
  name: "cert ca",
  summary: "Make a CA, which signs the certificates of hosts and clients: ca.pem and ca.key.",
  words: [{ name: "NAME", optional: true, meaning: "its name; Checkwright CA where left out" }],
  options: { out: outOption, days: daysOption(DAYS), force: forceOption },
  async run([name = "Checkwright CA"], options) {
    const now = new Date();
    const faults = collectFaults();
    const paths = pairPaths(options.out ?? ".", "ca");
    const common = await faults.try(() => parseAuthorityName(name));
    const days = await faults.try(() => parseDays(options.days, DAYS));
    await faults.try(() => refuseToReplace(paths, options.force));
    if (faults.print()) return 3;

    const pair = await createAuthority(common!, days!, now);
    await faults.try(() => writePair(paths, pair, options.force));
    if (faults.print()) return 3;
    const authority = await pastedPath(paths.cert, "shell");
    await announce({
      what: `the CA ${JSON.stringify(common)}`,
      paths,
      cert: pair.cert,
      now,
      next: [
        ["For each host", `checkwright cert server HOST --ca ${authority}`],
        ["For each monitoring server", `checkwright cert client NAME --ca ${authority}`],
      ],
    });
    return 0;
  },
});
