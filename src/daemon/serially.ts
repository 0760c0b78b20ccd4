/**
 * Wraps a task so that two runs of it never overlap.
 *
 * @param task the task
 * @returns a function that starts the task; all calls during a run together cause one more run
 */
export function serially(task: () => Promise<void>): () => void {
  let running = false;
  let again = false;
  return async function run() {
    again = true;
    if (running) return;
    running = true;
    try {
      while (again) {
        again = false;
        await task();
      }
    } finally {
      running = false;
    }
  };
}
