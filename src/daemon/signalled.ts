/** Resolves with the signal's name when the process is sent it; it is not its end any more. */
export function signalled(signal: Deno.Signal): Promise<string> {
  return new Promise((resolve) => Deno.addSignalListener(signal, () => resolve(signal)));
}
