import type { Diagnostic } from "./diagnostic.ts";
import { findIncluded } from "./settings_file/include.ts";
import { type Located, mergeLocated, plainOf, sourcesOf } from "./settings_file/located.ts";
import { readSettingsFile, type SettingsFile } from "./settings_file/settings_file.ts";
import type { HostSettings } from "./manifest.ts";

/** The host's settings: a file, and the files that it includes. */
export interface HostFile {
  /** The merged settings of all files, for `describeAgent()`. */
  settings: HostSettings;
  /** Errors and warnings of the files, each with file and line. */
  diagnostics: Diagnostic[];
  /** All files of the settings, including the files that could not be read. */
  files: string[];
  /** All folders that were searched for files. */
  folders: string[];
  /**
   * Finds the file and line that set a place of the agent.
   *
   * @param place the place, as in diagnostics
   * @returns `settings.yaml:4`; undefined if no file sets it
   */
  sourceOf(place: string): string | undefined;
  /**
   * Adds file and line to diagnostics of `describeAgent()` and `inspectHost()` if one of these
   * files sets the value, and removes those that `diagnostics` already contains. Diagnostics about
   * values of the agent stay unchanged.
   *
   * @param diagnostics the diagnostics
   * @returns the diagnostics with sources
   */
  locate(diagnostics: readonly Diagnostic[]): Diagnostic[];
}

/**
 * Reads the host's settings. An included file overrides the file that includes it, and files that
 * are included before it: maps are merged key by key, anything else is replaced.
 *
 * @param path the file; undefined if the host has no settings
 * @returns the settings and all diagnostics; an invalid file does not reject the promise
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
  const values = read.map(({ located }) => located).filter((located) => located !== undefined);
  const located = values.reduce(mergeLocated, { source: "", value: new Map() } as Located);
  const { include: _include, format: _format, ...settings } = plainOf(located) as Record<
    string,
    unknown
  >;
  const sources = sourcesOf(located);
  const errors = read.flatMap(({ tableErrors }) => tableErrors);
  const sourceOf = (place: string) => sources.get(place);
  return {
    settings,
    diagnostics: read.flatMap((file) => [...file.diagnostics, ...untrustedLines(file)]),
    files,
    folders,
    sourceOf,
    locate: (diagnostics) =>
      diagnostics.flatMap((diagnostic) => {
        const added = diagnostic.place.replace(pluginWords, "$1.plugin").replace(
          shellLine,
          "$1.shell",
        );
        const place = sources.has(added) ? added : diagnostic.place;
        const causes = diagnostic.severity === "error" ? becauseOf(place) : [];
        const source = [place, ...causes].map(sourceOf).find((each) => each !== undefined);
        if (source === undefined) return diagnostic;
        const known = errors.some((error) => error.place === place && error.source === source);
        return known && diagnostic.severity === "error" ? [] : { ...diagnostic, place, source };
      }),
  };
}

const command = String.raw`commands\.(?:"(?:[^"\\]|\\.)*"|[^."[]+)`;

/** The path and arguments of a plugin: `argv` in the manifest, `plugin` in a settings file. */
const pluginWords = new RegExp(`^(${command})\\.argv\\b`);

/** The line of a shell command: `line` in the manifest, `shell` in a settings file. */
const shellLine = new RegExp(`^(${command})\\.line$`);

const permissionsOf = new RegExp(`^(${command})\\.permissions\\b`);

// Returns the places that can cause an error at a given place. Options decide on permissions, and
// without TLS a client cannot present a certificate.
function becauseOf(place: string): string[] {
  if (place === "clients") return ["tls.clientCertificates", "tls"];
  const [, name] = permissionsOf.exec(place) ?? [];
  return name === undefined ? [] : [`${name}.options`];
}

// The owner of a settings file can start any program with a shell line.
function untrustedLines({ located, untrusted }: SettingsFile): Diagnostic[] {
  if (located === undefined || untrusted === undefined) return [];
  return [...sourcesOf(located)].filter(([place]) => shellSetting.test(place)).map((
    [place, source],
  ) => ({
    place,
    source,
    message: `This file may not define shell lines, because ${untrusted}`,
    severity: "error",
  }));
}

const shellSetting = new RegExp(`^${command}\\.shell$`);

async function inspectKey({ settings, sourceOf }: HostFile): Promise<Diagnostic[]> {
  const { key } = Object(settings.tls) as { key?: unknown };
  if (typeof key !== "string") return [];
  // A missing file is reported when the key is loaded.
  const { mode } = await Deno.stat(key).catch(() => ({ mode: null }));
  if (((mode ?? 0) & 0o004) === 0) return [];
  const place = "tls.key";
  return [{
    place,
    source: sourceOf(place)!,
    message: `File ${JSON.stringify(key)} is world-readable: expected mode 0600`,
    severity: "warning",
  }];
}
