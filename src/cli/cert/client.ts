import { parseClientName } from "../../certificate/certificate_name.ts";
import { defineSubcommand } from "../subcommand.ts";
import type { Subcommand } from "../usage.ts";
import { announce, pastedPath } from "./announce.ts";
import { issueFiles, issueOptions } from "./issue.ts";

/** `checkwright cert client`: creates a certificate for a monitoring server. */
export const client: Subcommand = defineSubcommand({
  name: "cert client",
  summary: "Create a client certificate, signed by a CA: NAME.pem and NAME.key.",
  words: [{ name: "NAME", meaning: "the name of the client, such as monitor-1" }],
  options: issueOptions,
  async run(words, options) {
    const now = new Date();
    const made = await issueFiles(
      { purpose: "client", words, parseName: parseClientName, options },
      now,
    );
    if (typeof made === "number") return made;
    const { names: [name], paths } = made;
    const [cert, key, ca] = await Promise.all(
      [paths.cert, paths.key, made.ca].map((path) => pastedPath(path, "shell")),
    );
    await announce({
      ...made,
      what: `the client certificate for ${name}`,
      now,
      next: [
        ["On the monitoring server", `check_nrpe -H HOST -A ${ca} -C ${cert} -K ${key} -c COMMAND`],
        [
          "In the settings of each host, in addition to tls with ca",
          `clients: [{ subject: CN=${name}, commands: ["*"] }]`,
        ],
      ],
    });
    return 0;
  },
});
