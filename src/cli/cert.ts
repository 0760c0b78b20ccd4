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
  summary: "Create a CA, server and client certificates; explain certificates and TLS errors.",
  words: [
    {
      name: "ca|server|client|show",
      meaning: "the verb; cert VERB --help prints its help",
    },
    { name: "ARG", optional: true, repeat: true, meaning: "arguments of the verb" },
  ],
  stopEarly: true,
  verbs,
  async run([verb, ...args]) {
    return await (await loadSubcommand(verbs, verb!)).run(args);
  },
});
