/**
 * The command line. Each subcommand is loaded when it is asked for.
 */
import { AgentError } from "../agent/diagnostic.ts";
import { version } from "../daemon/version.ts";
import { printDiagnostics } from "./diagnostics.ts";
import { formatHelp, type Subcommand, UsageError } from "./usage.ts";

const subcommands: Record<string, () => Promise<Subcommand>> = {
  serve: async () => (await import("./serve.ts")).serve,
  run: async () => (await import("./run.ts")).run,
  query: async () => (await import("./query.ts")).query,
  validate: async () => (await import("./validate.ts")).validate,
  list: async () => (await import("./list.ts")).list,
};

async function overview(): Promise<string> {
  const lines = await Promise.all(
    Object.entries(subcommands).map(async ([name, load]) =>
      `  ${name.padEnd(10)}${(await load()).summary}`
    ),
  );
  return [
    "Usage: checkwright SUBCOMMAND [ARG…]",
    "",
    "Monitoring checks as typed TypeScript, served over NRPE.",
    "",
    "Subcommands:",
    ...lines,
    "",
    "checkwright SUBCOMMAND --help says more.",
  ].join("\n");
}

async function main([name, ...args]: string[]): Promise<number> {
  if (name === "--version" || name === "-V") {
    console.log(`checkwright ${version}`);
    return 0;
  }
  if (name === undefined || name === "--help" || name === "-h") {
    console.log(await overview());
    return name === undefined ? 3 : 0;
  }
  if (!Object.hasOwn(subcommands, name)) {
    throw new UsageError(
      `No subcommand "${name}": expected one of ${Object.keys(subcommands).join(", ")}`,
    );
  }
  const subcommand = await subcommands[name]!();
  // check_nrpe's own options have a help of their own.
  if (name !== "query" && (args[0] === "--help" || args[0] === "-h")) {
    console.log(formatHelp(name, subcommand));
    return 0;
  }
  return await subcommand.run(args);
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
