import type { Subcommands } from "./usage.ts";

/** All subcommands of `checkwright`, in the order of its help. */
export const SUBCOMMANDS: Subcommands = {
  init: async () => (await import("./init.ts")).init,
  serve: async () => (await import("./serve.ts")).serve,
  run: async () => (await import("./run.ts")).run,
  query: async () => (await import("./query.ts")).query,
  validate: async () => (await import("./validate.ts")).validate,
  list: async () => (await import("./list.ts")).list,
  compile: async () => (await import("./compile.ts")).compile,
  permissions: async () => (await import("./permissions.ts")).permissions,
  learn: async () => (await import("./learn.ts")).learn,
  cert: async () => (await import("./cert.ts")).cert,
  completion: async () => (await import("./completion.ts")).completionOf(SUBCOMMANDS),
  version: async () => (await import("./print_version.ts")).printVersion,
  help: async () => (await import("./help.ts")).helpOf(SUBCOMMANDS),
};
