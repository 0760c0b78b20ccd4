/**
 * Kept small on purpose: what a query leaves behind is short-lived, so that a small young generation
 * and one arena of the allocator cost nothing in speed and save tens of megabytes
 * (tests/bench/daemons.ts).
 */
const memoryFlags =
  "--v8-flags=--max-semi-space-size=2,--max-old-space-size=512,--single-threaded-gc,--expose-gc";

/** The flags of the daemon's `deno run` besides its permissions. Nothing is fetched for a check. */
export const RUN_FLAGS: readonly string[] = [
  ...["--quiet", "--no-prompt", "--no-config", "--no-lock", "--no-remote", "--no-npm"],
  ...["--unstable-worker-options", memoryFlags],
];
