/**
 * Variables that the runtime and the loader of programs read themselves. They could run code in the
 * process, or write files without a permission. So a process sandbox never gets them.
 */
const ofRuntime = /^(?:LD_|DYLD_|DENO_|NODE_(?!ENV$)|OTEL_|SSLKEYLOGFILE$)/;

/**
 * Returns the variables that the checks of a process sandbox declare. A permission to read a
 * variable does not give the process its value.
 *
 * @param names the declared names
 * @returns the variables that are set
 */
export function declaredEnvironment(names: readonly string[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of names) {
    const value = ofRuntime.test(name) ? undefined : Deno.env.get(name);
    if (value !== undefined) values[name] = value;
  }
  return values;
}
