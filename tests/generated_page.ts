/** Compares the generated part of a page with the definitions that it comes from. */
import { assert, assertEquals } from "@std/assert";
import { runToEnd } from "./waiting.ts";

const start = "<!-- Generated from the definitions: CHECKWRIGHT_WRITE_PAGES=1 rewrites it. -->";
const end = "<!-- End of the generated part. -->";

/**
 * Fails if the generated part of a page is out of date. With `CHECKWRIGHT_WRITE_PAGES=1` in the
 * environment it rewrites the page instead.
 *
 * @param page the path of the page below the root of the project
 * @param generated the text between the two marks of the page, in any layout
 */
export async function assertGenerated(page: string, generated: string): Promise<void> {
  const url = new URL(`../${page}`, import.meta.url);
  const before = await Deno.readTextFile(url);
  const [head, rest, ...more] = before.split(start);
  const [, tail, ...others] = (rest ?? "").split(end);
  assert(
    tail !== undefined && more.length + others.length === 0,
    `${page} must contain each mark of its generated part once`,
  );
  const after = await format(`${head}${start}\n\n${generated.trim()}\n\n${end}${tail}`);
  if (Deno.env.get("CHECKWRIGHT_WRITE_PAGES") === "1") await Deno.writeTextFile(url, after);
  else assertEquals(before, after, `${page}: run this test with CHECKWRIGHT_WRITE_PAGES=1`);
}

/** Formats a page like `deno fmt`, with the line width of this repository. */
async function format(text: string): Promise<string> {
  const path = await Deno.makeTempFile({ suffix: ".md" });
  try {
    await Deno.writeTextFile(path, text);
    const { success, stderr } = await runToEnd(Deno.execPath(), {
      args: ["fmt", "--no-config", "--line-width=100", path],
    });
    assert(success, new TextDecoder().decode(stderr));
    return await Deno.readTextFile(path);
  } finally {
    await Deno.remove(path);
  }
}
