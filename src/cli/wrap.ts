/**
 * Breaks a string into lines at its spaces.
 *
 * @param text the string
 * @param width the maximum length of a line in characters; a longer word gets its own line
 * @returns the lines, at least one
 */
export function wrap(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    if (line === "") lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
