const kinds = [
  ...["read", "write", "net", "env", "sys", "run", "ffi", "import"],
  /** An access that the runtime allows only to a process with all permissions. */
  "all",
  /** A function that no check may call. No permission allows it. */
  "call",
] as const;

/** A refused permission as data, so that the log and the counters need not parse a message. */
export interface Refusal {
  kind: typeof kinds[number];
  /** Path, `host:port`, variable, program or function; missing if all of a kind is requested. */
  target?: string;
}

const maxTargetCharacters = 4_096;

// Errors with which Checkwright refuses calls that the runtime would allow, with their refusals.
const ours = new WeakMap<Error, Refusal>();

// The class is read before user code is evaluated. On an edge platform `Deno` does not exist.
const NotCapable = globalThis.Deno?.errors.NotCapable ?? Error;

/**
 * Makes the error that refuses a call which the runtime would allow.
 *
 * @param message the reason
 * @param target the function or its argument
 * @returns the error to throw
 */
export function refuse(message: string, target: string): Error {
  const error = new NotCapable(message);
  ours.set(error, { kind: "call", target });
  return error;
}

/** Returns the error that refuses a function which checks may never call. */
export function refuseCall(called: string): Error {
  return refuse(`${called}() is not for a check: its effects go beyond the check`, called);
}

/** Returns the error that refuses to move or link a path that is not a regular file. */
export function refuseMove(path: string): Error {
  return refuse(`a check may move and link regular files only, not ${path}`, path);
}

/**
 * Returns the refused permission of an error. The runtime reports the permission only in the
 * message.
 *
 * @param error the thrown error
 * @returns the refusal; undefined for any other error
 */
export function refusalOf(error: Error): Refusal | undefined {
  const { name, message } = error;
  if (typeof message !== "string") return undefined;
  const path = refusedImport(message);
  if (path !== undefined) return { kind: "import", target: path };
  const [, kind, target] = /^Requires (\w+) access(?: to (?:"([^"]*)"|.*?))?[,.]/.exec(message) ??
    [];
  // A refused import is a TypeError with the same message.
  return readRefusal({ kind, target }) ?? ours.get(error) ??
    (name === "NotCapable" ? { kind: "call" } : undefined);
}

/**
 * Returns a message that explains a refusal to the author of the check.
 *
 * @param refusal the refused permission
 * @param message the runtime's message
 * @returns the message, with the missing permission and the way to grant it
 */
export function explainRefusal({ kind, target }: Refusal, message: string): string {
  if (kind === "call") return `Permission refused: ${message}`;
  if (refusedImport(message) !== undefined) {
    return `Permission refused: import of "${target}": a check can import only modules of its bundle`;
  }
  if (kind === "read" && target?.endsWith(".node")) {
    return `Permission refused: ${
      JSON.stringify(target)
    } is a native addon, which no check can load`;
  }
  const wanted = target === undefined ? kind : `${kind} ${JSON.stringify(target)}`;
  if (kind === "all") {
    return `Permission refused: ${wanted} cannot be granted; ` +
      `declare the file below /proc as permissions.proc and set procfs to where /proc is bound`;
  }
  return `Permission refused: ${wanted} is not among the declared permissions`;
}

/**
 * Reads a refusal that comes from a sandbox.
 *
 * @param value the refusal, of any type
 * @returns the known properties of the refusal; undefined if the value is not a refusal
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

// `runner/builtin_modules.ts` replaces the import of a file by an import with this scheme.
function refusedImport(message: string): string | undefined {
  return /^Unsupported scheme "imported-file" for module "imported-file:([^"]*)"/.exec(message)
    ?.[1];
}
