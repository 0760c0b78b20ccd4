/**
 * Formats parsed option values so that equal values have equal texts: `-w 5` and `--warning=5.0`, in
 * any order. The text identifies the state of a command. It is not parsed again.
 *
 * @param values parsed option values by name
 * @returns the text
 */
export function canonicalOptions(values: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(canonical(values));
}

// JSON has no infinities, which the ends of ranges can be, and keeps the order of properties.
function canonical(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => a < b ? -1 : 1)
    .map(([name, item]) => [name, canonical(item)]);
}
