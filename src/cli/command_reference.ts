import {
  formatUsage,
  optionRows,
  type Subcommand,
  type Subcommands,
  type UsageRow,
  wordRows,
} from "./usage.ts";

/** An exit code; words and options are formatted as code. */
const code = /^(?:\d+|other)$/;

/**
 * Returns the command reference in Markdown: for each subcommand and verb its usage, its summary, its
 * words and options, and its exit codes.
 *
 * @param subcommands the subcommands
 * @param above the subcommand that the verbs belong to, with a space at the end
 * @returns the sections, in the layout of `deno fmt`, without a newline at the end
 */
export async function formatReference(subcommands: Subcommands, above = ""): Promise<string> {
  const sections: string[] = [];
  for (const [name, load] of Object.entries(subcommands)) {
    const subcommand = await load();
    sections.push(formatSection(`${above}${name}`, subcommand));
    if (subcommand.verbs !== undefined) {
      sections.push(await formatReference(subcommand.verbs, `${name} `));
    }
  }
  return sections.join("\n\n");
}

function formatSection(name: string, subcommand: Subcommand): string {
  const { summary, line, exitCodes } = subcommand;
  return [
    `### ${name}`,
    "",
    "```text",
    formatUsage(name, subcommand).replace("Usage: ", ""),
    "```",
    "",
    summary,
    "",
    ...formatTable(["Option", "Meaning"], [...wordRows(line), ...optionRows(line)]),
    "",
    ...formatTable(["Exit code", "Meaning"], Object.entries(exitCodes)),
  ].join("\n");
}

function formatTable(head: UsageRow, rows: readonly UsageRow[]): string[] {
  const escaped = rows.map(([term, meaning]) => [
    code.test(term) ? term : `\`${term.replaceAll("|", "\\|")}\``,
    meaning.replaceAll(/[|*<]/g, "\\$&"),
  ]);
  const widths = [0, 1].map((column) =>
    Math.max(...[head, ...escaped].map((row) => row[column]!.length))
  );
  const format = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  return [format(head), format(widths.map((width) => "-".repeat(width))), ...escaped.map(format)];
}
