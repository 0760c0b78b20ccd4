import { assert, assertEquals } from "@std/assert";

const root = new URL("../", import.meta.url);

Deno.test("Comments, strings and pages contain no phrase that the word list replaces", async () => {
  const phrases = phrasesOf(await Deno.readTextFile(new URL("src/README.md", root)));
  assert(phrases.length > 20);
  const found: string[] = [];
  for (const path of await filesOf("")) {
    if (path === "tests/words_test.ts") continue;
    const text = await Deno.readTextFile(new URL(path, root));
    for (
      const { line, prose } of path.endsWith(".ts") ? proseOf(text) : [{ line: 1, prose: text }]
    ) {
      for (const match of prose.matchAll(phrasePattern(phrases))) {
        if (/[a-z][A-Z]/.test(match[0])) continue; // `noBody` is a name in code.
        if (path === "src/README.md" && inWordList(prose, match.index)) continue;
        found.push(`${path}:${line + lineOf(prose, match.index)}: ${match[0]}`);
      }
    }
  }
  assertEquals(found, []);
});

Deno.test("The word list is matched in comments and sentences, and not in code", () => {
  const source = [
    "const fault = error.fault; // the fault",
    "/** A\n * fault, not a.fault. */",
    'f("fault");',
    "f(`It has ${count} faults in it`);",
    'f("a \\"quoted\\" fault here");',
    "f('default of a thing');",
  ].join("\n");
  const pattern = phrasePattern(["fault", "faults", "is no"]);
  const lines = proseOf(source).flatMap(({ line, prose }) =>
    [...prose.matchAll(pattern)].map((match) => line + lineOf(prose, match.index))
  );
  assertEquals(lines, [1, 3, 5, 6]);
  assertEquals("It is no longer one, it is no one".match(pattern)?.length, 1);
});

/** Returns the phrases in the last column of the table of words. */
function phrasesOf(page: string): string[] {
  return wordList(page).split("\n").filter((line) => line.startsWith("|")).slice(2)
    .flatMap((row) => row.split("|").at(-2)!.split(","))
    .map((phrase) => phrase.trim()).filter((phrase) => phrase !== "");
}

function wordList(page: string): string {
  const start = page.indexOf("\n## Words\n");
  return page.slice(start, page.indexOf("\n## ", start + 1));
}

function inWordList(page: string, index: number): boolean {
  const start = page.indexOf("\n## Words\n");
  return index > start && index < start + wordList(page).length;
}

/**
 * Returns a pattern that finds the phrases. A phrase may contain a line break and the mark of a
 * comment. "is no longer" does not match "is no".
 */
function phrasePattern(phrases: string[]): RegExp {
  const words = phrases.map((phrase) => phrase.replaceAll(" ", "(?:\\s+(?:\\*|//)?\\s*)"));
  return new RegExp(`(?<![.\\w])(?:${words.join("|")})\\b(?!\\s+(?:longer|more)\\b)`, "gi");
}

/** Returns the comments of a source, and its strings that contain a sentence. */
function proseOf(source: string): { line: number; prose: string }[] {
  const token =
    /\/\*[\s\S]*?\*\/|\/\/.*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\[\s\S]|[^`\\])*`/g;
  return [...source.matchAll(token)]
    .filter(([text]) => text.startsWith("/") || /\w \S+ \w/.test(text))
    .map((match) => ({ line: 1 + lineOf(source, match.index), prose: match[0] }));
}

/** Returns the number of line breaks before an index. */
function lineOf(text: string, index: number): number {
  return text.slice(0, index).split("\n").length - 1;
}

/** Returns the paths of all pages and source files. */
async function filesOf(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(`./${folder}`, root))) {
    if (isDirectory && !name.startsWith(".") && name !== "node_modules") {
      found.push(...await filesOf(`${folder}${name}/`));
    } else if (/\.(ts|md|yaml)$/.test(name)) {
      found.push(folder + name);
    }
  }
  return found.sort();
}
