/**
 * Says in the words of a check's author what the runtime refused.
 *
 * @param error what was thrown
 * @returns the permission that is lacking and what to do; undefined where the error is another
 */
export function explainRefusal(error: Error): string | undefined {
  const imported = explainImport(error);
  if (imported !== undefined) return imported;
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

/**
 * Says in words what came of the import of a file, which `runner/builtin_modules.ts` leads nowhere.
 *
 * @param error what was thrown
 * @returns what was refused; undefined where the error is another
 */
export function explainImport(error: Error): string | undefined {
  const { message } = error;
  if (typeof message !== "string") return undefined;
  const [, path] =
    /^Unsupported scheme "imported-file" for module "imported-file:([^"]*)"/.exec(message) ?? [];
  if (path === undefined) return undefined;
  return `Permission refused: import of "${path}": a check's code comes with its bundle`;
}
