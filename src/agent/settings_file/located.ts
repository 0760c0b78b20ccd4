import { type Diagnostic, placeBelow } from "../diagnostic.ts";
import type { YamlEntry, YamlNode } from "./parse_yaml.ts";

/** A value of a settings file, of which each part knows the file and line that say it. */
export interface Located {
  /** `settings.yaml:4`. */
  source: string;
  value: Scalar | Located[] | Map<string, Located>;
}

type Scalar = string | number | boolean | null;

/** More values than this are no settings, but an alias of aliases of aliases. */
const maxValues = 100_000;

/** A key or a certificate, which settings name by its path. */
const secret = /-----BEGIN |PRIVATE KEY/;

/** Stands for a secret, so that no message shows it. */
export const HIDDEN_SECRET = "(a secret)";

/** Whether a place has the name of a secret: such a value is not shown. */
export function isSecretName(place: string): boolean {
  return /(?:passw|secret|token|api_?key)[^.]*$/i.test(place);
}

/**
 * Gives each value of a YAML text its file and line.
 *
 * @param document the parsed text
 * @param file the name of the file
 * @param diagnostics receives an error for each value that settings cannot contain, which is omitted,
 * and for each duplicate key
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
      return count > maxValues + 1 ? undefined : report(`Expected at most ${maxValues} values`);
    }
    if (above.has(node)) return report("It holds itself: expected an alias of something else");
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
    report("A secret does not belong here: expected the path of the file that holds it");
    return { source, value: HIDDEN_SECRET };
  }
  if (typeof value === "string") {
    if (isSecretName(place) && !value.startsWith("/")) {
      report("It looks like a secret: expected the path of a file that holds it", "warning");
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
 * Puts one value over another: maps are merged key by key, anything else takes the other's place.
 *
 * @param below what is said first
 * @param above what is said later, and wins
 * @returns both
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

/** The value alone, as plain data. */
export function plainOf({ value }: Located): unknown {
  if (Array.isArray(value)) return value.map(plainOf);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries([...value].map(([key, entry]) => [key, plainOf(entry)]));
}

/**
 * The file and line of every place of a value.
 *
 * @param located the value
 * @param place its own place; empty for the outermost
 * @returns by place, as diagnostics name it
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
