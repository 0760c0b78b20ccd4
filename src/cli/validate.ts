import { errorsOf } from "../agent/diagnostic.ts";
import { isBuiltIn } from "../agent/manifest.ts";
import { parseLine } from "./arguments.ts";
import { printDiagnostics } from "./diagnostics.ts";
import { defaultAgent, loadAgent } from "./load.ts";
import { readHostSettings } from "./host_settings.ts";
import type { Subcommand } from "./usage.ts";

/** `checkwright validate`: everything that is wrong, or what there is. */
export const validate: Subcommand = {
  summary: "Check an agent against itself and this host: every fault at once.",
  synopsis: "[AGENT] [--settings FILE]",
  options: [
    ["AGENT", `the agent's module; ${defaultAgent} where left out`],
    ["--settings FILE", "host settings (YAML) that win over the agent's"],
  ],
  async run(args) {
    const { words, values } = parseLine(args, { string: ["settings"] });
    const path = words[0] ?? defaultAgent;
    const { manifest, diagnostics } = await loadAgent(
      path,
      await readHostSettings(values.settings),
    );
    printDiagnostics(diagnostics);
    const errors = errorsOf(diagnostics).length;
    if (errors > 0) {
      console.error(`checkwright: ${path} has ${errors} ${errors === 1 ? "fault" : "faults"}`);
      return 3;
    }
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
    console.log(`${path} is valid: ${parts.join(", ")}`);
    return 0;
  },
};
