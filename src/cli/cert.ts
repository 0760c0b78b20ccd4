import { defineSubcommand } from "./subcommand.ts";
import { loadSubcommand } from "./subcommands.ts";
import type { Subcommand, Subcommands } from "./usage.ts";

/** What can be done with certificates, by name. */
const verbs: Subcommands = {
  ca: async () => (await import("./cert/ca.ts")).ca,
  server: async () => (await import("./cert/server.ts")).server,
  client: async () => (await import("./cert/client.ts")).client,
  show: async () => (await import("./cert/show.ts")).show,
};

/** `checkwright cert`: a small authority, and certificates in words. */
export const cert: Subcommand = defineSubcommand({
  name: "cert",
  summary: "Make a CA, server and client certificates, and explain those there are.",
  words: [
    { name: "ca|server|client|show", meaning: "what to do; --help behind it says more" },
    { name: "ARG", optional: true, repeat: true, meaning: "what that takes" },
  ],
  stopEarly: true,
  verbs,
  async run([verb, ...args]) {
    return await (await loadSubcommand(verbs, verb!)).run(args);
  },
});
