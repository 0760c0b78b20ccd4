import type { Diagnostic } from "./diagnostic.ts";
import { findIncluded } from "./settings_file/include.ts";
import { type Located, mergeLocated, plainOf, sourcesOf } from "./settings_file/located.ts";
import { readSettingsFile, type SettingsFile } from "./settings_file/settings_file.ts";
import type { HostSettings } from "./manifest.ts";

/** The host's settings: a file, and those that it includes. */
export interface HostFile {
  /** What they say together, for `describeAgent()`. */
  settings: HostSettings;
  /** What is wrong with the files, each with file and line. */
  diagnostics: Diagnostic[];
  /** Every file that was read, or should have been. */
  files: string[];
  /** Every folder that was searched for files. */
  folders: string[];
  /**
   * Finds where a place of the agent is set by these files.
   *
   * @param place as diagnostics name it
   * @returns `settings.yaml:4`; undefined where the files say nothing of it
   */
  sourceOf(place: string): string | undefined;
  /**
   * Puts file and line to what `describeAgent()` and `inspectHost()` found, where these files say
   * it, and leaves out what `diagnostics` has already. What the agent says keeps its place.
   *
   * @param diagnostics what they found
   * @returns the same with sources
   */
  locate(diagnostics: readonly Diagnostic[]): Diagnostic[];
}

/**
 * Reads the host's settings. An included file wins over the file that includes it, and over those
 * that are included before it: maps are merged key by key, anything else is replaced.
 *
 * @param path the file; undefined where there is none
 * @returns what it says, and everything that is wrong with it; never rejects for the file's sake
 */
export async function readHostSettings(path: string | undefined): Promise<HostFile> {
  if (path === undefined) return hostFile([], [], []);
  const main = await readSettingsFile(path, false);
  const { paths, folders, diagnostics } = main.located === undefined
    ? { paths: [], folders: [], diagnostics: [] }
    : await findIncluded(main.located, path);
  main.diagnostics.push(...diagnostics);
  const included = await Promise.all(paths.map((file) => readSettingsFile(file, true)));
  const file = hostFile([main, ...included], [path, ...paths], folders);
  file.diagnostics.push(...await inspectKey(file));
  return file;
}

function hostFile(read: readonly SettingsFile[], files: string[], folders: string[]): HostFile {
  const said = read.map(({ located }) => located).filter((located) => located !== undefined);
  const located = said.reduce(mergeLocated, { source: "", value: new Map() } as Located);
  const { include: _include, ...settings } = plainOf(located) as Record<string, unknown>;
  const sources = sourcesOf(located);
  const faults = read.flatMap(({ faults }) => faults);
  const sourceOf = (place: string) => sources.get(place);
  return {
    settings,
    diagnostics: read.flatMap(({ diagnostics }) => diagnostics),
    files,
    folders,
    sourceOf,
    locate: (diagnostics) =>
      diagnostics.flatMap((diagnostic) => {
        const plugin = diagnostic.place.replace(pluginWords, "$1.plugin");
        const place = sources.has(plugin) ? plugin : diagnostic.place;
        const causes = diagnostic.severity === "error" ? becauseOf(place) : [];
        const source = [place, ...causes].map(sourceOf).find((each) => each !== undefined);
        if (source === undefined) return diagnostic;
        const known = faults.some((fault) => fault.place === place && fault.source === source);
        return known && diagnostic.severity === "error" ? [] : { ...diagnostic, place, source };
      }),
  };
}

const command = String.raw`commands\.(?:"(?:[^"\\]|\\.)*"|[^."[]+)`;

/** The words of a plugin, which a settings file calls `plugin`. */
const pluginWords = new RegExp(`^(${command})\\.argv\\b`);

const permissionsOf = new RegExp(`^(${command})\\.permissions\\b`);

// What follows from another place: options decide on permissions, and without TLS no client can show
// a certificate.
function becauseOf(place: string): string[] {
  if (place === "clients") return ["tls.clientCertificates", "tls"];
  const [, name] = permissionsOf.exec(place) ?? [];
  return name === undefined ? [] : [`${name}.options`];
}

async function inspectKey({ settings, sourceOf }: HostFile): Promise<Diagnostic[]> {
  const { key } = Object(settings.tls) as { key?: unknown };
  if (typeof key !== "string") return [];
  // Whether it is there is found out by who loads it.
  const { mode } = await Deno.stat(key).catch(() => ({ mode: null }));
  if (((mode ?? 0) & 0o004) === 0) return [];
  const place = "tls.key";
  return [{
    place,
    source: sourceOf(place)!,
    message: `Anybody may read ${JSON.stringify(key)}: expected mode 0600`,
    severity: "warning",
  }];
}
