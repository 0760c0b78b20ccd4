/**
 * Text on the wire is bytes in no declared encoding: mostly UTF-8, sometimes what a plugin printed
 * in Latin-1. Bytes that are not UTF-8 travel through strings as lone surrogates, U+DC80 to U+DCFF,
 * as Python's `surrogateescape` does it (PEP 383), and leave as the bytes they were.
 */
const ESCAPE = 0xdc00;
const FIRST_ESCAPED = 0x80;
const LAST_ESCAPED = 0xff;

const encoder = new TextEncoder();
// `ignoreBOM` means that a byte order mark is kept as the character it is.
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Turns bytes into text and loses nothing: {@linkcode encodeText} gives the same bytes back.
 *
 * @param bytes Any bytes; what is UTF-8 becomes what it says, a byte order mark included
 * @returns The text; a byte that is not part of valid UTF-8 is a lone surrogate U+DC80 to U+DCFF
 */
export function decodeText(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeBroken(bytes);
  }
}

/**
 * Turns text into bytes, the reverse of {@linkcode decodeText}.
 *
 * @param text Any text; a lone surrogate U+DC80 to U+DCFF becomes the byte it stands for, any other
 * lone surrogate becomes U+FFFD
 * @returns The bytes, UTF-8 otherwise
 */
export function encodeText(text: string): Uint8Array {
  return text.isWellFormed() ? encoder.encode(text) : encodeBroken(text);
}

function decodeBroken(bytes: Uint8Array): string {
  let text = "";
  let start = 0;
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    if (start < at) text += strict.decode(bytes.subarray(start, at));
    text += String.fromCharCode(ESCAPE + bytes[at]!);
    start = ++at;
  }
  return start < at ? text + strict.decode(bytes.subarray(start, at)) : text;
}

/** The length in bytes of the UTF-8 character at a place; 0 where there is none (RFC 3629). */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  for (let i = 1; i < length; i++) {
    // Past the end this is undefined, which `>> 6` turns into 0: not a continuation byte.
    if (bytes[at + i]! >> 6 !== 0b10) return 0;
  }
  const second = bytes[at + 1]!;
  const overlong = first === 0xe0 && second < 0xa0 || first === 0xf0 && second < 0x90;
  const beyond = first === 0xed && second > 0x9f || first === 0xf4 && second > 0x8f;
  return overlong || beyond ? 0 : length;
}

function encodeBroken(text: string): Uint8Array {
  // A UTF-16 unit takes three bytes at most.
  const bytes = new Uint8Array(text.length * 3);
  let length = 0;
  let start = 0;
  const flush = (end: number) => {
    // The encoder writes U+FFFD for the lone surrogates that are no escaped bytes.
    if (start < end) {
      length += encoder.encodeInto(text.slice(start, end), bytes.subarray(length)).written;
    }
  };
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0xd800 && unit <= 0xdbff && text.codePointAt(at)! > 0xffff) {
      at++;
    } else if (unit >= ESCAPE + FIRST_ESCAPED && unit <= ESCAPE + LAST_ESCAPED) {
      flush(at);
      bytes[length++] = unit - ESCAPE;
      start = at + 1;
    }
  }
  flush(text.length);
  return bytes.slice(0, length);
}

/** Controls, invisible format characters (bidi overrides among them), U+2028, U+2029, surrogates. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\\]/gu;

const SHORT: Readonly<Record<string, string>> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\\": "\\\\",
};

/**
 * Makes text safe to show in a log or on a terminal: one line, nothing that moves the cursor,
 * reorders what is read or hides. A backslash is escaped too, so that the original can be told.
 *
 * @param text Any text, as from the wire or from a plugin
 * @returns The text with `\n`, `\t`, `\x1b`, `\u202e` and the like in the place of such characters
 */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.codePointAt(0)!;
    const hex = code.toString(16);
    return SHORT[character] ??
      (code > 0xffff
        ? `\\u{${hex}}`
        : code > 0xff
        ? `\\u${hex.padStart(4, "0")}`
        : `\\x${hex.padStart(2, "0")}`);
  });
}

/** Longer than any range or option, short enough for a line that people read. */
const QUOTED_LENGTH = 80;

/**
 * Puts text into quotes for an error message: escaped, and cut where it is long, since it may come
 * from the wire and the message goes there.
 *
 * @param text The value that the message is about
 * @returns For example `"10:5"`
 */
export function quoteText(text: string): string {
  const cut = text.length > QUOTED_LENGTH;
  return `"${escapeText(cut ? text.slice(0, QUOTED_LENGTH) : text)}${cut ? "…" : ""}"`;
}
