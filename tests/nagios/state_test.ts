import { assertEquals, assertThrows } from "@std/assert";
import { parseState, returnCode, type State, stateOf, worst } from "../../src/nagios/state.ts";
import { casesIgnored, readCases } from "../cases.ts";
import { assertConforms } from "./conform.ts";

const STATES: State[] = ["OK", "WARNING", "CRITICAL", "UNKNOWN"];

Deno.test("returnCode() and stateOf() convert the four states", { permissions: "none" }, () => {
  assertEquals(STATES.map(returnCode), [0, 1, 2, 3]);
  assertEquals([0, 1, 2, 3].map(stateOf), STATES);
});

Deno.test("stateOf() returns UNKNOWN for every other code", { permissions: "none" }, () => {
  for (const code of [-1, 4, 7, 126, 127, 255, 0xffff, 1.5, NaN, Infinity]) {
    assertEquals(stateOf(code), "UNKNOWN", String(code));
  }
});

Deno.test("parseState() reads names in any case and single digits", { permissions: "none" }, () => {
  for (const state of STATES) {
    assertEquals(parseState(state), state);
    assertEquals(parseState(state.toLowerCase()), state);
    assertEquals(parseState(String(returnCode(state))), state);
  }
  assertEquals(parseState("cRitiCal"), "CRITICAL");
});

Deno.test("parseState() refuses other strings", { permissions: "none" }, () => {
  for (const text of ["", "4", "-1", "00", "1.0", " ok", "ok ", "okay", "warn", "W", "toString"]) {
    assertThrows(() => parseState(text), SyntaxError, `Cannot parse state "${text}"`);
  }
});

Deno.test("worst() ranks UNKNOWN above OK and below WARNING", { permissions: "none" }, () => {
  const order: State[] = ["OK", "UNKNOWN", "WARNING", "CRITICAL"];
  for (const [low, lesser] of order.entries()) {
    for (const greater of order.slice(low)) {
      assertEquals(worst(lesser, greater), greater);
      assertEquals(worst(greater, lesser), greater);
      assertEquals(worst([lesser, greater], lesser), greater);
    }
  }
});

Deno.test("worst() returns OK for empty lists", { permissions: "none" }, () => {
  assertEquals([worst(), worst([]), worst([], [])], ["OK", "OK", "OK"]);
});

interface Row {
  kind: "parse" | "from-int" | "child-exit" | "worst";
  order?: string;
  input: string | number | State[];
  state?: number | State;
  invalid?: true;
}

Deno.test("States conform to the shared table", {
  ignore: casesIgnored,
  permissions: { read: true },
}, () => {
  assertConforms(readCases<Row>("states"), [{
    reason:
      "rows with one of the other orders of states; ours is OK < UNKNOWN < WARNING < CRITICAL",
    covers: ({ kind, order }) =>
      kind === "worst" && order !== "max_state_alt: OK < UNKNOWN < WARNING < CRITICAL",
  }], ({ kind, input, state, invalid }) => {
    if (invalid) assertThrows(() => parseState(String(input)), SyntaxError);
    else if (kind === "parse") assertEquals(returnCode(parseState(String(input))), state);
    else if (kind === "worst") assertEquals(worst(input as State[]), state);
    else assertEquals(returnCode(stateOf(Number(input))), state);
  });
});
