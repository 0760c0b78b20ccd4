import { relative } from "node:path/posix";
import { VERSION } from "../daemon/version.ts";

/** The entries by which the `deno.json` of another project refers to Checkwright. */
export interface OwnPackage {
  /** The modules of the package by name, for an import map. */
  imports: Record<string, string>;
  /** The files that these imports need in the project, by path. */
  modules: Record<string, string>;
  /** The module of the command line, as an argument of `deno run` in a task. */
  main: string;
}

const name = "@checkwright/checkwright";

/**
 * Returns how a project refers to the running Checkwright: by its path if it is a checkout, otherwise
 * as the published package.
 *
 * If an import map refers directly to the checkout, Deno 2.9 warns at each command that the checkout's
 * `deno.json` has `links`. Therefore it refers to files of the project, which re-export the checkout.
 *
 * @param folder the real path of the project
 * @param root the location of the running Checkwright
 * @returns the entries for the `deno.json` of the project
 */
export function findPackage(
  folder: string,
  root: URL = new URL("../../", import.meta.url),
): OwnPackage {
  const published = `jsr:${name}@^${VERSION}`;
  if (root.protocol !== "file:") {
    return {
      imports: { [name]: published, [`${name}/checks`]: `${published}/checks` },
      modules: {},
      main: `${published}/cli`,
    };
  }
  const checkout = decodeURIComponent(root.pathname).replace(/\/$/, "");
  const place = isNear(folder, checkout) ? relative(folder, checkout) || "." : checkout;
  // The path relative to the folder checkwright/ of the project, as a URL.
  const url = (place.startsWith("/") ? place : `../${place}`).split("/").map(encodeURIComponent)
    .join("/");
  const lead = (path: string) =>
    [
      "// The location of Checkwright: the imports of deno.json refer to this file. Each machine needs the",
      `// checkout at this path. After publication, the imports can be "${published}" instead.`,
      `export * from ${JSON.stringify(`${url}/${path}`)};`,
      "",
    ].join("\n");
  return {
    imports: { [name]: "./checkwright/mod.ts", [`${name}/checks`]: "./checkwright/checks.ts" },
    modules: {
      "checkwright/mod.ts": lead("src/mod.ts"),
      "checkwright/checks.ts": lead("checks/mod.ts"),
    },
    main: quote(`${place}/src/cli/main.ts`, new URL("src/cli/main.ts", root)),
  };
}

/**
 * Returns whether two folders are probably moved or cloned together. If so, their first two folders
 * are the same, as in `/home/me/shop/checks` and `/home/me/checkwright`.
 */
function isNear(a: string, b: string): boolean {
  const [as, bs] = [a.split("/"), b.split("/")];
  return [1, 2].every((at) => as[at] !== undefined && as[at] !== "" && as[at] === bs[at]);
}

/** Quotes a path for the command line of a task; the shell of `deno task` has no escapes. */
function quote(path: string, url: URL): string {
  return /^[\w./@+-]+$/.test(path) ? path : `'${url.href.replaceAll("'", "%27")}'`;
}
