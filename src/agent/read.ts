import { nearest } from "../check/nearest.ts";
import { parseDuration } from "../nagios/units.ts";
import type { Report } from "./diagnostic.ts";

/** A JSON Schema. */
export type Schema = Readonly<Record<string, unknown>>;

/** Reads one value, or reports an error and returns undefined. */
export interface Reader<T> {
  (value: unknown, report: Report): T | undefined;
  /** The accepted values for an editor, as far as JSON Schema can express them. */
  readonly schema?: Schema;
}

/**
 * Makes a reader with a JSON Schema.
 *
 * @param schema describes the accepted values
 * @param read reads one value
 * @returns the reader
 */
export function withSchema<T>(schema: Schema, read: Reader<T>): Reader<T> {
  return Object.assign<Reader<T>, { schema: Schema }>(
    (value, report) => read(value, report),
    { schema },
  );
}

/**
 * Adds a description to the schema of a reader.
 *
 * @param description the meaning of the setting, in one line
 * @param read reads the value of the setting
 * @param more further parts of the schema: examples
 * @returns the reader, with the description in its schema
 */
export function described<T>(description: string, read: Reader<T>, more: Schema = {}): Reader<T> {
  return withSchema({ description, ...read.schema, ...more }, read);
}

/** Formats a value for a message: short, quoted, on one line. */
export function show(value: unknown): string {
  const text = typeof value === "function" ? "a function" : JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** Returns whether a value is an object that is not a list, as a map of YAML is. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Returns the end of a message about an unknown name: the known names, and the most similar one.
 */
export function expectOneOf(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  const known = names.length === 0 ? "expected none" : `expected one of ${names.join(", ")}`;
  return near === undefined ? known : `${known}; did you mean ${show(near)}?`;
}

function reader<T>(
  expected: string,
  schema: Schema,
  accept: (value: unknown) => value is T,
): Reader<T> {
  return withSchema(schema, (value, report) => {
    if (accept(value)) return value;
    report.error(`Invalid value ${show(value)}: expected ${expected}`);
  });
}

/** Reads true or false. */
export const boolean: Reader<boolean> = reader(
  "true or false",
  { type: "boolean" },
  (value): value is boolean => typeof value === "boolean",
);

/** Reads a string that is not empty and does not contain a NUL. */
export const text: Reader<string> = reader(
  "a non-empty string",
  { type: "string", minLength: 1 },
  (value): value is string => typeof value === "string" && value !== "" && !value.includes("\0"),
);

/** Reads a string without NUL, which may be empty. */
export const anyText: Reader<string> = withSchema({ type: "string" }, (value, report) => {
  if (typeof value === "string" && !value.includes("\0")) return value;
  report.error(`Invalid value ${show(value)}: expected a string`);
});

/** Reads a whole number of at least one. */
export const count: Reader<number> = reader(
  "a whole number of at least 1",
  { type: "integer", minimum: 1 },
  (value): value is number => Number.isSafeInteger(value) && (value as number) >= 1,
);

/** Reads an absolute path. */
export const absolutePath: Reader<string> = reader(
  "an absolute path",
  { type: "string", pattern: "^/" },
  (value): value is string =>
    typeof value === "string" && value.startsWith("/") && !value.includes("\0"),
);

/**
 * Reads the path of a file for which the daemon needs a permission. The runtime splits permissions at
 * commas.
 */
export const grantedPath: Reader<string> = withSchema(
  { type: "string", pattern: "^/[^,]*$" },
  (value, report) => {
    const path = absolutePath(value, report);
    if (path === undefined || !/[,\p{Cc}]/u.test(path)) return path;
    report.error(
      `Invalid value ${
        show(value)
      }: expected an absolute path without commas or control characters`,
    );
  },
);

/** Reads the digest of a file: 64 hexadecimal digits, which are converted to lower case. */
export const sha256: Reader<string> = withSchema(
  { type: "string", pattern: "^[0-9a-fA-F]{64}$" },
  (value, report) => {
    if (typeof value === "string" && /^[0-9a-f]{64}$/i.test(value)) return value.toLowerCase();
    report.error(`Invalid value ${show(value)}: expected a SHA-256 of 64 hexadecimal digits`);
  },
);

/** Makes a reader of one of several strings. */
export function oneOf<const T extends string>(...values: T[]): Reader<T> {
  return reader(
    values.map(show).join(" or "),
    { enum: values },
    (value): value is T => values.includes(value as T),
  );
}

/** Reads a duration above zero, and returns seconds. A timer cannot run longer than 24 days. */
export const span: Reader<number> = withSchema({ type: "string" }, (value, report) => {
  try {
    const seconds = parseDuration(typeof value === "string" ? value : "");
    if (seconds > 0 && seconds <= 2_000_000) return seconds;
  } catch {
    // The error is reported below.
  }
  report.error(`Invalid value ${show(value)}: expected a duration such as "5s" or "2m"`);
});

/** Makes a reader of a list. The reader reports every invalid item. */
export function listOf<T>(item: Reader<T>): Reader<T[]> {
  return withSchema({ type: "array", items: item.schema ?? {} }, (value, report) => {
    if (!Array.isArray(value)) {
      report.error(`Invalid value ${show(value)}: expected a list`);
      return;
    }
    return value.flatMap((entry, index) => item(entry, report.at(index)) ?? []);
  });
}

/**
 * Makes a reader of a map with known, optional keys. Every unknown key and invalid value is
 * reported.
 */
export function fields<T extends object>(
  readers: { [Name in keyof T]-?: Reader<NonNullable<T[Name]>> },
): Reader<T> {
  const known = readers as Record<string, Reader<unknown>>;
  const schema: Schema = {
    type: "object",
    properties: Object.fromEntries(
      Object.entries(known).map(([name, { schema = {} }]) => [name, schema]),
    ),
    additionalProperties: false,
  };
  return withSchema(schema, (value, report) => {
    if (!isRecord(value)) {
      report.error(`Invalid value ${show(value)}: expected a map`);
      return;
    }
    const result: Record<string, unknown> = {};
    for (const [name, entry] of Object.entries(value)) {
      if (entry === undefined) continue;
      if (!Object.hasOwn(known, name)) {
        report.at(name).error(
          `Unknown setting ${show(name)}: ${expectOneOf(name, Object.keys(known))}`,
        );
        continue;
      }
      const parsed = known[name]!(entry, report.at(name));
      if (parsed !== undefined) result[name] = parsed;
    }
    return result as T;
  });
}

/** Makes a reader of a map with any keys. All values have the same type; `name` checks the keys. */
export function recordOf<T>(
  item: Reader<T>,
  name: Reader<string> = text,
): Reader<Record<string, T>> {
  const schema: Schema = {
    type: "object",
    propertyNames: name.schema ?? {},
    additionalProperties: item.schema ?? {},
  };
  return withSchema(schema, (value, report) => {
    if (!isRecord(value)) {
      report.error(`Invalid value ${show(value)}: expected a map`);
      return;
    }
    const result: [string, T][] = [];
    for (const [key, entry] of Object.entries(value)) {
      const parsed = name(key, report.at(key)) === undefined
        ? undefined
        : item(entry, report.at(key));
      if (parsed !== undefined) result.push([key, parsed]);
    }
    return Object.fromEntries(result);
  });
}
