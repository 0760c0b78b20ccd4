/** How a child process ended. */
export interface ChildStatus {
  /** The exit code. */
  code: number;
  /** The signal that ended the process; null if it exited by itself. */
  signal: string | null;
}

/** The exit code of a shell for a command that was ended by a signal is higher. */
const signalledCode = 128;

/**
 * Waits for the end of a child process. The promise of the runtime rejects if a signal without a
 * name ended the process, for example a real-time signal (Deno 2.9.6). This function never rejects:
 * any process of the same user can send such a signal.
 *
 * @param child the process
 * @returns how it ended
 */
export async function statusOfChild(
  child: { readonly status: Promise<Pick<Deno.CommandStatus, "code" | "signal">> },
): Promise<ChildStatus> {
  try {
    return await child.status;
  } catch (error) {
    const number = /^Invalid signal: (\d+)$/.exec((error as Error).message)?.[1];
    return {
      code: signalledCode + Number(number ?? 0),
      signal: number === undefined ? "an unknown signal" : `signal ${number}`,
    };
  }
}
