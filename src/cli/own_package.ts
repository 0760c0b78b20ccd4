import { relative } from "node:path/posix";
import { VERSION } from "../daemon/version.ts";

/** How another project finds Checkwright. */
export interface OwnPackage {
  /** The package's modules by their names, for an import map. */
  imports: Record<string, string>;
  /** Modules that these need in the project, by their paths in it. */
  modules: Record<string, string>;
  /** The command line, as `deno run` takes it from a task. */
  main: string;
}

const name = "@checkwright/checkwright";

/**
 * Says how a project finds the Checkwright that runs now: a checkout by its path, anything else as
 * the published package.
 *
 * An import map that leads straight into the checkout makes Deno 2.9 warn, at each command, that the
 * checkout's `deno.json` has `links`. So it leads to modules of the project, which lead there.
 *
 * @param folder the project, a real path
 * @param root where this Checkwright is
 * @returns what its `deno.json` is to say
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
  // From a folder further down, and as an URL.
  const url = (place.startsWith("/") ? place : `../${place}`).split("/").map(encodeURIComponent)
    .join("/");
  const lead = (path: string) =>
    [
      "// Where Checkwright is: deno.json has the imports lead here. The checkout must be there on each",
      `// machine; once it is published, they may say "${published}" instead.`,
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
 * Whether both are moved, or cloned, together rather than apart: they have more than one folder in
 * common, as `/home/me/shop/checks` and `/home/me/checkwright`.
 */
function isNear(a: string, b: string): boolean {
  const [as, bs] = [a.split("/"), b.split("/")];
  return [1, 2].every((at) => as[at] !== undefined && as[at] !== "" && as[at] === bs[at]);
}

/** A path as a task's command line takes it; the shell of `deno task` has no escapes. */
function quote(path: string, url: URL): string {
  return /^[\w./@+-]+$/.test(path) ? path : `'${url.href.replaceAll("'", "%27")}'`;
}
