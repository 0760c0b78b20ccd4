import type { CheckCommand } from "../check/define_check.ts";
import type { OptionSpec, SecretSource } from "../check/option.ts";
import { parseOptions } from "../check/parse_option.ts";
import { hideSecrets, parseSource } from "../check/vault.ts";
import { formatRange, type Range } from "../nagios/range.ts";
import type { Report } from "./diagnostic.ts";
import type { ManifestCheck } from "./manifest.ts";
import { expectOneOf, isRecord, show } from "./read.ts";

/** A check's options as the manifest contains them. */
export interface DescribedOptions {
  options: ManifestCheck["options"];
  /**
   * The parsed values that the check receives; undefined if one of them is invalid. A secret is an
   * empty string.
   */
  parsed: Record<string, unknown> | undefined;
  /** The places of the secrets. */
  secrets: readonly SecretSource[];
  values: ManifestCheck["values"];
  hostValues?: Record<string, unknown>;
}

/**
 * Turns a check's options and their values into data, and finds their errors.
 *
 * @param command the check with its option values
 * @param override the host's option values, not checked
 * @param report receives the errors
 * @returns the options and values
 */
export function describeOptions(
  { definition, values }: CheckCommand,
  override: unknown,
  report: Report,
): DescribedOptions {
  const options: Record<string, OptionSpec> = definition.options ?? {};
  const at = report.at("options");
  checkSpecs(options, at);
  if (override !== undefined && !isRecord(override)) {
    at.error(`Invalid value ${show(override)}: expected a map`);
  }
  const hostValues = isRecord(override) ? override : {};
  const bound = { ...values, ...hostValues };
  const parsed = parseOptions(options, bound);
  for (const { option, message } of parsed.errors) {
    at.at(option).error(
      Object.hasOwn(options, option)
        ? message
        : `Unknown option ${show(option)}: ${expectOneOf(option, Object.keys(options))}`,
    );
  }
  const secrets = Object.entries(parsed.values)
    .filter(([name]) => options[name]!.kind === "secret");
  return {
    options: mapValues(options, (spec) => ({ ...spec, default: asWritten(spec.default) })),
    parsed: parsed.errors.length > 0 ? undefined : hideSecrets(options, parsed.values),
    secrets: secrets.map(([, source]) => source as SecretSource),
    values: mapValues(bound, (value, name) => asWritten(withoutSecret(options[name], value))),
    ...(Object.keys(hostValues).length > 0 && {
      hostValues: mapValues(hostValues, (value, name) => withoutSecret(options[name], value)),
    }),
  };
}

function mapValues<T, U>(
  record: Readonly<Record<string, T>>,
  map: (value: T, name: string) => U,
): Record<string, U> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, map(value, name)]),
  );
}

// A wrong value may be the secret itself, which must not get into a manifest.
function withoutSecret(spec: OptionSpec | undefined, value: unknown): unknown {
  if (spec?.kind !== "secret") return value;
  try {
    return parseSource(value);
  } catch {
    return undefined;
  }
}

// Writes ranges as strings, so that the manifest is JSON: JSON has no infinities.
function asWritten(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asWritten);
  if (typeof value === "object" && value !== null && "inside" in value) {
    return formatRange(value as Range);
  }
  if (isRecord(value)) return mapValues(value, asWritten);
  return typeof value === "function" || typeof value === "symbol" ? undefined : value;
}

function checkSpecs(options: Record<string, OptionSpec>, report: Report): void {
  const letters = new Map<string, string>();
  for (const [name, { kind, short, description, labels, per }] of Object.entries(options)) {
    if (kind === "secret" && (short !== undefined || per !== undefined)) {
      report.at(name).error(
        "A secret cannot have a short form, or a value for each item of a list",
      );
    }
    if (!/^[A-Za-z][A-Za-z0-9]*$/.test(name)) {
      report.at(name).error(`Invalid option name ${show(name)}: expected letters and digits`);
    }
    if (typeof description !== "string" || description === "") {
      report.at(name).error("Missing description: expected a string");
    }
    if (labels !== undefined) checkLabels(labels, report.at(name));
    if (labels !== undefined && per !== undefined) {
      report.at(name).error("An option with labels cannot have a value for each item of a list");
    }
    if (short === undefined) continue;
    if (!/^[A-Za-z0-9]$/.test(short)) {
      report.at(name).error(`Invalid short option ${show(short)}: expected one letter or digit`);
    }
    const other = letters.get(short);
    if (other !== undefined) {
      report.at(name).error(`Duplicate short option ${show(short)}: also set for ${show(other)}`);
    }
    letters.set(short, name);
  }
}

function checkLabels(labels: readonly string[], report: Report): void {
  if (!Array.isArray(labels) || labels.length === 0) {
    report.error(`Invalid labels ${show(labels)}: expected a list of names`);
    return;
  }
  for (const [at, label] of labels.entries()) {
    if (label === "*" || typeof label !== "string" || !/^[^\s=,](?:[^=,]*[^\s=,])?$/.test(label)) {
      report.error(`Invalid label ${show(label)}: expected a name without "=" and ","`);
    } else if (labels.indexOf(label) < at) report.error(`Duplicate label ${show(label)}`);
  }
}
