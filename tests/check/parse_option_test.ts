import { assert, assertEquals, assertThrows } from "@std/assert";
import { option, type OptionSpec } from "../../src/check/option.ts";
import { parseOption, parseOptions } from "../../src/check/parse_option.ts";

const description = "A value";

const anything = (start: number, end: number, inside = false) => ({ start, end, inside });

Deno.test(
  "parseOption() reads typed values and their text forms",
  { permissions: "none" },
  () => {
    const rows: [OptionSpec, [input: unknown, value: unknown][]][] = [
      [option.range({ description }), [
        ["10", anything(0, 10)],
        ["10:", anything(10, Infinity)],
        ["~:10", anything(-Infinity, 10)],
        ["@10:20", anything(10, 20, true)],
        [10, anything(0, 10)],
        [anything(-Infinity, 2, true), anything(-Infinity, 2, true)],
        [{ ...anything(1, 2), more: 3 }, anything(1, 2)],
      ]],
      [option.ranges({ description }), [
        ["5,4:,~:3", [anything(0, 5), anything(4, Infinity), anything(-Infinity, 3)]],
        [[5, "4:", anything(1, 2)], [anything(0, 5), anything(4, Infinity), anything(1, 2)]],
        [7, [anything(0, 7)]],
        ["5,4,3,", [anything(0, 5), anything(0, 4), anything(0, 3)]],
        [" 5, 4:, 3 ", [anything(0, 5), anything(4, Infinity), anything(0, 3)]],
      ]],
      [option.durationRange({ description }), [
        ["10m", anything(0, 600)],
        [" 1h30m: ", anything(5400, Infinity)],
        [90, anything(0, 90)],
        [anything(1, 2), anything(1, 2)],
      ]],
      [option.bytesRange({ description }), [
        ["1G:2G", anything(1e9, 2e9)],
        [anything(-Infinity, 1e30, true), anything(-Infinity, 1e30, true)],
      ]],
      [option.percentRange({ description }), [
        ["10:20%", anything(10, 20)],
        [80.5, anything(0, 80.5)],
      ]],
      [option.range({ description, lessIsWorse: true }), [
        ["20", anything(-Infinity, 20, true)],
        [20, anything(-Infinity, 20, true)],
        ["-5", anything(-Infinity, -5, true)],
        ["0:20", anything(0, 20)],
        ["20:", anything(20, Infinity)],
        ["@20", anything(0, 20, true)],
        [anything(0, 20), anything(-Infinity, 20, true)],
        [anything(1, 20), anything(1, 20)],
      ]],
      [option.percentRange({ description, lessIsWorse: true }), [
        ["20%", anything(-Infinity, 20, true)],
      ]],
      [option.range({ description, labels: ["a", "b"], default: "1,b=2" }), [
        ["5", { a: anything(0, 5), b: anything(0, 5) }],
        ["a=5", { a: anything(0, 5), b: anything(0, 2) }],
        ["a=5,b=6:", { a: anything(0, 5), b: anything(6, Infinity) }],
        ["5,b=6", { a: anything(0, 5), b: anything(0, 6) }],
        [" a = 5 , b = 6 ", { a: anything(0, 5), b: anything(0, 6) }],
        [{ b: 7 }, { a: anything(0, 1), b: anything(0, 7) }],
        [{ "*": 7, a: "8" }, { a: anything(0, 8), b: anything(0, 7) }],
        [{ "*": "7,a=8", b: 9 }, { a: anything(0, 8), b: anything(0, 9) }],
        [anything(3, 4), { a: anything(3, 4), b: anything(3, 4) }],
      ]],
      [option.range({ description, labels: ["a", "b"] }), [
        ["a=5", { a: anything(0, 5) }],
        [{}, {}],
      ]],
      [option.number({ description }), [
        ["5", 5],
        [" -5.5 ", -5.5],
        [".5", 0.5],
        ["+1e3", 1000],
        [0, 0],
      ]],
      [option.number({ description, min: 0, max: 10 }), [["0", 0], ["10", 10]]],
      [option.integer({ description }), [["5", 5], ["-3", -3], ["1e3", 1000]]],
      [option.percent({ description }), [["20%", 20], ["99.5 %", 99.5], [0, 0], ["100", 100]]],
      [option.bytes({ description }), [["10GB", 1e10], ["512MiB", 536_870_912], [1024, 1024], [
        "0",
        0,
      ]]],
      [option.duration({ description }), [
        ["90", 90],
        ["5m", 300],
        ["1h30m", 5400],
        ["250ms", 0.25],
        [1.5, 1.5],
      ]],
      [option.text({ description }), [["", ""], ["a\nb", "a\nb"], [
        "x".repeat(1024),
        "x".repeat(1024),
      ]]],
      [option.text({ description, pattern: /[a-z]+|\d/ }), [["abc", "abc"], ["1", "1"]]],
      [option.text({ description, pattern: /^a.c$/is }), [["ABC", "ABC"], ["a\nc", "a\nc"]]],
      [option.oneOf({ description, values: ["up", "down"] }), [["up", "up"], ["down", "down"]]],
      [option.flag({ description }), [
        ...["true", "yes", "on", "1", true].map((yes): [unknown, boolean] => [yes, true]),
        ...["false", "no", "off", "0", false].map((no): [unknown, boolean] => [no, false]),
      ]],
      [option.list({ description }), [["a,b", ["a", "b"]], [["a", "b,c"], ["a", "b,c"]], [[], []], [
        "",
        [""],
      ], ["a,b,", ["a", "b"]]]],
      [option.list({ description, split: false }), [
        ["a, b,", ["a, b,"]],
        [["a", "b,c"], ["a", "b,c"]],
      ]],
      [option.flag({ description, values: ["1", "1.2"] }), [
        ["1", "1"],
        ["1.2", "1.2"],
        [true, true],
        ["no", false],
      ]],
    ];
    for (const [spec, cases] of rows) {
      for (const [input, value] of cases) {
        assertEquals(parseOption(spec, input), value, `${spec.kind} ${JSON.stringify(input)}`);
      }
    }
  },
);

Deno.test("parseOption() refuses invalid values, and names the expected form", {
  permissions: "none",
}, () => {
  const aRange = "expected a range such as 10, 10:, ~:10 or @10:20";
  const rows: [OptionSpec, [input: unknown, message: string][]][] = [
    [option.ranges({ description }), [
      ["5,,3", 'Cannot parse range ""'],
      [",", 'Cannot parse range ""'],
    ]],
    [option.durationRange({ description }), [
      ["10x", 'Cannot parse range "10x": end "10x" is not a duration such as "1h30m"'],
      [true, "Invalid value true: expected a range such as 10m, 30m: or 5m:1h"],
    ]],
    [option.bytesRange({ description }), [
      [{}, "Invalid value of type object: expected a range such as 10GB, 500MB: or 1G:2G"],
    ]],
    [option.percentRange({ description }), [
      ["120%", "is not a percentage from 0% to 100%"],
      [anything(0, 120), 'Cannot parse range "120": end "120" is not a percentage'],
      [null, "Invalid value null: expected a range such as 80%, 80%: or 10:20%"],
    ]],
    [option.range({ description, lessIsWorse: true }), [
      ["", 'Cannot parse range "": it contains no number'],
      ["x", 'Cannot parse range "x": end "x" is not a number'],
    ]],
    [option.range({ description, labels: ["used", "inode_used"] }), [
      ["used=x", '"used": Cannot parse range "x"'],
      ["used=", '"used": Cannot parse range "": it contains no number'],
      ["x", 'Cannot parse range "x"'],
      ["5,4", 'Cannot parse range "5,4"'],
      ["usde=5", 'Unknown label "usde": expected one of used, inode_used; did you mean "used"?'],
      ["=5", 'Unknown label "": expected one of used, inode_used'],
      [{ free: 5 }, 'Unknown label "free": expected one of used, inode_used'],
      [[5], "Invalid value of type array: expected a range"],
    ]],
    [option.flag({ description, values: ["1.2"] }), [
      ["1.1", 'Invalid value "1.1": expected one of yes, no, 1.2'],
    ]],
    [option.flag({ description, values: ["1.2"], expected: "1.2 or later" }), [
      ["1.1", 'Invalid value "1.1": expected 1.2 or later'],
    ]],
    [option.range({ description }), [
      ["x", 'Cannot parse range "x": end "x" is not a number'],
      ["10:5", 'Cannot parse range "10:5": start is above end'],
      ["", 'Cannot parse range "": it contains no number'],
      [NaN, 'Cannot parse range "NaN"'],
      [anything(2, 1), 'Invalid value "2:1": expected a range whose start is not above its end'],
      [anything(NaN, 1), 'Invalid value "NaN:1"'],
      [{ start: 1, end: 2 }, `Invalid value of type object: ${aRange}`],
      [[], `Invalid value of type array: ${aRange}`],
      [null, `Invalid value null: ${aRange}`],
      [true, `Invalid value true: ${aRange}`],
      [() => 1, `Invalid value of type function: ${aRange}`],
    ]],
    [option.ranges({ description }), [
      ["5,,3", 'Cannot parse range ""'],
      ["5,x", 'Cannot parse range "x"'],
      [Array(257).fill(1), "expected at most 256 ranges"],
      ["1,".repeat(256) + "1", "expected at most 256 ranges"],
    ]],
    [option.number({ description }), [
      ["x", 'Invalid value "x": expected a number'],
      ["", 'Invalid value "": expected a number'],
      ["0x10", 'Invalid value "0x10": expected a number'],
      ["1_000", "expected a number"],
      ["Infinity", "expected a number"],
      [NaN, "Invalid value NaN: expected a number"],
      [[5], "Invalid value of type array: expected a number"],
      [true, "Invalid value true: expected a number"],
    ]],
    [option.number({ description, min: 0, max: 10 }), [
      ["-1", 'Invalid value "-1": expected a number from 0 to 10'],
      [11, "Invalid value 11: expected a number from 0 to 10"],
    ]],
    [option.number({ description, min: 1 }), [["0", "expected a number of at least 1"]]],
    [option.number({ description, max: 1 }), [["2", "expected a number of at most 1"]]],
    [option.integer({ description }), [
      ["5.5", 'Invalid value "5.5": expected a whole number'],
      ["9007199254740993", "expected a whole number"],
    ]],
    [option.percent({ description }), [["101%", "expected 0% to 100%"], [
      "-1",
      "expected 0% to 100%",
    ], [true, "Invalid value true"]]],
    [option.bytes({ description }), [
      ["x", 'Cannot parse size "x"'],
      [-1, 'Cannot parse size "-1"'],
      [{}, "Invalid value of type object: expected a string or a number"],
    ]],
    [option.duration({ description }), [["x", 'Cannot parse duration "x"'], [
      "",
      'Cannot parse duration ""',
    ]]],
    [option.text({ description }), [
      ["x".repeat(1025), "Invalid value of 1025 characters: expected at most 1024"],
      ["a\0b", "expected a string without NUL"],
      [5, "Invalid value 5: expected a string"],
    ]],
    [option.text({ description, maxLength: 2 }), [[
      "abc",
      "Invalid value of 3 characters: expected at most 2",
    ]]],
    [option.text({ description, pattern: /[a-z]+|\d/ }), [
      ["ABC", 'Invalid value "ABC": expected a string that matches [a-z]+|\\d'],
      ["abc1", "expected a string that matches"],
      ["abc\n", "expected a string that matches"],
    ]],
    [option.oneOf({ description, values: ["up", "down"] }), [
      ["UP", 'Invalid value "UP": expected one of up, down'],
      ["toString", "expected one of up, down"],
    ]],
    [option.flag({ description }), [["maybe", 'Invalid value "maybe": expected yes or no'], [
      1,
      "Invalid value 1",
    ]]],
    [option.list({ description, pattern: /\w+/ }), [
      ["a,,b", 'Invalid value "": expected a string that matches \\w+'],
      [["a", 5], "Invalid value 5: expected a string"],
      [5, "Invalid value 5: expected strings separated by commas"],
      ["a,".repeat(256) + "a", "expected at most 256 strings"],
    ]],
  ];
  for (const [spec, cases] of rows) {
    for (const [input, message] of cases) {
      assertThrows(() => parseOption(spec, input), SyntaxError, message);
    }
  }
});

Deno.test(
  "parseOption() shortens a long value in its message",
  { permissions: "none" },
  () => {
    const { message } = assertThrows(
      () => parseOption(option.number({ description }), "x".repeat(60_000)),
      SyntaxError,
    );
    assert(message.length < 200, message.slice(0, 300));
  },
);

Deno.test("parseOptions() returns values and defaults, and reports every error", {
  permissions: "none",
}, () => {
  const options = {
    warning: option.range({ description, default: 5 }),
    limit: option.number({ description: "The limit", required: true }),
    constructor: option.text({ description }),
    verbose: option.flag({ description }),
  };
  const rows: [
    given: Record<string, unknown>,
    values: Record<string, unknown>,
    errors: [string, string][],
  ][] = [
    [{ limit: "1" }, { warning: anything(0, 5), limit: 1, verbose: false }, []],
    [{ limit: 1, warning: undefined, constructor: "x" }, {
      warning: anything(0, 5),
      limit: 1,
      constructor: "x",
      verbose: false,
    }, []],
    [{}, { warning: anything(0, 5), verbose: false }, [[
      "limit",
      "Missing required value: The limit",
    ]]],
    [{ warning: "x", limit: "y", verbose: "z", toString: 1 }, {}, [
      [
        "toString",
        'Unknown option "toString": expected one of warning, limit, constructor, verbose',
      ],
      ["warning", 'Cannot parse range "x": end "x" is not a number'],
      ["limit", 'Invalid value "y": expected a number'],
      ["verbose", 'Invalid value "z": expected yes or no'],
    ]],
  ];
  for (const [given, values, errors] of rows) {
    assertEquals(parseOptions(options, given), {
      values,
      errors: errors.map(([option, message]) => ({ option, message })),
    });
  }
  assertEquals(parseOptions({}, { a: 1 }).errors, [{
    option: "a",
    message: 'Unknown option "a": the check has no options',
  }]);
});

Deno.test("parseOptions() returns the given values in their order, then the defaults", {
  permissions: "none",
}, () => {
  const options = {
    first: option.text({ description }),
    second: option.text({ description, default: "b" }),
    third: option.text({ description }),
  };
  const { values } = parseOptions(options, { third: "c", first: "a" });
  assertEquals(Object.entries(values), [["third", "c"], ["first", "a"], ["second", "b"]]);
});
