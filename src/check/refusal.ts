/**
 * Says in the words of a check's author what the runtime refused.
 *
 * @param error what was thrown
 * @returns the permission that is lacking and what to do; undefined where the error is another
 */
export function explainRefusal(error: Error): string | undefined {
  // See runner/builtin_modules.ts.
  const imported = /^Unsupported scheme "file-import" for module "file-import:([^"]*)"/
    .exec(String(error.message))?.[1];
  if (imported !== undefined) {
    return `Permission refused: import of "${imported}": a check's code comes with its bundle`;
  }
  // An import that is refused is a TypeError with the same words.
  const { name, message } = error;
  const says = typeof message === "string" && /^Requires \w+ access/.test(message);
  if (name !== "NotCapable" && !says) return undefined;
  const [, kind = "", target] =
    /^Requires (\w+) access(?: to (?:"([^"]*)"|.*?))?[,.]/.exec(error.message) ?? [];
  if (kind === "") return `Permission refused: ${error.message}`;
  const wanted = target === undefined ? kind : `${kind} ${JSON.stringify(target)}`;
  if (kind === "all") {
    return `Permission refused: ${wanted} cannot be granted; ` +
      `declare the file below /proc as permissions.proc and set procfs to where /proc is bound`;
  }
  return `Permission refused: ${wanted} is not among the declared permissions`;
}
