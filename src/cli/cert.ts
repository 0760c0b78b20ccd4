import { defineSubcommand } from "./subcommand.ts";
import { loadSubcommand } from "./subcommands.ts";
import type { Subcommand, Subcommands } from "./usage.ts";

/** The subcommands of `cert` by name. */
const verbs: Subcommands = {
  ca: async () => (await import("./cert/ca.ts")).ca,
  server: async () => (await import("./cert/server.ts")).server,
  client: async () => (await import("./cert/client.ts")).client,
  show: async () => (await import("./cert/show.ts")).show,
};

/** `checkwright cert`: a small CA, and explanations of certificates. */
export const cert: Subcommand = defineSubcommand({
  name: "cert",
  summary:
    "Create a CA and certificates for servers and clients; explain certificates and TLS errors.",
  words: [
    {
      name: "ca|server|client|show",
      meaning: "the verb; checkwright cert VERB --help prints its help",
    },
    { name: "ARG", optional: true, repeat: true, meaning: "options and arguments of the verb" },
  ],
  exitCodes: {
    "0": "success",
    "1": "cert show: a certificate is refused, or a host does not use TLS",
    "2": "a host cannot be reached, or a file cannot be written",
    "3": "the command line is invalid, or a file cannot be read",
  },
  stopEarly: true,
  verbs,
  async run([verb, ...args]) {
    return await (await loadSubcommand(verbs, verb!)).run(args);
  },
});
