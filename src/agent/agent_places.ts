import { placeBelow } from "./diagnostic.ts";
import { isRecord } from "./read.ts";

/** Settings whose maps are merged key by key, so that each key has its own place. */
export const MERGED_SETTINGS: readonly string[] = ["tls", "limits", "v2", "env", "log"];

/**
 * Returns the places that an agent sets itself, so that `validate` can distinguish them from
 * defaults.
 *
 * @param input the agent without its commands
 * @param commands the commands of the agent
 * @returns the places
 */
export function agentPlaces(input: object, commands: unknown): string[] {
  const settings = Object.entries(input).flatMap(([name, value]) =>
    MERGED_SETTINGS.includes(name) && isRecord(value) ? [name, ...names(value, name)] : name
  );
  return [...settings, ...Object.entries(isRecord(commands) ? commands : {}).flatMap(ofCommand)];
}

function ofCommand([name, command]: [string, unknown]): string[] {
  const place = placeBelow("commands", name);
  // A check without option values is a function, which has the property `settings`, too.
  const { values, settings } = Object(command) as { values?: unknown; settings?: unknown };
  return [...names(values, placeBelow(place, "options")), ...names(settings, place)];
}

function names(record: unknown, place: string): string[] {
  return isRecord(record) ? Object.keys(record).map((name) => placeBelow(place, name)) : [];
}
