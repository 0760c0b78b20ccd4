import { type Diagnostic, placeBelow } from "../diagnostic.ts";
import { isRecord } from "../read.ts";
import type { YamlEntry, YamlLines } from "./yaml_lines.ts";

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
export const hidden = "(a secret)";

/** Whether a place has the name of a secret: such a value is not shown. */
export function isSecretName(place: string): boolean {
  return /(?:passw|secret|token|api_?key)[^.]*$/i.test(place);
}

/**
 * Joins what a YAML text says with where it says it.
 *
 * @param value what `parse()` makes of the text
 * @param lines what `findLines()` does
 * @param file the name of the file
 * @param diagnostics hears of values that settings cannot hold, which are left out, and of keys that
 * are there twice
 * @returns the value with its places
 */
export function locateValues(
  value: Record<string, unknown>,
  lines: YamlLines,
  file: string,
  diagnostics: Diagnostic[],
): Located {
  const above = new Set<unknown>();
  let count = 0;

  function locate(value: unknown, { line, node }: YamlEntry, place: string): Located | undefined {
    const source = `${file}:${line}`;
    const fault = (message: string) => {
      diagnostics.push({ place, source, message, severity: "error" });
      return undefined;
    };
    if (++count > maxValues) {
      return count > maxValues + 1 ? undefined : fault(`Expected at most ${maxValues} values`);
    }
    if (typeof value === "string") {
      if (!secret.test(value)) {
        if (isSecretName(place) && !value.startsWith("/")) {
          const message = "It looks like a secret: expected the path of a file that holds it";
          diagnostics.push({ place, source, message, severity: "warning" });
        }
        return { source, value };
      }
      fault("A secret does not belong here: expected the path of the file that holds it");
      return { source, value: hidden };
    }
    if (value === null || typeof value === "boolean") return { source, value };
    if (typeof value === "number" && Number.isFinite(value)) return { source, value };
    if (value instanceof Date) return fault("Cannot take a date: expected a text, in quotes");
    if (!Array.isArray(value) && !isPlain(value)) {
      return fault("Cannot take this: expected a text, a number, true, false, a list or a map");
    }
    if (above.has(value)) return fault("It holds itself: expected an alias of something else");
    above.add(value);
    // What has no line of its own has its parent's.
    const below = (item: unknown, entry: YamlEntry | undefined, step: string | number) =>
      locate(item, entry ?? { line, node: {} }, placeBelow(place, step));
    const found = Array.isArray(value)
      ? value.flatMap((item, index) => below(item, node.items?.[index], index) ?? [])
      : new Map(
        Object.entries(value).flatMap(([key, item]) => {
          const entry = below(item, node.entries?.get(key), key);
          return entry === undefined ? [] : [[key, entry] as const];
        }),
      );
    above.delete(value);
    for (const { key, first } of node.repeated ?? []) {
      diagnostics.push({
        place: placeBelow(place, key),
        source: `${file}:${node.entries?.get(key)?.line ?? line}`,
        message: `Said twice: expected it once, and line ${first} says it too`,
        severity: "error",
      });
    }
    return { source, value: found };
  }

  return locate(value, { line: 1, node: lines }, "") ?? { source: `${file}:1`, value: new Map() };
}

/** Whether a value is what YAML calls a map, and nothing that only looks like one. */
export function isPlain(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && Object.getPrototypeOf(value) === Object.prototype;
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
