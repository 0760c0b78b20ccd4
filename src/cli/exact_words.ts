import { decodeText, encodeText, quoteText } from "../nagios/text.ts";
import { UsageError } from "./usage.ts";

/** The character by which `Deno.args` replaces bytes that are not UTF-8. */
const REPLACEMENT = "\ufffd";

const lossy = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Returns the last words of this process's command line with their exact bytes. `Deno.args` replaces
 * bytes that are not UTF-8, so that other bytes would be sent. The bytes are read from procfs, which
 * Deno allows only with all permissions (`--allow-all`).
 *
 * @param words the last words of `Deno.args`
 * @param readCommandLine reads the command line of this process: words with a NUL behind each
 * @returns the words; each byte that is not UTF-8 is a lone surrogate, see `decodeText()`
 * @throws {UsageError} if a word may contain such bytes and the command line cannot be read
 */
export function exactWords(
  words: readonly string[],
  readCommandLine: () => Uint8Array = () => Deno.readFileSync("/proc/self/cmdline"),
): string[] {
  const doubtful = words.find((word) => word.includes(REPLACEMENT));
  if (doubtful === undefined) return [...words];
  let found: string[];
  try {
    found = decodeText(readCommandLine()).split("\0").slice(0, -1).slice(-words.length);
  } catch {
    throw new UsageError(
      `Cannot use argument ${quoteText(doubtful)}: it contains bytes that are not UTF-8, which ` +
        "only a process with --allow-all can read; expected UTF-8",
    );
  }
  const same = found.length === words.length &&
    found.every((word, index) => lossy.decode(encodeText(word)) === words[index]);
  if (same) return found;
  throw new UsageError(
    `Cannot use argument ${quoteText(doubtful)}: it contains bytes that are not UTF-8, and the ` +
      "command line of this process has other words; expected UTF-8",
  );
}
