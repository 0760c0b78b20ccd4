import { type Diagnostic, errorsOf } from "../agent/diagnostic.ts";
import { settingsSchema } from "../agent/settings_file/schema.ts";
import { describeGains } from "../agent/gained_privileges.ts";
import { findGains } from "../deploy/find_privileges.ts";
import { isBuiltIn } from "../agent/manifest.ts";
import { looseImports } from "../project/modules.ts";
import { printDiagnostics } from "./diagnostics.ts";
import { formatEffective } from "./effective.ts";
import { lookup } from "../net/lookup.ts";
import { DEFAULT_AGENT, readAgent } from "./load.ts";
import { loadOnHost } from "./load_on_host.ts";
import { checkLock } from "./permission_lock.ts";
import { printable } from "./printable.ts";
import { agentWord, settingsOption } from "./shared_options.ts";
import { defineSubcommand } from "./subcommand.ts";
import { type Subcommand, UsageError } from "./usage.ts";

/** `checkwright validate`: reports all errors of an agent and its settings. */
export const validate: Subcommand = defineSubcommand({
  name: "validate",
  summary: "Check an agent and the settings of this host, and report all errors at once.",
  words: [agentWord],
  options: {
    settings: settingsOption,
    json: { meaning: "print all errors and warnings as JSON, for example for annotations" },
    schema: {
      meaning:
        "print the JSON Schema of a settings file, for editors; with AGENT, it includes the " +
        "agent's commands and their options",
    },
  },
  exitCodes: {
    "0": "the agent and the settings are valid",
    "3": "the command line is invalid, or the agent or the settings have errors",
  },
  async run([named], { settings, schema, json }) {
    if (json && schema) {
      throw new UsageError("Cannot combine --json with --schema: the schema is JSON");
    }
    if (schema) return await printSchema(named);
    const path = named ?? DEFAULT_AGENT;
    const agent = await loadOnHost(path, settings, {}, lookup);
    const { manifest } = agent;
    const { code, described, host } = agent;
    const locked = await checkLock(path, code, described, {
      host: host.settings,
      known: agent.diagnostics,
    });
    const loose = (await looseImports(path)).map(({ place, name, expected }): Diagnostic => ({
      place,
      message: `Import ${JSON.stringify(name)} fails in the type check: expected ${expected}`,
      severity: "warning",
    }));
    const diagnostics = [...agent.diagnostics, ...locked, ...loose];
    const errors = errorsOf(diagnostics).length;
    if (json) {
      const commands = Object.keys(manifest.commands).length;
      console.log(JSON.stringify({ valid: errors === 0, commands, diagnostics }, null, 2));
      return errors > 0 ? 3 : 0;
    }
    printDiagnostics(diagnostics);
    if (errors > 0) {
      const what = settings === undefined ? `${path} has` : `${path} and ${settings} have`;
      console.error(`checkwright: ${what} ${errors} ${errors === 1 ? "error" : "errors"}`);
      return 3;
    }
    if (settings !== undefined) console.log(formatEffective(agent));
    const kinds = Object.values(manifest.commands)
      .filter((command) => !isBuiltIn(command)).map(({ kind }) => kind);
    const count = (kind: string, name: string) => {
      const number = kinds.filter((other) => other === kind).length;
      return number === 0 ? [] : [`${number} ${name}${number === 1 ? "" : "s"}`];
    };
    const parts = [
      ...count("check", "check"),
      ...count("plugin", "plugin"),
      ...count("shell", "shell line"),
    ];
    console.log(`${printable(path)} is valid: ${parts.join(", ") || "no commands"}`);
    for (const line of describeGains(await findGains(manifest))) console.log(line);
    return 0;
  },
});

async function printSchema(path: string | undefined): Promise<number> {
  const agent = path === undefined ? undefined : await readAgent(path);
  const errors = errorsOf(agent?.diagnostics ?? []);
  printDiagnostics(errors);
  console.log(JSON.stringify(settingsSchema(agent?.manifest), null, 2));
  return errors.length > 0 ? 3 : 0;
}
