import { BLAME_FILES } from "./blame.ts";

/** Maximum time to wait for a daemon that is stopping. */
const patienceMilliseconds = 3_000;
const pauseMilliseconds = 100;

/**
 * Locks the state directory for this daemon: two daemons would remove the marks of each other. The
 * system releases the lock at the end of the process, even after a crash. If the files cannot be
 * written or the file system has no locks, the folder is not locked.
 *
 * @param folder the state directory
 * @returns a function that releases the lock
 * @throws if another daemon keeps the lock
 */
export async function lockState(folder: string): Promise<() => void> {
  let file: Deno.FsFile;
  try {
    const options = { read: true, write: true, create: true, mode: 0o600 };
    file = Deno.openSync(`${folder}/${BLAME_FILES.running}`, options);
  } catch {
    return () => {};
  }
  const end = performance.now() + patienceMilliseconds;
  while (!tryLock(file)) {
    if (performance.now() > end) {
      file.close();
      throw new Error(
        `Cannot use state directory ${JSON.stringify(folder)}: another daemon uses it. ` +
          `Set "state" or STATE_DIRECTORY to another folder`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
  }
  return () => file.close();
}

// Some network file systems have no locks.
function tryLock(file: Deno.FsFile): boolean {
  try {
    return file.tryLockSync(true);
  } catch {
    return true;
  }
}
