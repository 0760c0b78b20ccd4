/**
 * Built-in modules of Node that no check has a use for: they act on the process, or stand beside its
 * permissions.
 */
export const closedModules: ReadonlySet<string> = new Set([
  ...["cluster", "inspector", "inspector/promises", "repl", "sqlite", "test", "trace_events"],
  // node:vm evaluates code under a file name of its choice, and so past the import map.
  ...["vm", "wasi"],
]);
