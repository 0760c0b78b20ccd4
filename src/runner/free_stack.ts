/**
 * Work that must not stop half-way needs enough stack. User code can fill the stack and then call a
 * function, so that the function fails at any point. For example, a class would be counted as
 * protected although only some of its methods are.
 */

/** The nested lists of a depth need 108 bytes of stack for each level. */
function nest(depth: number): unknown[] {
  let nested: unknown[] = [];
  for (let count = 0; count < depth; count++) nested = [nested];
  return nested;
}

/** These lists need more stack than any work: 162 KB. */
const nested = nest(1_500);

/** These lists need more stack than a short step: 22 KB. */
const shortly = nest(200);

const { apply } = Reflect;
const { flat } = Array.prototype;

/**
 * Throws if the stack is almost full. It takes less time than {@linkcode withFreeStack}, and is
 * sufficient for a short step in the same function.
 *
 * @throws {RangeError} if the stack is almost full
 */
export function requireStack(): void {
  apply(flat, shortly, [Infinity]);
}

let working = false;

/**
 * Does work that must not stop half-way. No user code may run in it.
 *
 * @param work the work; it may use this function, too
 * @returns its result
 * @throws {RangeError} if the stack is almost full: then the work was not started
 */
export function withFreeStack<T>(work: () => T): T {
  if (working) return work();
  // V8 optimizes functions that are called often, and they then need less stack. A function of the
  // language always needs the same.
  apply(flat, nested, [Infinity]);
  working = true;
  try {
    return work();
  } finally {
    working = false;
  }
}
