/**
 * Makes a task that runs once at a time.
 *
 * @param task what is done
 * @returns starts it; calls that come while it runs are one more run
 */
export function serially(task: () => Promise<void>): () => void {
  let running = false;
  let again = false;
  return async function run() {
    again = true;
    if (running) return;
    running = true;
    while (again) {
      again = false;
      await task();
    }
    running = false;
  };
}
