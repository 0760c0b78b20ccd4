/**
 * Makes a task that runs once at a time.
 *
 * @param task the task
 * @returns a function that starts it; all calls during a run cause one more run
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
