import { placeBelow } from "../agent/diagnostic.ts";
import { formatFlow } from "../agent/settings_file/flow.ts";
import { HIDDEN_SECRET, isSecretName } from "../agent/settings_file/located.ts";
import { writeCommand, writeSettings } from "../agent/settings_file/written.ts";
import type { Manifest, ManifestCommand } from "../agent/manifest.ts";
import { isRecord } from "../agent/read.ts";
import { execTable } from "../agent/run_settings.ts";
import { settingsTable } from "../agent/settings_table.ts";
import type { HostedAgent } from "./load_on_host.ts";

/** A setting, its value and the origin of the value. */
type Row = [place: string, value: string, origin: string];

/**
 * Formats the effective settings of this host with the origin of each value: the default, the agent,
 * or a line of a settings file. Settings of commands are listed only if the agent or a file sets them.
 *
 * @param agent the agent with the host's settings
 * @returns one line for each setting
 */
export function formatEffective({ manifest, said = [], host }: HostedAgent): string {
  const origins = new Set(said);
  const originOf = (place: string): string | undefined =>
    host.sourceOf(place) ?? (origins.has(place) ? "agent" : undefined) ??
      // `log: json` sets only the format.
      (place === "log.format" && !origins.has("log.level") ? originOf("log") : undefined);
  const rows = [...settingRows(manifest, originOf), ...commandRows(manifest, origins, originOf)];
  const [width, valueWidth] = [0, 1].map((column) =>
    Math.max(...rows.map((row) => Math.min(row[column]!.length, 50)))
  ) as [number, number];
  return rows.map(([place, value, origin]) =>
    `${place.padEnd(width)}  ${value.padEnd(valueWidth)}  ${origin}`
  ).join("\n");
}

type OriginOf = (place: string) => string | undefined;

function settingRows({ settings }: Manifest, originOf: OriginOf): Row[] {
  const values = writeSettings(settings);
  return Object.keys(settingsTable).flatMap((name) => {
    const value = values[name];
    const parts = isRecord(value)
      ? Object.entries(value).map(([part, below]) => [`${name}.${part}`, below] as const)
      : [[name, value] as const];
    return parts.filter(([, value]) => value !== undefined).map(([place, value]): Row => [
      place,
      shown(place, value),
      originOf(place) ?? "default",
    ]);
  });
}

function commandRows(
  { settings, commands, disabled = [] }: Manifest,
  origins: ReadonlySet<string>,
  originOf: OriginOf,
): Row[] {
  return [
    ...Object.entries(commands).flatMap(([name, command]) => ofCommand(name, command)),
    ...disabled.flatMap((name) => row(`${placeBelow("commands", name)}.disabled`, true)),
  ];

  function ofCommand(name: string, command: ManifestCommand): Row[] {
    const place = placeBelow("commands", name);
    const values = writeCommand(command);
    return ["plugin", "shell", "options", ...Object.keys(execTable)].flatMap((setting) => {
      const [below, value] = [placeBelow(place, setting), values[setting]];
      if (!isRecord(value)) return row(below, value);
      return Object.entries(value).flatMap(([key, item]) => {
        // The variables of all plugins are in the rows of the setting env.
        const isCommon = setting === "env" && settings.env[key] === item;
        const otherwise = origins.has(below) ? "agent" : originOf(below);
        return row(placeBelow(below, key), item, isCommon ? undefined : otherwise);
      });
    });
  }

  function row(place: string, value: unknown, otherwise?: string): Row[] {
    const origin = originOf(place) ?? otherwise;
    if (origin === undefined) return [];
    return [[place, shown(place, value), origin]];
  }
}

function shown(place: string, value: unknown): string {
  const isSecret = typeof value === "string" && isSecretName(place) && !value.startsWith("/");
  return isSecret ? HIDDEN_SECRET : formatFlow(value);
}
