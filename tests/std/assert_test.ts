import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertExists,
  assertInstanceOf,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  fail,
} from "@std/assert";

/** Returns whether an assertion fails, without the use of other assertions. */
function fails(assertion: () => void): boolean {
  try {
    assertion();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "AssertionError") throw error;
    return true;
  }
  return false;
}

const boom = () => {
  throw new TypeError("Cannot do that");
};

// These rows are valid for the real package and for the stand-in.
const rows: [assertion: () => void, fails: boolean][] = [
  [() => assert(1), false],
  [() => assert(""), true],
  [() => assertEquals({ a: [1, new Date(0)] }, { a: [1, new Date(0)] }), false],
  [() => assertEquals(NaN, NaN), false],
  [() => assertEquals(new Map([[1, { a: 1 }]]), new Map([[1, { a: 1 }]])), false],
  [() => assertEquals(new URL("http://a/"), new URL("http://b/")), true],
  [() => assertEquals<unknown>({ a: undefined }, {}), true],
  [() => assertEquals<unknown>([1], ["1"]), true],
  [() => assertEquals(/a/g, /a/i), true],
  [() => assertEquals(new Uint8Array([1]), new Uint8Array([2])), true],
  [() => assertEquals<unknown>(new Uint8Array([1]), [1]), true],
  [() => assertNotEquals({ a: 1 }, { a: 2 }), false],
  [() => assertNotEquals({ a: 1 }, { a: 1 }), true],
  [() => assertStrictEquals("a", "a"), false],
  [() => assertStrictEquals({}, {}), true],
  [() => assertStrictEquals(0, -0), true],
  [() => assertExists(0), false],
  [() => assertExists(null), true],
  [() => assertExists(undefined), true],
  [() => assertStringIncludes("abc", "b"), false],
  [() => assertStringIncludes("abc", "d"), true],
  [() => assertMatch("abc", /b/), false],
  [() => assertMatch("abc", /d/), true],
  [() => assertInstanceOf(new Date(), Date), false],
  [() => assertInstanceOf({}, Date), true],
  [() => assertAlmostEquals(0.1 + 0.2, 0.3), false],
  [() => assertAlmostEquals(1_000_000_001, 1_000_000_000), false],
  [() => assertAlmostEquals(1e-8, 1e-9), true],
  [() => assertAlmostEquals(1, 1.5, 0.5), false],
  [() => assertAlmostEquals(1, 1.6, 0.5), true],
  [() => assertAlmostEquals(NaN, 1), true],
  [() => assertThrows(boom), false],
  [() => assertThrows(boom, TypeError), false],
  [() => assertThrows(boom, Error, "do that"), false],
  [() => assertThrows(boom, RangeError), true],
  [() => assertThrows(boom, TypeError, "do this"), true],
  [() => assertThrows(() => 1), true],
  [() => fail("always"), true],
];

Deno.test(
  "The assertions of the stand-in pass and fail like those of the real package",
  { permissions: "none" },
  () => {
    for (const [assertion, expected] of rows) {
      if (fails(assertion) !== expected) {
        throw new Error(
          `Should ${expected ? "" : "not "}fail: ${assertion}`,
        );
      }
    }
  },
);

Deno.test("assertRejects() requires a promise that is rejected with the expected error", {
  permissions: "none",
}, async () => {
  const reject = () => Promise.reject(new TypeError("Cannot do that"));
  const cases: [assertion: () => Promise<unknown>, fails: boolean][] = [
    [() => assertRejects(reject), false],
    [() => assertRejects(reject, TypeError, "do that"), false],
    [() => assertRejects(reject, RangeError), true],
    [() => assertRejects(reject, TypeError, "do this"), true],
    [() => assertRejects(() => Promise.resolve(1)), true],
    [() => assertRejects(boom), true],
  ];
  for (const [assertion, expected] of cases) {
    const failed = await assertion().then(() => false, (error) => error.name === "AssertionError");
    if (failed !== expected) throw new Error(`Should ${expected ? "" : "not "}fail: ${assertion}`);
  }
});

Deno.test(
  "assertThrows() and assertRejects() return the error with the type of the expected class",
  {
    permissions: "none",
  },
  async () => {
    assertEquals(assertThrows(boom, TypeError).message, "Cannot do that");
    assertEquals(
      (await assertRejects(() => Promise.reject(new RangeError("x")), RangeError)).message,
      "x",
    );
    // @ts-expect-error without a class, the type is unknown
    assertEquals(assertThrows(boom).message, "Cannot do that");
  },
);
