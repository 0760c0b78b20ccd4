/** The page of the command line. */
export const PAGE = new URL("../../src/cli/README.md", import.meta.url);

/** A command of a console sample with its output. */
export interface Sample {
  command: string;
  output: string;
}

/** Returns the console samples of the page, without their fences. */
export async function consoleBlocks(): Promise<string[]> {
  const page = await Deno.readTextFile(PAGE);
  return [...page.matchAll(/^```console\n([^]*?)^```$/gm)].map(([, block]) => block!);
}

/** Splits a console sample at its prompts. */
export function parseConsole(block: string): Sample[] {
  return block.split(/^\$ /m).slice(1).map((part) => {
    const [command, ...output] = part.split("\n");
    return { command: command!, output: output.join("\n") };
  });
}
