import { encodeText } from "../nagios/text.ts";

/**
 * Writes a whole string; the output of a plugin is written byte for byte.
 *
 * @param stream standard output or standard error
 * @param text the string
 */
export function print(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = encodeText(text);
  for (let written = 0; written < bytes.length;) {
    written += stream.writeSync(bytes.subarray(written));
  }
}
