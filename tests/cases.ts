/**
 * Reads conformance tables from a folder beside the checkout. The tables are not part of the project.
 * If the folder is missing, the tests that read it are skipped. The tests of each module have their
 * own tables with the same rules.
 */
const folder = new URL("../../shared/cases/", import.meta.url);

function exists(url: URL): boolean {
  try {
    return Deno.statSync(url).isDirectory;
  } catch {
    return false;
  }
}

/** Whether the conformance tables are missing; pass it as `ignore`. */
export const casesIgnored: boolean = !exists(folder);

/** Reads the rows of one table, for example `readCases<Row>("ranges")`. */
export function readCases<Row>(name: string): Row[] {
  return JSON.parse(Deno.readTextFileSync(new URL(`${name}.json`, folder)));
}
