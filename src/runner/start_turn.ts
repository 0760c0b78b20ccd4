/**
 * Limits the time in which starts of processes block this thread. The start of a process in a group of
 * its own copies the memory map of the daemon, which takes 2 ms, but on some virtual machines 100 ms.
 * If many queries arrive together, the thread would not answer any query until all processes are
 * started.
 */

/** The time in which starts may block one turn of the event loop, in milliseconds. */
const mostMilliseconds = 10;

let spent = 0;
let turn: Promise<void> | undefined;

/**
 * Starts a process, at once or in one of the next turns of the event loop.
 *
 * @param start starts the process
 * @returns the result of `start`
 */
export async function inTurn<T>(start: () => T): Promise<T> {
  while (turn !== undefined && spent > mostMilliseconds) await turn;
  const begun = performance.now();
  turn ??= nextTurn();
  try {
    return start();
  } finally {
    spent += performance.now() - begun;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) =>
    setTimeout(() => {
      spent = 0;
      turn = undefined;
      resolve();
    })
  );
}
