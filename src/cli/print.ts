import { encodeText } from "../nagios/text.ts";

/**
 * Writes all of a text, byte for byte what a plugin gave.
 *
 * @param stream standard output or standard error
 * @param text the text
 */
export function print(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = encodeText(text);
  for (let written = 0; written < bytes.length;) {
    written += stream.writeSync(bytes.subarray(written));
  }
}
