import { type Diagnostic, placeBelow } from "../diagnostic.ts";
import type { YamlEntry, YamlNode } from "./parse_yaml.ts";

/** A value of a settings file. Each part contains the file and line that set it. */
export interface Located {
  /** `settings.yaml:4`. */
  source: string;
  value: Scalar | Located[] | Map<string, Located>;
}

type Scalar = string | number | boolean | null;

/** Maximum number of values. Only nested aliases that multiply ("billion laughs") exceed it. */
const maxValues = 100_000;

/** A key or a certificate. Settings must contain the path of its file instead. */
const secret = /-----BEGIN |PRIVATE KEY/;

/** Replaces a secret, so that messages do not show it. */
export const HIDDEN_SECRET = "(a secret)";

/** Returns whether a place is named like a secret. Values of such places are not shown. */
export function isSecretName(place: string): boolean {
  return /(?:passw|secret|token|api_?key)[^.]*$/i.test(place);
}

/**
 * Adds its file and line to each value of a YAML document.
 *
 * @param document the parsed text
 * @param file the name of the file
 * @param diagnostics receives an error for each duplicate key, and for each value that settings
 * cannot contain; such a value is omitted
 * @returns the value with its sources
 */
export function locateValues(
  document: YamlEntry,
  file: string,
  diagnostics: Diagnostic[],
): Located {
  const above = new Set<YamlNode>();
  let count = 0;

  function locate({ line, node }: YamlEntry, place: string): Located | undefined {
    const source = `${file}:${line}`;
    const report = (message: string, severity: Diagnostic["severity"] = "error") => {
      diagnostics.push({ place, source, message, severity });
      return undefined;
    };
    if (++count > maxValues) {
      return count > maxValues + 1
        ? undefined
        : report(`Too many values: expected at most ${maxValues}`);
    }
    if (above.has(node)) return report("Recursive alias: the value contains itself");
    if (!node.items && !node.entries) return locateScalar(node.value, source, place, report);
    above.add(node);
    const located = (entry: YamlEntry, step: string | number) =>
      locate(entry, placeBelow(place, step));
    const value = node.items?.flatMap((item, index) => located(item, index) ?? []) ??
      new Map(
        [...node.entries!].map(([key, entry]) => [key, located(entry, key)!] as const)
          .filter(([, entry]) => entry !== undefined),
      );
    above.delete(node);
    for (const { key, first } of node.repeated ?? []) {
      diagnostics.push({
        place: placeBelow(place, key),
        source: `${file}:${node.entries!.get(key)!.line}`,
        message: `Duplicate key: first set on line ${first}`,
        severity: "error",
      });
    }
    return { source, value };
  }

  return locate(document, "") ?? { source: `${file}:1`, value: new Map() };
}

function locateScalar(
  value: unknown,
  source: string,
  place: string,
  report: (message: string, severity?: Diagnostic["severity"]) => undefined,
): Located | undefined {
  if (typeof value === "string" && secret.test(value)) {
    report("Invalid value (a secret): expected the path of a file that contains it");
    return { source, value: HIDDEN_SECRET };
  }
  if (typeof value === "string") {
    if (isSecretName(place) && !value.startsWith("/")) {
      report(
        "The value looks like a secret: expected the path of a file that contains it",
        "warning",
      );
    }
    return { source, value };
  }
  if (value === null || typeof value === "boolean") return { source, value };
  if (typeof value === "number" && Number.isFinite(value)) return { source, value };
  if (value instanceof Date) {
    return report("Invalid value of type date: expected a string in quotes");
  }
  return report("Invalid value: expected a string, a number, true, false, a list or a map");
}

/**
 * Merges two values: maps are merged key by key, any other value is replaced.
 *
 * @param below the value that is overridden
 * @param above the value that overrides it
 * @returns the merged value
 */
export function mergeLocated(below: Located, above: Located): Located {
  if (!(below.value instanceof Map && above.value instanceof Map)) return above;
  const value = new Map(below.value);
  for (const [key, entry] of above.value) {
    const before = value.get(key);
    value.set(key, before === undefined ? entry : mergeLocated(before, entry));
  }
  return { source: above.source, value };
}

/** Returns the value without its sources, as plain data. */
export function plainOf({ value }: Located): unknown {
  if (Array.isArray(value)) return value.map(plainOf);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries([...value].map(([key, entry]) => [key, plainOf(entry)]));
}

/**
 * Returns the file and line of a value and of all values nested in it.
 *
 * @param located the value
 * @param place the place of the value itself; empty for the outermost
 * @returns file and line, by the place of each value as in diagnostics
 */
export function sourcesOf(located: Located, place = ""): Map<string, string> {
  const { source, value } = located;
  const steps = value instanceof Map
    ? [...value]
    : Array.isArray(value)
    ? [...value.entries()]
    : [];
  return new Map([
    [place, source],
    ...steps.flatMap(([step, entry]) => [...sourcesOf(entry, placeBelow(place, step))]),
  ]);
}
