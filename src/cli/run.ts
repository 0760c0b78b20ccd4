import { createReport, errorsOf } from "../agent/diagnostic.ts";
import { returnCode } from "../nagios/state.ts";
import { createHandler } from "../daemon/handler.ts";
import { createStats, ownCheck } from "../daemon/stats.ts";
import { sandboxedChecks, withOwnCheck } from "../runner/checks.ts";
import { createPool } from "../runner/pool.ts";
import { createQuarantine } from "../runner/quarantine.ts";
import { createRunner } from "../runner/runner.ts";
import { parseLine } from "./arguments.ts";
import { printDiagnostics } from "./diagnostics.ts";
import { defaultAgent, loadAgent } from "./load.ts";
import { readHostSettings } from "./host_settings.ts";
import { print } from "./print.ts";
import { type Subcommand, UsageError } from "./usage.ts";

/** `checkwright run`: one command here, in a sandbox as under the daemon; exits as a plugin does. */
export const run: Subcommand = {
  summary: "Run one command of an agent here, as a plugin would run.",
  synopsis: "[--settings FILE] [AGENT] COMMAND [ARG…]",
  options: [
    ["AGENT", `the agent's module, a path that ends in .ts or .js; ${defaultAgent} where left out`],
    ["COMMAND", "a command of the agent"],
    ["ARG…", "its arguments, as they would come from the wire"],
    ["--settings FILE", "host settings (YAML) that win over the agent's"],
  ],
  async run(args) {
    const { words, values } = parseLine(args, { string: ["settings"], stopEarly: true });
    const path = /\.[cm]?[jt]sx?$/.test(words[0] ?? "") ? words.shift()! : defaultAgent;
    const [name, ...commandArgs] = words;
    if (name === undefined) {
      throw new UsageError("Which command is missing: expected [AGENT] COMMAND [ARG…]");
    }

    // Who sits at this host may give arguments; whether the wire may is another question.
    const { manifest, diagnostics, code } = await loadAgent(
      path,
      await readHostSettings(values.settings),
    );
    const errors = errorsOf(diagnostics);
    printDiagnostics(errors);
    const command = manifest.commands[name];
    if (command !== undefined) command.acceptArguments = true;
    // The faults of a command whose name only begins alike are not its own.
    const own = createReport([]).at("commands").at(name).place;
    const broken = errors.some(({ place }) => place === own || place.startsWith(`${own}.`));
    if (broken) return 3;

    const { settings } = manifest;
    const pool = createPool(code, 1, (_command, message) => console.error(message));
    const context = { hostname: Deno.hostname(), procfs: settings.procfs };
    const quarantine = createQuarantine({}, () => {});
    const checks = sandboxedChecks(pool, context, { quarantine, onAbandoned: () => {} });
    const runner = createRunner(
      manifest,
      withOwnCheck(ownCheck(createStats()), checks, context),
    );
    const handle = createHandler(
      { ...manifest, settings: { ...settings, refusals: "explain" } },
      runner,
    );
    const { output, reason } = await handle({ command: name, args: commandArgs }, {
      address: "127.0.0.1",
    });
    if (reason !== undefined) console.error(reason);
    print(Deno.stdout, `${output!.text}\n`);
    return returnCode(output!.state);
  },
};
