import { parseHostName } from "../../certificate/certificate_name.ts";
import { defineSubcommand } from "../subcommand.ts";
import type { Subcommand } from "../usage.ts";
import { announce, pastedPath } from "./announce.ts";
import { issueFiles, issueOptions } from "./issue.ts";

/** `checkwright cert server`: creates a certificate for a daemon. */
export const server: Subcommand = defineSubcommand({
  name: "cert server",
  summary: "Create a server certificate, signed by a CA: NAME.pem and NAME.key.",
  words: [{
    name: "NAME",
    repeat: true,
    meaning: "DNS names and IP addresses of the host; the first one is the name of the files",
  }],
  options: issueOptions,
  async run(words, options) {
    const now = new Date();
    const made = await issueFiles(
      { purpose: "server", words, parseName: parseHostName, options },
      now,
    );
    if (typeof made === "number") return made;
    const { names, paths } = made;
    const [cert, key, ca] = await Promise.all(
      [paths.cert, paths.key, made.ca].map((path) => pastedPath(path, "yaml")),
    );
    const [host] = names.filter((name) => !name.startsWith("*"));
    await announce({
      ...made,
      what: `the server certificate for ${names.join(", ")}`,
      now,
      next: [
        ["In the settings of the host", `tls: { cert: ${cert}, key: ${key} }`],
        [
          "The same, with client certificates required",
          `tls: { cert: ${cert}, key: ${key}, ca: ${ca}, clientCertificates: require }`,
        ],
        [
          "On the monitoring server",
          `check_nrpe -H ${host ?? "HOST"} -A ${await pastedPath(made.ca, "shell")}`,
        ],
      ],
    });
    return 0;
  },
});
