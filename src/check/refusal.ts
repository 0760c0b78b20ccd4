const kinds = [
  ...["read", "write", "net", "env", "sys", "run", "ffi", "import"],
  /** Only a process with all permissions may do it. */
  "all",
  /** A function that is not for checks, whatever they declare. */
  "call",
] as const;

/** A refused permission, as data: the log and the counters never read it from a text. */
export interface Refusal {
  kind: typeof kinds[number];
  /** Path, `host:port`, variable, executable or function; missing if all of a kind was requested. */
  target?: string;
}

const maxTargetCharacters = 4_096;

// Refusals of our own, which the runtime would have allowed.
const ours = new WeakMap<Error, Refusal>();

// Bound before user code is evaluated; a program at the edge has no `Deno`.
const NotCapable = globalThis.Deno?.errors.NotCapable ?? Error;

/**
 * Refuses what the runtime would allow.
 *
 * @param message why
 * @param target the function, or what it was called with
 * @returns the error to throw
 */
export function refuse(message: string, target: string): Error {
  const error = new NotCapable(message);
  ours.set(error, { kind: "call", target });
  return error;
}

/** Refuses a function that is not for checks; returns the error to throw. */
export function refuseCall(called: string): Error {
  return refuse(`${called}() is not for a check: it reaches beyond it`, called);
}

/** Refuses to move or link what is not a regular file; returns the error to throw. */
export function refuseMove(path: string): Error {
  return refuse(`a check may move and link regular files only, not ${path}`, path);
}

/**
 * Tells whether an error is the refusal of a permission. The runtime reports those as text only.
 *
 * @param error what was thrown
 * @returns the refusal; undefined for any other error
 */
export function refusalOf(error: Error): Refusal | undefined {
  const { name, message } = error;
  if (typeof message !== "string") return undefined;
  const path = refusedImport(message);
  if (path !== undefined) return { kind: "import", target: path };
  const [, kind, target] = /^Requires (\w+) access(?: to (?:"([^"]*)"|.*?))?[,.]/.exec(message) ??
    [];
  // An import that is refused is a TypeError with the same words.
  return readRefusal({ kind, target }) ?? ours.get(error) ??
    (name === "NotCapable" ? { kind: "call" } : undefined);
}

/**
 * Explains a refusal to the author of the check.
 *
 * @param refusal what was refused
 * @param message the runtime's message
 * @returns the missing permission and what to do
 */
export function explainRefusal({ kind, target }: Refusal, message: string): string {
  if (kind === "call") return `Permission refused: ${message}`;
  if (refusedImport(message) !== undefined) {
    return `Permission refused: import of "${target}": a check's code comes with its bundle`;
  }
  const wanted = target === undefined ? kind : `${kind} ${JSON.stringify(target)}`;
  if (kind === "all") {
    return `Permission refused: ${wanted} cannot be granted; ` +
      `declare the file below /proc as permissions.proc and set procfs to where /proc is bound`;
  }
  return `Permission refused: ${wanted} is not among the declared permissions`;
}

/**
 * Reads a refusal of any shape.
 *
 * @param value the refusal
 * @returns its known parts; undefined if it is not a refusal
 */
export function readRefusal(value: unknown): Refusal | undefined {
  const { kind, target } = (value ?? {}) as { kind?: unknown; target?: unknown };
  const known = kinds.find((one) => one === kind);
  if (known === undefined) return undefined;
  return {
    kind: known,
    ...(typeof target === "string" && { target: target.slice(0, maxTargetCharacters) }),
  };
}

// `runner/builtin_modules.ts` leads the import of a file to this scheme.
function refusedImport(message: string): string | undefined {
  return /^Unsupported scheme "imported-file" for module "imported-file:([^"]*)"/.exec(message)
    ?.[1];
}
