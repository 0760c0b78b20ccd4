import { parseYaml } from "./parse_yaml.ts";

/**
 * Writes a value as YAML on one line.
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

// Returns whether a string looks like a word, and YAML reads it back unchanged without quotes.
function isBare(text: string): boolean {
  return /^[\w./](?:[\w./:%@+-]*[\w./%])?$/.test(text) && parseYaml(text).node.value === text;
}
