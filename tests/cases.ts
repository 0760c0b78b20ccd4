/**
 * The conformance tables that lie beside a checkout, in `../shared/cases`. They are not part of the
 * project: where they are absent, the tests that read them are reported as ignored, and each
 * module's own table still holds the same rules.
 */
const folder = new URL("../../shared/cases/", import.meta.url);

function exists(url: URL): boolean {
  try {
    return Deno.statSync(url).isDirectory;
  } catch {
    return false;
  }
}

/** True where there are no conformance tables to read; pass it as `ignore`. */
export const casesIgnored: boolean = !exists(folder);

/** Reads the rows of one table, for example `readCases<Row>("ranges")`. */
export function readCases<Row>(name: string): Row[] {
  return JSON.parse(Deno.readTextFileSync(new URL(`${name}.json`, folder)));
}
