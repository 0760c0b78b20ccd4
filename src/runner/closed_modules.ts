/**
 * Built-in modules of Node that no check has a use for: they act on the process, or stand beside its
 * permissions.
 */
export const closedModules: ReadonlySet<string> = new Set([
  ...["cluster", "inspector", "inspector/promises", "repl", "sqlite", "test", "trace_events"],
  ...["wasi"],
]);
