/** The program of the command line. */
import { AgentError } from "../agent/diagnostic.ts";
import { VERSION } from "../daemon/version.ts";
import { printDiagnostics } from "./diagnostics.ts";
import { withoutErrorNumber } from "../net/error_text.ts";
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
  else {console.error(
      `checkwright: ${withoutErrorNumber(String((error as Error)?.message ?? error))}`,
    );}
  if (error instanceof AgentError || error instanceof UsageError) Deno.exit(3);
  if (isMistake(error)) console.error(error.stack);
  // These exit with a state, and an error of the environment is UNKNOWN.
  Deno.exit(["run", "query"].includes(Deno.args[0]!) ? 3 : 2);
}

/** Returns whether an error shows a mistake in Checkwright, and not a state of the environment. */
function isMistake(error: unknown): error is Error {
  return [EvalError, RangeError, ReferenceError, TypeError].some((kind) => error instanceof kind);
}
