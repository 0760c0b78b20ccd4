/**
 * Resolves with the signal's name when the process receives it. The signal no longer ends the
 * process.
 */
export function signalled(signal: Deno.Signal): Promise<string> {
  return new Promise((resolve) => Deno.addSignalListener(signal, () => resolve(signal)));
}
