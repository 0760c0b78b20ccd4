/**
 * The message of an error, without what the runtime adds for its own users: the number of a system's
 * error, the name of the call, and advice about flags.
 *
 * @param error what was thrown
 * @returns one line
 */
export function errorText(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n")[0]!
    .replace(/ \(os error \d+\)(?:: \w+ '.*')?$/, "").replace(/, run again with .* flag$/, "");
}
