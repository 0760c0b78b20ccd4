import { type Diagnostic, errorsOf, formatDiagnostic, placeBelow } from "../agent/diagnostic.ts";

/**
 * The faults of one command: those of another whose name only begins alike are not its own.
 *
 * @param diagnostics all there are
 * @param name the command
 * @returns those that keep it from being run
 */
export function faultsOf(diagnostics: readonly Diagnostic[], name: string): Diagnostic[] {
  const own = placeBelow("commands", name);
  return errorsOf(diagnostics)
    .filter(({ place }) => place === own || place.startsWith(`${own}.`));
}

/** Prints diagnostics to standard error, one a line, and the lines of code that some of them show. */
export function printDiagnostics(diagnostics: readonly Diagnostic[]): void {
  const colours = Deno.stderr.isTerminal() && !Deno.noColor;
  for (const diagnostic of diagnostics) {
    const text = `checkwright: ${formatDiagnostic(diagnostic)}`;
    console.error(colours ? paintDiagnostic(text) : text);
  }
}

/**
 * Colours a diagnostic for a terminal: the word that says how bad it is, and what marks the place in
 * a line of code.
 *
 * @param text the diagnostic
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
