import { type Diagnostic, errorsOf, formatDiagnostic, placeBelow } from "../agent/diagnostic.ts";
import { printable } from "./printable.ts";

/**
 * Selects the errors of one command, and not those of a command whose name has the same beginning.
 *
 * @param diagnostics all diagnostics of the agent
 * @param name the name of the command
 * @returns the errors that prevent a run of the command
 */
export function errorsOfCommand(diagnostics: readonly Diagnostic[], name: string): Diagnostic[] {
  const own = placeBelow("commands", name);
  return errorsOf(diagnostics)
    .filter(({ place }) => place === own || place.startsWith(`${own}.`));
}

/** Prints diagnostics to standard error, one per line; some also show a line of code. */
export function printDiagnostics(diagnostics: readonly Diagnostic[]): void {
  const colours = Deno.stderr.isTerminal() && !Deno.noColor;
  for (const diagnostic of diagnostics) {
    const text = printable(`checkwright: ${formatDiagnostic(diagnostic)}`);
    console.error(colours ? paintDiagnostic(text) : text);
  }
}

/**
 * Colours a diagnostic for a terminal: its severity, and the mark below a line of code.
 *
 * @param text the formatted diagnostic
 * @returns the text with escape sequences
 */
export function paintDiagnostic(text: string): string {
  return text
    .replace(
      /^(checkwright: )(error|warning)/,
      (_, name, word) => `${name}\x1b[1;${word === "error" ? 31 : 33}m${word}\x1b[0m`,
    )
    .replaceAll(
      /^( +\d* \|)( *\^$)?/gm,
      (_, gutter, mark = "") =>
        `\x1b[2m${gutter}\x1b[0m${mark === "" ? "" : `\x1b[31m${mark}\x1b[0m`}`,
    );
}
