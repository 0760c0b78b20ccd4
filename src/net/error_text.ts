/**
 * Removes details for programmers from an error message of the runtime: the number of a system error
 * with the text after it, and advice about flags.
 *
 * @param message for example `Connection refused (os error 111)`
 * @returns one line, for example `Connection refused`
 */
export function withoutErrorNumber(message: string): string {
  return message.split("\n")[0]!.replace(/ \(os error \d+\).*$/, "")
    .replace(/, run again with .* flag$/, "");
}
