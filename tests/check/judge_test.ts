import { assertEquals, assertThrows } from "@std/assert";
import { isBeyond, isSet, judge, type Threshold } from "../../src/check/judge.ts";
import { evaluate } from "../../src/nagios/perfdata.ts";
import { formatPerfdata } from "../../src/nagios/format_perfdata.ts";
import { parseRange } from "../../src/nagios/range.ts";

const pure = { permissions: "none" } as const;
const range = parseRange;
const ranges = (...texts: string[]) => texts.map(range);

Deno.test("judge() returns the state and the perfdata of a value", pure, () => {
  const rows: [warning: Threshold | undefined, critical: Threshold | undefined, text: string][] = [
    [undefined, undefined, "OK a=7"],
    ["", undefined, "OK a=7"],
    [range("5"), range("10"), "WARNING a=7;5;10"],
    ["5", "6", "CRITICAL a=7;5;6"],
    [5, 10, "WARNING a=7;5;10"],
    [7, undefined, "OK a=7;7"],
    ["8:", undefined, "WARNING a=7;8:"],
    [{ a: range("5"), b: range("9") }, undefined, "WARNING a=7;5"],
    [{ b: range("5") }, undefined, "OK a=7"],
    [{ "*": range("5"), b: range("9") }, undefined, "WARNING a=7;5"],
    [{}, [], "OK a=7"],
  ];
  for (const [warning, critical, text] of rows) {
    const { state, perfdata } = judge({ label: "a", value: 7, warning, critical });
    assertEquals(`${state} ${formatPerfdata(perfdata)}`, text);
  }
  assertEquals(judge([]), { state: "OK", perfdata: [] });
  assertEquals(judge({ label: "a", value: "U", warning: 5 }).state, "UNKNOWN");
});

Deno.test("judge() returns the worst state of several values", pure, () => {
  const warning = { used: range("80"), inodes: range("90") };
  const { state, perfdata } = judge([
    { label: "used", value: 85, uom: "%", warning, min: 0 },
    { label: "inodes", value: 85, uom: "%", warning, critical: 84 },
  ]);
  assertEquals(state, "CRITICAL");
  assertEquals(formatPerfdata(perfdata), "used=85%;80;;0 inodes=85%;90;84");
  // Of a list, the last range applies to the rest.
  const loads = [6, 6, 6].map((value, at) => ({
    ...{ label: `load${at}`, value, warning: ranges("9", "5"), critical: ranges("9") },
  }));
  assertEquals(formatPerfdata(judge(loads).perfdata), "load0=6;9;9 load1=6;5;9 load2=6;5;9");
});

Deno.test("judge() compares with a lower bound if less is worse", pure, () => {
  const rows: [threshold: Threshold, value: number, state: string, shown: string][] = [
    [20, 20, "WARNING", "@~:20"],
    [20, 20.1, "OK", "@~:20"],
    [-5, -5, "WARNING", "@~:-5"],
    ["20", 7, "WARNING", "@~:20"],
    [range("20"), 21, "OK", "@~:20"],
    ["20:", 20, "OK", "20:"],
    ["20:", 19, "WARNING", "20:"],
    ["@5:10", 3, "OK", "@5:10"],
    ["~:20", 3, "OK", "~:20"],
    [{ a: range("20") }, 20, "WARNING", "@~:20"],
    [ranges("20"), 20, "WARNING", "@~:20"],
  ];
  for (const [warning, value, state, shown] of rows) {
    const judged = judge({ label: "a", value, warning, lessIsWorse: true });
    assertEquals([judged.state, evaluate(judged.perfdata)], [state, state], shown);
    assertEquals(formatPerfdata(judged.perfdata), `a=${value};${shown}`);
  }
});

Deno.test("judge() refuses a malformed threshold", pure, () => {
  for (const warning of ["x", "10:5", NaN, -1]) {
    assertThrows(() => judge({ label: "a", value: 1, warning }), SyntaxError, "Cannot parse range");
  }
});

Deno.test("isBeyond() finds warning thresholds that never apply", pure, () => {
  const cases: [warning: string, critical: string, beyond: boolean][] = [
    ["5", "10", false],
    ["10", "5", true],
    ["5", "5", false],
    ["10:", "5:", false],
    ["5:", "10:", true],
    ["5:20", "10:15", true],
    ["5:20", "2:30", false],
    ["5:20", "10:30", false],
    ["5", "~:10", false],
    ["~:10", "5", true],
    ["~:", "5", false],
    ["@10:20", "5", true],
    ["@10:20", "15", false],
    ["@10:20", "@5:30", true],
    ["@5:30", "@10:20", false],
    ["5", "@10:20", false],
  ];
  for (const [warning, critical, beyond] of cases) {
    assertEquals(isBeyond({ warning, critical }), beyond, `-w ${warning} -c ${critical}`);
  }
  const others: [warning: Threshold | undefined, critical: Threshold | undefined, boolean][] = [
    [undefined, "5", false],
    ["5", undefined, false],
    [ranges("5", "4", "3"), ranges("6"), false],
    [ranges("5", "4", "3"), ranges("10", "3"), true],
    [{ a: range("5"), b: range("9") }, range("7"), true],
    [{ a: range("5"), b: range("6") }, range("7"), false],
    [{ a: range("5") }, { b: range("4") }, false],
    [{ a: range("5") }, { "*": range("4") }, true],
    [{}, {}, false],
  ];
  for (const [warning, critical, beyond] of others) {
    assertEquals(isBeyond({ warning, critical }), beyond);
  }
  assertEquals(isBeyond({ warning: 20, critical: 10, lessIsWorse: true }), false);
  assertEquals(isBeyond({ warning: 10, critical: 20, lessIsWorse: true }), true);
});

Deno.test("isSet() tells whether an option sets a threshold", pure, () => {
  for (const unset of [undefined, "", [], {}]) assertEquals(isSet(unset), false);
  for (const set of [0, "0", range("0"), [range("0")], { a: range("0") }]) {
    assertEquals(isSet(set), true);
  }
});
