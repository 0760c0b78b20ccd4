/** Reads the console samples of a page, for tests that run them. */

/** A command of a console sample and the output that the page shows. */
export interface Sample {
  /** The command, without the prompt. */
  command: string;
  /** The lines below it, without blank lines at the end. */
  output: string;
}

/**
 * Returns the `console` blocks of a page, without their fences.
 *
 * @param page the path of the page below the root of the project
 */
export async function consoleBlocks(page: string): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(`../${page}`, import.meta.url));
  return [...text.matchAll(/^```console\n([\s\S]*?)^```$/gm)].map(([, block]) => block!);
}

/** Splits a console block at its prompts. */
export function parseConsole(block: string): Sample[] {
  return block.split(/^\$ /m).slice(1).map((part) => {
    const [command, ...output] = part.split("\n");
    return { command: command!, output: output.join("\n").trimEnd() };
  });
}

/** Returns the samples of all console blocks of a page, in their order. */
export async function samplesOf(page: string): Promise<Sample[]> {
  return (await consoleBlocks(page)).flatMap(parseConsole);
}

/**
 * Returns the output that a page shows for a command.
 *
 * @throws {Error} if the page does not contain the command exactly once
 */
export async function shownOutput(page: string, command: string): Promise<string> {
  const found = (await samplesOf(page)).filter((sample) => sample.command === command);
  if (found.length !== 1) throw new Error(`${page} contains "$ ${command}" ${found.length} times`);
  return found[0]!.output;
}

/** Replaces the numbers, which differ from run to run, by `N`. */
export function withoutNumbers(text: string): string {
  return text.trimEnd().replaceAll(/\d+(?:\.\d+)?/g, "N");
}
