/**
 * Small heaps: the objects of a query are short-lived, so that a small young generation and few
 * arenas of the allocator save tens of megabytes and do not reduce the speed
 * (tests/bench/daemons.ts).
 */
const memoryFlags =
  "--v8-flags=--max-semi-space-size=1,--max-old-space-size=512,--single-threaded-gc,--expose-gc";

/** The flags of the daemon's `deno run`, without its permissions. They forbid all downloads. */
export const RUN_FLAGS: readonly string[] = [
  ...["--quiet", "--no-prompt", "--no-config", "--no-lock", "--no-remote", "--no-npm"],
  ...["--unstable-worker-options", memoryFlags],
];
