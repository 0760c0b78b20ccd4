/** One thing that is wrong with an agent, its settings or its host. */
export interface Diagnostic {
  /** Where, as a path into the agent: `commands.check_queue.options.warning`. */
  place: string;
  /** The file and line that say it, where a settings file does: `settings.yaml:4`. */
  source?: string;
  /** What is wrong, and what was expected. */
  message: string;
  /** An error keeps the agent from being served. */
  severity: "error" | "warning";
}

/** Writes a diagnostic as one line: file and line if there is one, place, then message. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  return `${diagnostic.severity}: ${explain(diagnostic)}`;
}

function explain({ place, source, message }: Diagnostic): string {
  return `${source === undefined ? "" : `${source}: `}${place}: ${message}`;
}

/** Those that keep an agent from being served. */
export function errorsOf(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.filter(({ severity }) => severity === "error");
}

/** An agent that cannot be served, with everything that is wrong with it. */
export class AgentError extends Error {
  /** All faults, in the order of the agent. */
  readonly diagnostics: readonly Diagnostic[];

  /**
   * Says all faults, one a line.
   *
   * @param diagnostics all faults, warnings among them
   */
  constructor(diagnostics: readonly Diagnostic[]) {
    super(errorsOf(diagnostics).map(explain).join("\n"));
    this.name = "AgentError";
    this.diagnostics = diagnostics;
  }
}

/** Collects diagnostics below one place. */
export interface Report {
  /** The path of this place. */
  readonly place: string;
  /** Reports an error here, or at the place below that `at` names. */
  error(message: string): void;
  /** Reports a warning here. */
  warning(message: string): void;
  /** The same collection, one step below: a name, or an index in a list. */
  at(step: string | number): Report;
}

/**
 * Starts a collection.
 *
 * @param into where diagnostics are put
 * @param place the path of the outermost place
 * @returns the collector
 */
export function createReport(into: Diagnostic[], place = ""): Report {
  return {
    place,
    error: (message) => void into.push({ place: place || "agent", message, severity: "error" }),
    warning: (message) => void into.push({ place: place || "agent", message, severity: "warning" }),
    at: (step) => createReport(into, placeBelow(place, step)),
  };
}

/**
 * The path of the place one step below another.
 *
 * @param place the path; empty for the outermost place
 * @param step a name, or an index in a list
 * @returns the path
 */
export function placeBelow(place: string, step: string | number): string {
  if (typeof step === "number") return `${place}[${step}]`;
  const shown = /^[\w$-]+$/.test(step) ? step : JSON.stringify(step);
  return place === "" ? shown : `${place}.${shown}`;
}
