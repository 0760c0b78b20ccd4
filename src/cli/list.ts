import { errorsOf } from "../agent/diagnostic.ts";
import type { Manifest } from "../agent/manifest.ts";
import { formatCommand } from "./command_summary.ts";
import { printDiagnostics } from "./diagnostics.ts";
import { printable } from "./printable.ts";
import { DEFAULT_AGENT } from "./load.ts";
import { loadOnHost } from "./load_on_host.ts";
import { agentWord, settingsOption } from "./shared_options.ts";
import { defineSubcommand } from "./subcommand.ts";
import type { Subcommand } from "./usage.ts";

/** `checkwright list`: lists commands with their options and permissions. */
export const list: Subcommand = defineSubcommand({
  name: "list",
  summary: "List the commands of an agent with their options and permissions.",
  words: [agentWord],
  options: {
    settings: settingsOption,
    json: { meaning: "print the manifest as JSON" },
    names: { meaning: "print only the names of the commands, one per line" },
  },
  exitCodes: {
    "0": "success",
    "3": "the command line is invalid, or the agent or the settings have errors",
  },
  async run([path = DEFAULT_AGENT], { settings, json, names }) {
    const { manifest, diagnostics } = await loadOnHost(path, settings);
    printDiagnostics(diagnostics);
    const text = names
      ? Object.keys(manifest.commands).map(printable).join("\n")
      : json
      ? JSON.stringify(manifest, null, 2)
      : formatManifest(manifest);
    console.log(text);
    return errorsOf(diagnostics).length > 0 ? 3 : 0;
  },
});

function formatManifest(manifest: Manifest): string {
  return [
    ...Object.entries(manifest.commands)
      .map(([name, command]) => formatCommand(name, command, manifest)),
    ...Object.entries(manifest.omitted ?? {})
      .map(([name, reason]) => `${name}  omitted on this host: ${reason}`),
  ].join("\n\n");
}
