/**
 * Stacks name places in the agent's bundle. With the source map at the end of the bundle, they become
 * places in the modules that the author wrote.
 */
import { SourceMap } from "node:module";

const mapStart = "\n//# sourceMappingURL=data:application/json;base64,";

const place = /\bagent\.js:(\d{1,9}):(\d{1,9})\b/g;

/**
 * Returns a bundle without its source map, which sandboxes do not need.
 *
 * @param bundle the agent's bundle
 * @returns the code
 */
export function withoutSourceMap(bundle: string): string {
  const at = bundle.lastIndexOf(mapStart);
  return at < 0 ? bundle : bundle.slice(0, at + 1);
}

/**
 * Makes a function that replaces the places of a bundle in a string, such as a stack, by file, line
 * and column of the original modules. The map is read when it is needed first.
 *
 * @param bundle the agent's bundle with its source map; without a map, texts stay as they are
 * @returns the function
 */
export function sourcePlaces(bundle: string): (text: string) => string {
  let map: SourceMap | undefined;
  const at = bundle.lastIndexOf(mapStart);
  if (at < 0) return (text) => text;
  const find = (found: string, line: string, column: string) => {
    map ??= new SourceMap(JSON.parse(atob(bundle.slice(at + mapStart.length).trim())));
    const entry = map.findEntry(Number(line) - 1, Number(column) - 1);
    return "originalSource" in entry
      ? `${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`
      : found;
  };
  return (text) => {
    try {
      return text.replace(place, find);
    } catch {
      // The map is damaged.
      return text;
    }
  };
}
