/**
 * Takes from an error message of the runtime what is for its own users: the number of a system's
 * error with what follows it, and advice about flags.
 *
 * @param message for example `Connection refused (os error 111)`
 * @returns for example `Connection refused`, one line
 */
export function withoutErrorNumber(message: string): string {
  return message.split("\n")[0]!.replace(/ \(os error \d+\).*$/, "")
    .replace(/, run again with .* flag$/, "");
}
