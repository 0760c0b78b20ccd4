/**
 * Built-in modules of Node that are refused to checks: they act on the whole process or bypass its
 * permissions.
 */
export const closedModules: ReadonlySet<string> = new Set([
  ...[
    "cluster",
    "inspector",
    "inspector/promises",
    "repl",
    "sqlite",
    "test",
    "test/reporters",
    "trace_events",
  ],
  // node:vm evaluates code under any file name, and so bypasses the import map.
  ...["vm", "wasi"],
]);
