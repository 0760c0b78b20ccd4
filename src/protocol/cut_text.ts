/** Length of the UTF-8 character that begins with `lead`, in bytes; 0 for an invalid lead byte. */
function characterLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/**
 * Cuts text to a number of bytes, but not inside a UTF-8 character. NRPE's own cut leaves half a
 * character for the engine to store. If the bytes at the limit are not UTF-8, the text is cut
 * exactly at the limit.
 *
 * @param text the whole text
 * @param limit maximum length of the result, in bytes
 * @returns a view of the first bytes of the text
 */
export function cutText(text: Uint8Array, limit: number): Uint8Array {
  if (text.length <= limit) return text;
  let start = limit;
  while (start > 0 && limit - start < 3 && isContinuation(text[start]!)) start--;
  const end = start + characterLength(text[start]!);
  const inside = start < limit && limit < end && end <= text.length &&
    text.subarray(start + 1, end).every(isContinuation);
  return text.subarray(0, inside ? start : limit);
}
