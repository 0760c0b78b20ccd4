import type { Manifest, ManifestCommand } from "../agent/manifest.ts";
import { errorsOf } from "../agent/diagnostic.ts";
import { shellWord } from "../deploy/shell_word.ts";
import { returnCode } from "../nagios/state.ts";
import { createHandler } from "../daemon/handler.ts";
import { processTreeOf } from "../daemon/daemon_permissions.ts";
import { createStats, ownCheck } from "../daemon/stats.ts";
import { NO_QUARANTINE } from "../runner/quarantine.ts";
import { createSandboxedRunner } from "../runner/sandboxed_runner.ts";
import { formatCommand } from "./command_summary.ts";
import { frameOf } from "./deno_errors.ts";
import { errorsOfCommand, printDiagnostics } from "./diagnostics.ts";
import { exactWords } from "./exact_words.ts";
import { loadOnHost } from "./load_on_host.ts";
import { outputAsJson } from "./output_json.ts";
import { print } from "./print.ts";
import { printable } from "./printable.ts";
import { openRunStates } from "./run_states.ts";
import { argWord, optionalAgentWord, settingsOption, takeCommand } from "./shared_options.ts";
import { defineSubcommand } from "./subcommand.ts";
import { showNote, showState } from "./terminal.ts";
import type { Subcommand } from "./usage.ts";

/**
 * `checkwright run`: runs one command with its declared permissions, as the daemon does, and exits
 * with its state. A check always runs in a process sandbox, even if its isolation is `worker`: a
 * worker would be a part of this process, which has all permissions.
 */
export const run: Subcommand = defineSubcommand({
  name: "run",
  summary: "Run one command of an agent on this host, and exit with its state, like a plugin.",
  words: [
    optionalAgentWord,
    { name: "COMMAND", meaning: "a command of the agent; --help behind it shows its options" },
    argWord,
  ],
  options: {
    settings: settingsOption,
    json: { meaning: "print state, output, long output and perfdata as JSON" },
  },
  exitCodes: {
    "0": "OK; also after --help behind the name of a check",
    "1": "WARNING",
    "2": "CRITICAL",
    "3": "UNKNOWN; also if the command line, the agent or the settings are invalid",
  },
  stopEarly: true,
  async run(words, options) {
    const { path, name, args } = takeCommand(exactWords(words));
    const loaded = await loadOnHost(path, options.settings);
    const { diagnostics, code } = loaded;
    printDiagnostics(errorsOf(diagnostics));
    if (errorsOfCommand(diagnostics, name).length > 0) {
      if (options.json) console.log(JSON.stringify({ valid: false, diagnostics }, null, 2));
      return 3;
    }
    if (asksForHelp(args, loaded.manifest.commands[name])) {
      console.log(formatCommand(name, loaded.manifest.commands[name]!, loaded.manifest));
      return 0;
    }

    const manifest = byHand(loaded.manifest, name);
    const { settings } = manifest;
    const processes = processTreeOf(manifest);
    const states = await openRunStates(path, settings.state);
    const { runner, pool } = createSandboxedRunner(
      { manifest, code, hostname: Deno.hostname(), quarantine: NO_QUARANTINE },
      () => ownCheck(createStats()),
      processes,
      { onLog: (_command, message) => console.error(printable(message)) },
      undefined,
      states,
    );
    const handle = createHandler(
      { ...manifest, settings: { ...settings, refusals: "explain" } },
      runner,
    );
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      Deno.addSignalListener(signal, () => runner.end());
    }
    const { output, outcome, reason, refusal } = await handle({ command: name, args }, {
      address: "127.0.0.1",
    });
    if (options.json) {
      console.log(JSON.stringify({ ...outputAsJson(output), outcome, reason }, null, 2));
    } else {
      if (reason !== undefined) console.error(printable(await withFrame(reason, path)));
      print(Deno.stdout, `${output.text}\n`);
      showState(output.state, returnCode(output.state));
      if (args.length > 0 && loaded.manifest.commands[name]?.acceptArguments === false) {
        showNote("The daemon refuses arguments for this command: acceptArguments is not set");
      }
      if (refusal !== undefined && refusal.kind !== "call") {
        const words = [path, name, ...args].map((word) => shellWord(printable(word))).join(" ");
        showNote(`To see all permissions that the check needs, run checkwright learn ${words}`);
      }
    }
    // A command that did not stop at its deadline would outlive this process.
    pool.close();
    await runner.end();
    await states.flush();
    await processes.close();
    return returnCode(output.state);
  },
});

/** Adds the line of code in which a check failed. */
async function withFrame(reason: string, agent: string): Promise<string> {
  const frame = await frameOf(reason, agent).catch(() => undefined);
  return frame === undefined ? reason : `${reason}\n\n${frame}`;
}

// A plugin receives the word and prints its own help.
function asksForHelp(args: readonly string[], command: ManifestCommand | undefined): boolean {
  if (command?.kind !== "check" || Object.hasOwn(command.options, "help")) return false;
  const short = Object.values(command.options).some((option) => option.short === "h");
  return args.some((arg) => arg === "--help" || (arg === "-h" && !short));
}

// A local user may always pass arguments, even if clients may not. A check runs in a process.
function byHand(manifest: Manifest, name: string): Manifest {
  const command = manifest.commands[name];
  if (command === undefined) return manifest;
  const changed: ManifestCommand = command.kind === "check"
    ? { ...command, acceptArguments: true, isolation: "process" }
    : { ...command, acceptArguments: true };
  return { ...manifest, commands: { ...manifest.commands, [name]: changed } };
}
