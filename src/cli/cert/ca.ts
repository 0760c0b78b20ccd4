import { createAuthority } from "../../certificate/authority.ts";
import { parseAuthorityName } from "../../certificate/certificate_name.ts";
import { defineSubcommand } from "../subcommand.ts";
import type { Subcommand } from "../usage.ts";
import { announce, pastedPath } from "./announce.ts";
import { collectErrors } from "./collect_errors.ts";
import { daysOption, forceOption, outOption, parseDays } from "./issue_options.ts";
import { pairPaths, refuseToReplace, writePair } from "./pair_files.ts";

const DAYS = 3_650;

/** `checkwright cert ca`: creates a CA. */
export const ca: Subcommand = defineSubcommand({
  name: "cert ca",
  summary: "Create a CA (ca.pem, ca.key), which signs the certificates of servers and clients.",
  words: [{
    name: "NAME",
    optional: true,
    meaning: "the name of the CA (default: Checkwright CA)",
  }],
  options: { out: outOption, days: daysOption(DAYS), force: forceOption },
  async run([name = "Checkwright CA"], options) {
    const now = new Date();
    const errors = collectErrors();
    const paths = pairPaths(options.out ?? ".", "ca");
    const common = await errors.try(() => parseAuthorityName(name));
    const days = await errors.try(() => parseDays(options.days, DAYS));
    await errors.try(() => refuseToReplace(paths, options.force));
    if (errors.print()) return 3;

    const pair = await createAuthority(common!, days!, now);
    await errors.try(() => writePair(paths, pair, options.force));
    if (errors.print()) return 2;
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
