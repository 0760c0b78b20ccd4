import type { Diagnostic } from "../diagnostic.ts";
import { findFiles, isPattern } from "./glob.ts";
import type { Located } from "./located.ts";
import { whyUnread } from "./settings_file.ts";

/** What a file includes. */
export interface Included {
  /** The files, in the order in which they are read; the last one wins. */
  paths: string[];
  /** The folders that were searched for them. */
  folders: string[];
  diagnostics: Diagnostic[];
}

/**
 * Finds the files that a settings file includes. A pattern may find nothing, and leaves the file
 * itself out; a plain path must be there.
 *
 * @param located what the file says
 * @param path the file, which patterns are relative to
 * @returns the files and what is wrong with the patterns
 */
export async function findIncluded(located: Located, path: string): Promise<Included> {
  const found: Included = { paths: [], folders: [], diagnostics: [] };
  const folder = path.includes("/") ? path.replace(/[^/]*$/, "") : "";
  const include = located.value instanceof Map ? located.value.get("include") : undefined;
  if (include === undefined) return found;
  const patterns = Array.isArray(include.value) ? include.value : [include];
  for (const [index, { source, value: pattern }] of patterns.entries()) {
    if (typeof pattern !== "string" || pattern === "") continue;
    const fault = (message: string) => {
      const place = Array.isArray(include.value) ? `include[${index}]` : "include";
      found.diagnostics.push({ place, source, message, severity: "error" });
    };
    const whole = pattern.startsWith("/") ? pattern : `${folder}${pattern}`;
    try {
      const { paths, folders } = isPattern(pattern)
        ? await findFiles(whole)
        : { paths: [whole], folders: [] };
      found.folders.push(...folders);
      if (!isPattern(pattern)) await Deno.stat(whole);
      if (whole === path) fault("A file cannot include itself: expected another one");
      found.paths.push(...paths.filter((file) => file !== path && !found.paths.includes(file)));
    } catch (error) {
      fault(`Cannot read ${JSON.stringify(whole)}: ${whyUnread(error)}`);
    }
  }
  return found;
}
