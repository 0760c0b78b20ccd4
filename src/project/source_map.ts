import { decode, encode, type SourceMapSegment } from "@jridgewell/sourcemap-codec";
import { resolve } from "node:path/posix";
import { fileURLToPath } from "node:url";

/** The last line of a bundle with its source map. */
const mapLine = /\n\/\/# sourceMappingURL=data:application\/json;base64,([\w+/=]+)\s*$/;

/** The location of Checkwright. */
const own = new URL("../../", import.meta.url);

/**
 * Removes from the source map of a bundle everything that differs between machines or that no author
 * needs: the text of the modules, the modules of Checkwright, and the folders outside of the agent's
 * folder.
 *
 * @param bundle a bundle that ends with its source map
 * @param folder the folder that the paths of the map are relative to
 * @param moved whether a line will be put before the bundle
 * @returns the bundle with the smaller map; unchanged if it has no map
 */
export function reduceSourceMap(bundle: string, folder: string, moved = false): string {
  const [line, base64] = mapLine.exec(bundle) ?? [];
  if (line === undefined) return bundle;
  const { version, sources, mappings }: { version: 3; sources: string[]; mappings: string } = JSON
    .parse(new TextDecoder().decode(Uint8Array.fromBase64(base64!)));
  const kept = [...sources.keys()].filter((at) => !isOwn(sources[at]!, folder));
  const numbers = new Map(kept.map((at, number) => [at, number]));
  const map = {
    version,
    sources: kept.map((at) => shorten(sources[at]!)),
    names: [],
    mappings: encode([
      ...(moved ? [[]] : []),
      ...decode(mappings).map((segments) =>
        segments.map(([column, source, ...at]): SourceMapSegment => {
          const number = source === undefined ? undefined : numbers.get(source);
          // Without a source, the segment ends the one before it.
          return number === undefined ? [column] : [column, number, at[0]!, at[1]!];
        }).filter((segment, at, all) => segment.length > 1 || all[at - 1]?.length !== 1)
      ),
    ]),
  };
  const bytes = new TextEncoder().encode(JSON.stringify(map));
  const start = line.slice(0, line.indexOf(",") + 1);
  return `${bundle.slice(0, -line.length)}${start}${bytes.toBase64()}\n`;
}

function isOwn(source: string, folder: string): boolean {
  if (source.includes("/@checkwright/checkwright/")) return true;
  if (/^[a-z]+:/.test(source) || own.protocol !== "file:") return source.startsWith(own.href);
  const path = resolve(folder, source);
  return ["src/", "checks/"].some((part) => path.startsWith(fileURLToPath(own) + part));
}

/** Names the package of a module in the cache, and a few folders of every other module. */
function shorten(source: string): string {
  if (!/^(?:\.\.\/|\/)/.test(source)) return source;
  const [, packaged] = /\/npm\/[^/]+\/(.+)$/.exec(source) ?? [];
  return packaged === undefined ? source.split("/").slice(-3).join("/") : `npm:${packaged}`;
}
