/**
 * A local stand-in for `jsr:@std/assert`, for hosts that reach npm and not JSR: the assertions the
 * tests use, with the real signatures, over `node:assert`.
 */
import nodeAssert from "node:assert";

export { AssertionError } from "node:assert";

// deno-lint-ignore no-explicit-any -- the signature of the real package
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

/** Fails unless `value` is truthy. */
export function assert(value: unknown, message?: string): asserts value {
  nodeAssert.ok(value, message);
}

/** Fails unless both are deeply and strictly equal. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  nodeAssert.deepStrictEqual(actual, expected, message);
}

/** Fails if both are deeply and strictly equal. */
export function assertNotEquals<T>(actual: T, expected: T, message?: string): void {
  nodeAssert.notDeepStrictEqual(actual, expected, message);
}

/** Fails unless both are the same value, as `Object.is` says. */
export function assertStrictEquals<T>(actual: unknown, expected: T, message?: string): asserts actual is T {
  nodeAssert.strictEqual(actual, expected, message);
}

/** Fails if `actual` is null or undefined. */
export function assertExists<T>(actual: T, message?: string): asserts actual is NonNullable<T> {
  nodeAssert.ok(actual !== null && actual !== undefined, message);
}

/** Fails unless `actual` holds `expected`. */
export function assertStringIncludes(actual: string, expected: string, message?: string): void {
  if (!actual.includes(expected)) {
    fail(message ?? `Expected ${JSON.stringify(actual)} to include ${JSON.stringify(expected)}`);
  }
}

/** Fails unless `actual` matches `expected`. */
export function assertMatch(actual: string, expected: RegExp, message?: string): void {
  nodeAssert.match(actual, expected, message);
}

/** Fails unless `actual` is an instance of `expectedType`. */
export function assertInstanceOf<E extends Error>(
  actual: unknown,
  expectedType: ErrorClass<E>,
  message?: string,
): asserts actual is E {
  if (!(actual instanceof expectedType)) {
    fail(message ?? `Expected an instance of ${expectedType.name}, got ${String(actual)}`);
  }
}

/** Fails unless the two numbers differ by at most `tolerance`. */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance: number = 1e-7,
  message?: string,
): void {
  if (Object.is(actual, expected)) return;
  if (!(Math.abs(actual - expected) <= tolerance)) {
    fail(message ?? `Expected ${actual} to be within ${tolerance} of ${expected}`);
  }
}

/** Fails, always. */
export function fail(message?: string): never {
  throw new nodeAssert.AssertionError({ message: message ?? "Failed" });
}

function checkError<E extends Error>(
  error: unknown,
  expectedType: ErrorClass<E>,
  messageIncludes?: string,
): E {
  assertInstanceOf(error, expectedType);
  if (messageIncludes !== undefined) assertStringIncludes(error.message, messageIncludes);
  return error;
}

/** Fails unless `fn` throws such an error; returns it. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  expectedType: ErrorClass<E> = Error as unknown as ErrorClass<E>,
  messageIncludes?: string,
): E {
  try {
    fn();
  } catch (error) {
    return checkError(error, expectedType, messageIncludes);
  }
  return fail("Expected the function to throw");
}

/** Fails unless the promise that `fn` returns is rejected with such an error; resolves to it. */
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  expectedType: ErrorClass<E> = Error as unknown as ErrorClass<E>,
  messageIncludes?: string,
): Promise<E> {
  try {
    await fn();
  } catch (error) {
    return checkError(error, expectedType, messageIncludes);
  }
  return fail("Expected the promise to be rejected");
}
