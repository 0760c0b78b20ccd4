/**
 * Text on the wire consists of bytes without a declared encoding: mostly UTF-8, sometimes the
 * Latin-1 output of a plugin. In a string, each byte that is not UTF-8 is a lone surrogate, U+DC80 to
 * U+DCFF, as in Python's `surrogateescape` (PEP 383). It is written as the same byte again.
 */
const ESCAPE = 0xdc00;
const FIRST_ESCAPED = 0x80;
const LAST_ESCAPED = 0xff;

const encoder = new TextEncoder();
// `ignoreBOM` keeps a byte order mark as a character of the text.
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Decodes bytes as UTF-8 text without loss: {@linkcode encodeText} returns the same bytes. A byte
 * order mark is kept.
 *
 * @param bytes any bytes
 * @returns the text; each byte that is not part of valid UTF-8 is a lone surrogate U+DC80 to U+DCFF
 *
 * @example
 * ```ts
 * import { decodeText, encodeText } from "@checkwright/checkwright/client";
 * import { assertEquals } from "@std/assert";
 *
 * const latin1 = Uint8Array.of(0x66, 0xfc, 0x72); // "für"
 * assertEquals(decodeText(latin1), "f\udcfcr");
 * assertEquals(encodeText(decodeText(latin1)), latin1);
 * ```
 */
export function decodeText(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeBroken(bytes);
  }
}

/**
 * Encodes text as UTF-8 bytes, the reverse of {@linkcode decodeText}.
 *
 * @param text any text; a lone surrogate U+DC80 to U+DCFF stands for a byte that is not UTF-8, and
 * any other lone surrogate becomes U+FFFD
 * @returns the bytes
 *
 * @example
 * ```ts
 * import { encodeText } from "@checkwright/checkwright/client";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(encodeText("€"), Uint8Array.of(0xe2, 0x82, 0xac));
 * assertEquals(encodeText("\udcfc"), Uint8Array.of(0xfc));
 * ```
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

/** The length in bytes of the UTF-8 character at an index; 0 if it is not valid (RFC 3629). */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  for (let i = 1; i < length; i++) {
    // After the end, the byte is undefined, and `undefined >> 6` is 0: not a continuation byte.
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
    // The encoder writes U+FFFD for each lone surrogate that does not stand for a byte.
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
 * Escapes text for a log or a terminal: the result is one line without characters that move the
 * cursor, reorder the text or are invisible. A backslash is escaped, too, so that different texts
 * stay different.
 *
 * @param text any text, for example from the wire or from a plugin
 * @returns the text with escapes such as `\n`, `\t`, `\x1b` and `\u202e`
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

/**
 * The maximum length in characters: longer than any range or option, and short enough for one line
 * of a log.
 */
const QUOTED_LENGTH = 80;

/**
 * Quotes text for an error message. The text is escaped, and cut if it is long, because it may come
 * from a peer and the message may be sent to a peer.
 *
 * @param text the value that the message is about
 * @returns for example `"10:5"`
 */
export function quoteText(text: string): string {
  const cut = text.length > QUOTED_LENGTH;
  return `"${escapeText(cut ? text.slice(0, QUOTED_LENGTH) : text)}${cut ? "…" : ""}"`;
}
