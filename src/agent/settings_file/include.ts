import { isSpecial } from "../../check/grants.ts";
import { absolutePath } from "../../check/path.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { findFiles, isPattern } from "./glob.ts";
import type { Located } from "./located.ts";
import { whyUnread } from "./settings_file.ts";

/** The files that a settings file includes. */
export interface Included {
  /** The files, in the order in which they are read; later files override earlier ones. */
  paths: string[];
  /** The folders that were searched for files. */
  folders: string[];
  diagnostics: Diagnostic[];
}

/**
 * Finds the files that a settings file includes. A pattern may match no file, and never includes
 * the settings file itself. A path that is not a pattern must exist.
 *
 * @param located the contents of the file
 * @param path the path of the file; patterns are relative to it
 * @returns the files, and errors about paths and patterns
 */
export async function findIncluded(located: Located, path: string): Promise<Included> {
  const found: Included = { paths: [], folders: [], diagnostics: [] };
  const folder = path.includes("/") ? path.replace(/[^/]*$/, "") : "";
  const include = located.value instanceof Map ? located.value.get("include") : undefined;
  if (include === undefined) return found;
  const patterns = Array.isArray(include.value) ? include.value : [include];
  for (const [index, { source, value: pattern }] of patterns.entries()) {
    if (typeof pattern !== "string" || pattern === "") continue;
    const reportError = (message: string) => {
      const place = Array.isArray(include.value) ? `include[${index}]` : "include";
      found.diagnostics.push({ place, source, message, severity: "error" });
    };
    const whole = pattern.startsWith("/") ? pattern : `${folder}${pattern}`;
    try {
      const { paths, folders } = isPattern(pattern)
        ? await findFiles(whole)
        : { paths: [whole], folders: [] };
      if (!isPattern(pattern)) await Deno.stat(whole);
      const special = [...folders, whole].find((found) => isSpecial(absolutePath(found)));
      if (special !== undefined) {
        reportError(
          `Cannot read ${JSON.stringify(whole)}: the runtime cannot read files below /dev, /proc ` +
            "and /sys, and a pattern must not search these folders",
        );
        continue;
      }
      const split = [...folders, ...paths].find((found) => /[,\p{Cc}]/u.test(found));
      if (split !== undefined) {
        reportError(
          `Cannot read ${
            JSON.stringify(split)
          }: expected a path without commas or control characters`,
        );
        continue;
      }
      found.folders.push(...folders);
      if (whole === path) reportError("A file cannot include itself: expected another file");
      found.paths.push(...paths.filter((file) => file !== path && !found.paths.includes(file)));
    } catch (error) {
      reportError(`Cannot read ${JSON.stringify(whole)}: ${whyUnread(error)}`);
    }
  }
  return found;
}
