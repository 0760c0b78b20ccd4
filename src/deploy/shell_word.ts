/**
 * Writes a word so that a POSIX shell takes it back as it is.
 *
 * @param word the word
 * @returns the word, in quotes where it needs them
 */
export function shellWord(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
