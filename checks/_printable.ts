/**
 * Makes a peer's words safe to stand in plugin output: no control characters but line breaks, no
 * blanks at the end, no endless length.
 *
 * @param text What the peer said
 * @param length The most characters that are kept
 * @returns The text, cut where it is longer, `?` in the place of control characters as ps has it
 */
export function printable(text: string, length = 4096): string {
  const cut = text.length > length ? `${text.slice(0, length)}…` : text;
  // deno-lint-ignore no-control-regex -- control characters are what must not stay
  return cut.replaceAll("\r\n", "\n").replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "?").trimEnd();
}
