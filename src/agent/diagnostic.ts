/** An error or a warning about an agent, its settings or its host. */
export interface Diagnostic {
  /** The place, as a path into the agent: `commands.check_queue.options.warning`. */
  place: string;
  /** The file and line that set the value, if a settings file does: `settings.yaml:4`. */
  source?: string;
  /** The error, and the expected value. */
  message: string;
  /** An agent with an error is not served. */
  severity: "error" | "warning";
}

/** Formats a diagnostic as one line: file and line if known, place, message. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  return `${diagnostic.severity}: ${explain(diagnostic)}`;
}

// Only a message may have several lines. The other parts are names that a project chooses.
function explain({ place, source, message }: Diagnostic): string {
  const line = (name: string) => name.replaceAll("\r", "\\r").replaceAll("\n", "\\n");
  return `${source === undefined ? "" : `${line(source)}: `}${line(place)}: ${message}`;
}

/** Returns the errors among diagnostics, without the warnings. */
export function errorsOf(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.filter(({ severity }) => severity === "error");
}

/** The agent is invalid and cannot be served. Contains all of its diagnostics. */
export class AgentError extends Error {
  /** All errors and warnings, in the order of the agent. */
  readonly diagnostics: readonly Diagnostic[];

  /**
   * Creates an error whose message has one line for each diagnostic that is an error.
   *
   * @param diagnostics all errors and warnings
   */
  constructor(diagnostics: readonly Diagnostic[]) {
    super(errorsOf(diagnostics).map(explain).join("\n"));
    this.name = "AgentError";
    this.diagnostics = diagnostics;
  }
}

/** Collects diagnostics below one place. */
export interface Report {
  /** The place, as a path into the agent. */
  readonly place: string;
  /** Reports an error at this place. */
  error(message: string): void;
  /** Reports a warning at this place. */
  warning(message: string): void;
  /** Returns the collector of the place one step below: a name, or an index in a list. */
  at(step: string | number): Report;
}

/**
 * Creates a collector of diagnostics.
 *
 * @param into the list that receives the diagnostics
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
 * Returns the path of the place one step below another.
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
