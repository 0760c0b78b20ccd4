/** Reads the console samples of a page, for tests that run them. */

/** A command of a console sample and the output that the page shows. */
export interface Sample {
  /** The command, without the prompt. */
  command: string;
  /** The lines below it, without blank lines at the end. */
  output: string;
}

/**
 * Reads the `console` blocks of a page.
 *
 * @param page the path of the page below the root of the project
 * @returns the commands of all blocks in their order
 */
export async function samplesOf(page: string): Promise<Sample[]> {
  const text = await Deno.readTextFile(new URL(`../${page}`, import.meta.url));
  const samples: Sample[] = [];
  for (const [, block] of text.matchAll(/^```console\n([\s\S]*?)^```$/gm)) {
    for (const part of block!.split(/^\$ /m).slice(1)) {
      const [command, ...output] = part.split("\n");
      samples.push({ command: command!, output: output.join("\n").trimEnd() });
    }
  }
  return samples;
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

/** Replaces what differs from run to run: numbers become `N`. */
export function withoutNumbers(text: string): string {
  return text.trimEnd().replaceAll(/\d+(?:\.\d+)?/g, "N");
}
