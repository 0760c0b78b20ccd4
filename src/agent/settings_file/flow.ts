import { parseYaml } from "./parse_yaml.ts";

/**
 * Writes a value on one line, as a person would in YAML.
 *
 * @param value plain data
 * @returns the text
 */
export function formatFlow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(formatFlow).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([name, item]) =>
      `${formatFlow(name)}: ${formatFlow(item)}`
    );
    return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
  }
  return typeof value === "string" && !isBare(value) ? JSON.stringify(value) : String(value);
}

// What YAML would read as itself without quotes, and looks like a word.
function isBare(text: string): boolean {
  return /^[\w./](?:[\w./:%@+-]*[\w./%])?$/.test(text) && parseYaml(text).node.value === text;
}
