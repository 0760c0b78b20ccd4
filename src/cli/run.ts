import { errorsOf } from "../agent/diagnostic.ts";
import { returnCode } from "../nagios/state.ts";
import { createHandler } from "../daemon/handler.ts";
import { processTreeOf } from "../daemon/daemon_permissions.ts";
import { createStats, ownCheck } from "../daemon/stats.ts";
import { createSandboxedRunner } from "../runner/sandboxed_runner.ts";
import { faultsOf, printDiagnostics } from "./diagnostics.ts";
import { loadOnHost } from "./load_on_host.ts";
import { print } from "./print.ts";
import { argWord, optionalAgentWord, settingsOption, takeCommand } from "./shared_options.ts";
import { defineSubcommand } from "./subcommand.ts";
import type { Subcommand } from "./usage.ts";

/**
 * `checkwright run`: one command here, with what it declared as under the daemon; exits as a plugin
 * does. A check runs in a process of its own, whatever it asks for: this process may do anything, and
 * a worker is a part of it.
 */
export const run: Subcommand = defineSubcommand({
  name: "run",
  summary: "Run one command of an agent here, as a plugin would run.",
  words: [
    optionalAgentWord,
    { name: "COMMAND", meaning: "a command of the agent" },
    argWord,
  ],
  options: { settings: settingsOption },
  stopEarly: true,
  async run(words, options) {
    const { path, name, args } = takeCommand(words);
    // Who sits at this host may give arguments; whether the wire may is another question.
    const { manifest, diagnostics, code } = await loadOnHost(path, options.settings);
    const errors = errorsOf(diagnostics);
    printDiagnostics(errors);
    const command = manifest.commands[name];
    if (command !== undefined) command.acceptArguments = true;
    if (command?.kind === "check") command.isolation = "process";
    if (faultsOf(diagnostics, name).length > 0) return 3;

    const { settings } = manifest;
    const processes = processTreeOf(manifest);
    const { runner, pool } = createSandboxedRunner(
      { manifest, code, hostname: Deno.hostname(), quarantined: {} },
      () => ownCheck(createStats()),
      processes,
      { onLog: (_command, message) => console.error(message) },
    );
    const handle = createHandler(
      { ...manifest, settings: { ...settings, refusals: "explain" } },
      runner,
    );
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      Deno.addSignalListener(signal, () => runner.end());
    }
    const { output, reason } = await handle({ command: name, args }, {
      address: "127.0.0.1",
    });
    if (reason !== undefined) console.error(reason);
    print(Deno.stdout, `${output.text}\n`);
    // What did not end at its deadline would go on without us.
    pool.close();
    await runner.end();
    await processes.close();
    return returnCode(output.state);
  },
});
