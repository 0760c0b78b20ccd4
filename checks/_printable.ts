/**
 * Makes text from a peer safe for plugin output. Line breaks stay, other control characters become
 * `?` as in the output of `ps`. Trailing whitespace is removed, and long text is cut.
 *
 * @param text the text from the peer
 * @param length the maximum number of characters
 * @returns the safe text; `…` at its end shows that it was cut
 */
export function printable(text: string, length = 4096): string {
  const cut = text.length > length ? `${text.slice(0, length)}…` : text;
  // deno-lint-ignore no-control-regex -- control characters are replaced here
  return cut.replaceAll("\r\n", "\n").replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "?").trimEnd();
}
