/** The program of the command line. */
import { AgentError } from "../agent/diagnostic.ts";
import { VERSION } from "../daemon/version.ts";
import { printDiagnostics } from "./diagnostics.ts";
import { SUBCOMMANDS } from "./subcommand_table.ts";
import { formatOverview, loadSubcommand } from "./subcommands.ts";
import { UsageError } from "./usage.ts";

async function main([name, ...args]: string[]): Promise<number> {
  if (name === "--version" || name === "-V") {
    console.log(`checkwright ${VERSION}`);
    return 0;
  }
  if (name === undefined || name === "--help" || name === "-h") {
    console.log(await formatOverview(SUBCOMMANDS));
    return name === undefined ? 3 : 0;
  }
  return await (await loadSubcommand(SUBCOMMANDS, name)).run(args);
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
