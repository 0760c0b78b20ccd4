import { covers } from "../check/covers.ts";
import { permissionNames, type Permissions } from "../check/declared_permissions.ts";
import type { CheckCommand, InspectedCommand } from "../check/define_check.ts";
import type { OptionSpec } from "../check/option.ts";
import { parseOption } from "../check/parse_option.ts";

/** A name that no agent declares. */
const PROBE = "checkwright.invalid";

/** Sample values of a string option: a path, a host, and a host with a port. */
const probes = [`/${PROBE}/probe`, PROBE, `${PROBE}:1`];

/** The permissions that values of one option may need in addition to those of the command. */
export interface RefusedArgument {
  /** For example `run "/bin/ps"`; only the kind (`net`) if the entry depends on the value. */
  needs: string;
  /** Whether the permissions of the command cover other values of the option. */
  partly: boolean;
}

/**
 * Finds the options whose values from arguments may need permissions that the command does not
 * have. The permissions of a check depend on the values in the agent only, so that a query cannot
 * extend them. For each option, the function calls the check's `permissions` with sample values.
 *
 * @param definition the definition of the check
 * @param values all parsed option values of the agent, with defaults
 * @param command the settings with which the permissions of the command were derived
 * @param granted the permissions of the command
 * @returns the permissions that each of these options may need
 */
export function refusedArguments(
  { permissions, options = {} }: CheckCommand["definition"],
  values: Readonly<Record<string, unknown>>,
  command: InspectedCommand,
  granted: Permissions,
): Record<string, RefusedArgument> {
  if (typeof permissions !== "function") return {};
  const refused: Record<string, RefusedArgument> = {};
  for (const [name, spec] of Object.entries(options as Record<string, OptionSpec>)) {
    const found = samples(spec).flatMap((value) => {
      try {
        const parsed = parseOption(spec, value);
        return missing(
          permissions({ ...values, [name]: parsed } as never, command),
          granted,
        );
      } catch {
        // The value is invalid for this option, or together with the other values.
        return [];
      }
    });
    if (found.length === 0) continue;
    const needs = found.map(({ kind, entry }) => {
      const same = found.filter((other) => other.kind === kind && other.entry === entry).length;
      return { kind, ...(!dependsOnValue(spec, entry, same) && { entry }) };
    });
    const partly = needs.every(({ kind, entry }) => entry === undefined && granted[kind]?.length);
    refused[name] = { needs: [...new Set(needs.map(show))].join(", "), partly };
  }
  return refused;
}

/** Returns whether an entry differs for each value of an option; `same` samples have this entry. */
function dependsOnValue({ kind }: OptionSpec, entry: string, same: number): boolean {
  if (kind === "flag" || kind === "oneOf") return false;
  return kind === "text" || kind === "list" ? entry.includes(PROBE) : same < 2;
}

function samples(spec: OptionSpec): unknown[] {
  const { kind, values = [], min, max } = spec;
  if (kind === "flag") return [true, false, ...values];
  if (kind === "oneOf") return [...values];
  if (kind === "text" || kind === "list") return probes;
  return [...new Set([0, 1, 4242, min, max])].filter((value) => value !== undefined);
}

function show({ kind, entry }: { kind: keyof Permissions; entry?: string }): string {
  return entry === undefined ? kind : `${kind} ${JSON.stringify(entry)}`;
}

/** Returns the entries that are not granted. */
function missing(
  wanted: Permissions,
  granted: Permissions,
): { kind: keyof Permissions; entry: string }[] {
  return permissionNames.flatMap((kind) =>
    (wanted[kind] ?? [])
      .filter((entry) => !granted[kind]?.some((other) => covers(kind, other, entry)))
      .map((entry) => ({ kind, entry }))
  );
}
