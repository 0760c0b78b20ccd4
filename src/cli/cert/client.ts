import { parseClientName } from "../../certificate/certificate_name.ts";
import { defineSubcommand } from "../subcommand.ts";
import type { Subcommand } from "../usage.ts";
import { announce, pastedPath } from "./announce.ts";
import { issueFiles, issueOptions } from "./issue.ts";

/** `checkwright cert client`: a certificate for a monitoring server. */
export const client: Subcommand = defineSubcommand({
  name: "cert client",
  summary: "Make a client's certificate, signed by a CA: NAME.pem and NAME.key.",
  words: [{ name: "NAME", meaning: "what the client is called, as in monitor-1" }],
  options: issueOptions,
  async run(words, options) {
    const now = new Date();
    const made = await issueFiles(
      { purpose: "client", words, parseName: parseClientName, options },
      now,
    );
    if (made === undefined) return 3;
    const { names: [name], paths } = made;
    const [cert, key, ca] = await Promise.all(
      [paths.cert, paths.key, made.ca].map((path) => pastedPath(path, "shell")),
    );
    await announce({
      ...made,
      what: `the client's certificate of ${name}`,
      now,
      next: [
        ["On the monitoring server", `check_nrpe -H HOST -A ${ca} -C ${cert} -K ${key} -c COMMAND`],
        [
          "In the settings of each host, beside tls with the CA",
          `clients: [{ subject: CN=${name}, commands: ["*"] }]`,
        ],
      ],
    });
    return 0;
  },
});
