/** One thing that is wrong with an agent, its settings or its host. */
export interface Diagnostic {
  /** Where, as a path into the agent: `commands.check_queue.options.warning`. */
  place: string;
  /** What is wrong, and what was expected. */
  message: string;
  /** An error keeps the agent from being served. */
  severity: "error" | "warning";
}

/** Writes a diagnostic as one line: place, then message. */
export function formatDiagnostic({ place, message, severity }: Diagnostic): string {
  return `${severity}: ${place}: ${message}`;
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
    super(errorsOf(diagnostics).map(({ place, message }) => `${place}: ${message}`).join("\n"));
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
    at: (step) =>
      createReport(into, typeof step === "number" ? `${place}[${step}]` : join(place, step)),
  };
}

function join(place: string, step: string): string {
  const shown = /^[\w$-]+$/.test(step) ? step : JSON.stringify(step);
  return place === "" ? shown : `${place}.${shown}`;
}
