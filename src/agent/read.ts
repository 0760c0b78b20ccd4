import { parseDuration } from "../nagios/units.ts";
import type { Report } from "./diagnostic.ts";

/** Reads one value, or reports what is wrong with it and returns undefined. */
export type Reader<T> = (value: unknown, report: Report) => T | undefined;

/** Shows a value in a message: short, quoted, on one line. */
export function show(value: unknown): string {
  const text = typeof value === "function" ? "a function" : JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function reader<T>(expected: string, accept: (value: unknown) => value is T): Reader<T> {
  return (value, report) => {
    if (accept(value)) return value;
    report.error(`Cannot take ${show(value)}: expected ${expected}`);
  };
}

/** Yes or no. */
export const boolean: Reader<boolean> = reader(
  "true or false",
  (value): value is boolean => typeof value === "boolean",
);

/** A text that is not empty and holds no NUL. */
export const text: Reader<string> = reader(
  "a text",
  (value): value is string => typeof value === "string" && value !== "" && !value.includes("\0"),
);

/** A whole number of at least one. */
export const count: Reader<number> = reader(
  "a whole number of at least 1",
  (value): value is number => Number.isSafeInteger(value) && (value as number) >= 1,
);

/** An absolute path. */
export const absolutePath: Reader<string> = reader(
  "an absolute path",
  (value): value is string =>
    typeof value === "string" && value.startsWith("/") && !value.includes("\0"),
);

/** The digest of a file: 64 hexadecimal digits, in lower case once read. */
export const sha256: Reader<string> = (value, report) => {
  if (typeof value === "string" && /^[0-9a-f]{64}$/i.test(value)) return value.toLowerCase();
  report.error(`Cannot take ${show(value)}: expected a SHA-256 of 64 hexadecimal digits`);
};

/** One of several texts. */
export function oneOf<const T extends string>(...values: T[]): Reader<T> {
  return reader(values.map(show).join(" or "), (value): value is T => values.includes(value as T));
}

/** A span of time above zero, in seconds once read. A timer holds at most 24 days. */
export const span: Reader<number> = (value, report) => {
  try {
    const seconds = parseDuration(typeof value === "string" ? value : "");
    if (seconds > 0 && seconds <= 2_000_000) return seconds;
  } catch {
    // said below
  }
  report.error(`Cannot take ${show(value)}: expected a span of time such as "5s" or "2m"`);
};

/** A list of such values; every item that is wrong is reported. */
export function listOf<T>(item: Reader<T>): Reader<T[]> {
  return (value, report) => {
    if (!Array.isArray(value)) {
      report.error(`Cannot take ${show(value)}: expected a list`);
      return;
    }
    return value.flatMap((entry, index) => item(entry, report.at(index)) ?? []);
  };
}

/** An object with such fields, all optional; every field that is unknown or wrong is reported. */
export function fields<T extends object>(
  readers: { [Name in keyof T]-?: Reader<NonNullable<T[Name]>> },
): Reader<T> {
  const known = readers as Record<string, Reader<unknown>>;
  return (value, report) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      report.error(`Cannot take ${show(value)}: expected an object`);
      return;
    }
    const result: Record<string, unknown> = {};
    for (const [name, entry] of Object.entries(value)) {
      if (entry === undefined) continue;
      if (!Object.hasOwn(known, name)) {
        report.at(name).error(
          `No setting ${show(name)}: expected one of ${Object.keys(known).join(", ")}`,
        );
        continue;
      }
      const parsed = known[name]!(entry, report.at(name));
      if (parsed !== undefined) result[name] = parsed;
    }
    return result as T;
  };
}

/** A list of names and values, each value read alike; every name must pass `name`. */
export function recordOf<T>(
  item: Reader<T>,
  name: Reader<string> = text,
): Reader<Record<string, T>> {
  return (value, report) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      report.error(`Cannot take ${show(value)}: expected an object`);
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
  };
}
