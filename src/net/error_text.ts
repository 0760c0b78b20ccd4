/**
 * Takes the system's error number, and what follows it, from an error message of the runtime.
 *
 * @param message for example `Connection refused (os error 111)`
 * @returns for example `Connection refused`
 */
export function withoutErrorNumber(message: string): string {
  return message.replace(/ \(os error \d+\).*$/s, "");
}
