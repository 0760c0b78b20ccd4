import { placeBelow } from "./diagnostic.ts";
import { isRecord } from "./read.ts";

/** What is merged name by name, and so said name by name. */
const merged: readonly string[] = ["tls", "limits"];

/**
 * The places where an agent says something itself, so that `validate` can tell it from what nobody
 * has said.
 *
 * @param input the agent without its commands
 * @param commands its commands
 * @returns the places
 */
export function saidPlaces(input: object, commands: unknown): string[] {
  const settings = Object.entries(input).flatMap(([name, value]) =>
    merged.includes(name) && isRecord(value) ? [name, ...names(value, name)] : name
  );
  return [...settings, ...Object.entries(isRecord(commands) ? commands : {}).flatMap(ofCommand)];
}

function ofCommand([name, command]: [string, unknown]): string[] {
  const place = placeBelow("commands", name);
  // A check that is not bound is a function, and says its settings all the same.
  const { values, settings } = Object(command) as { values?: unknown; settings?: unknown };
  return [...names(values, placeBelow(place, "options")), ...names(settings, place)];
}

function names(record: unknown, place: string): string[] {
  return isRecord(record) ? Object.keys(record).map((name) => placeBelow(place, name)) : [];
}
