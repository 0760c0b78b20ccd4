/**
 * The command line. Each subcommand is loaded when it is asked for.
 */
import { AgentError } from "../agent/diagnostic.ts";
import { VERSION } from "../daemon/version.ts";
import { printDiagnostics } from "./diagnostics.ts";
import { formatOverview, loadSubcommand } from "./subcommands.ts";
import { type Subcommands, UsageError } from "./usage.ts";

const subcommands: Subcommands = {
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
  completion: async () => (await import("./completion.ts")).completionOf(subcommands),
  help: async () => (await import("./help.ts")).helpOf(subcommands),
};

async function main([name, ...args]: string[]): Promise<number> {
  if (name === "--version" || name === "-V") {
    console.log(`checkwright ${VERSION}`);
    return 0;
  }
  if (name === undefined || name === "--help" || name === "-h") {
    console.log(await formatOverview(subcommands));
    return name === undefined ? 3 : 0;
  }
  return await (await loadSubcommand(subcommands, name)).run(args);
}

try {
  Deno.exit(await main(Deno.args));
} catch (error) {
  if (error instanceof AgentError) printDiagnostics(error.diagnostics);
  else console.error(`checkwright: ${error instanceof Error ? error.message : error}`);
  if (!(error instanceof AgentError || error instanceof UsageError)) {
    console.error((error as Error)?.stack);
  }
  Deno.exit(3);
}
