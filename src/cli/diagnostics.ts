import { type Diagnostic, formatDiagnostic } from "../agent/diagnostic.ts";

/** Prints diagnostics to standard error, one a line. */
export function printDiagnostics(diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) {
    console.error(`checkwright: ${formatDiagnostic(diagnostic)}`);
  }
}
