/**
 * Quotes a word so that a POSIX shell reads it unchanged.
 *
 * @param word the word
 * @returns the word, in quotes if necessary
 */
export function shellWord(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
