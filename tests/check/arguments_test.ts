import { assertEquals, assertThrows } from "@std/assert";
import fc from "../fast_check.ts";
import { parseArguments } from "../../src/check/arguments.ts";
import { option, type OptionSpec } from "../../src/check/option.ts";
import { parseOption } from "../../src/check/parse_option.ts";
import { overrideValues } from "../../src/check/per_item.ts";
import { parseRange } from "../../src/nagios/range.ts";
import { splitWords } from "../../src/check/split_words.ts";

const description = "A value";
const options = {
  warning: option.range({ short: "w", description }),
  critical: option.range({ short: "c", description }),
  path: option.text({ short: "p", description }),
  verbose: option.flag({ short: "v", description }),
  exclude: option.list({ short: "x", description }),
  ignoreMissing: option.flag({ description }),
};
const known = "expected one of warning, critical, path, verbose, exclude, ignoreMissing";

const more = {
  hostname: option.text({ short: "H", description }),
  size: option.bytes({ short: "m", description }),
  errorsOnly: option.flag({ short: "e", description }),
  six: option.flag({ short: "6", description }),
  ssl: option.flag({ short: "S", description, values: ["1", "1.2", "1.2+"] }),
  expect: option.list({ short: "x", description, split: false }),
  limit: option.list({ short: "l", description, once: true }),
};

Deno.test("parseArguments() parses every common form of arguments", {
  permissions: "none",
}, () => {
  const rows: [args: string[], values: Record<string, string>][] = [
    [[], {}],
    [["-w", "5"], { warning: "5" }],
    [["-w5"], { warning: "5" }],
    [["-w=5"], { warning: "5" }],
    [["--warning=5"], { warning: "5" }],
    [["--warning", "5"], { warning: "5" }],
    [["warning=5"], { warning: "5" }],
    [["--warning="], { warning: "" }],
    [["-w", ""], { warning: "" }],
    [["path=a=b"], { path: "a=b" }],
    [["path=a\nb"], { path: "a\nb" }],
    // Positional, in the order of declaration; options that are set by name are skipped.
    [["5", "10", "/"], { warning: "5", critical: "10", path: "/" }],
    [["-c", "10", "5", "/"], { critical: "10", warning: "5", path: "/" }],
    [["", "a b"], { warning: "", critical: "a b" }],
    // Several in one argument.
    [["-w 5 -c 10"], { warning: "5", critical: "10" }],
    [["-w\t5\n-c10"], { warning: "5", critical: "10" }],
    [["-p '/a b' -v"], { path: "/a b", verbose: "true" }],
    [['--path="/a b"', '-x "a \\"b"'], { path: "/a b", exclude: 'a "b' }],
    // Values may begin with a dash.
    [["-w", "-5:"], { warning: "-5:" }],
    [["-w -5:5"], { warning: "-5:5" }],
    [["-5:", "-.5:"], { warning: "-5:", critical: "-.5:" }],
    [["-"], { warning: "-" }],
    [["-w", "-c"], { warning: "-c" }],
    [["--", "-w", "--path=x", "--"], { warning: "-w", critical: "--path=x", path: "--" }],
    [["-w", "5", "--"], { warning: "5" }],
    // A flag has a value only after "=", and can be repeated and combined.
    [["-v"], { verbose: "true" }],
    [["-vv"], { verbose: "true" }],
    [["-vvv", "-w", "5"], { verbose: "true", warning: "5" }],
    [["-vw", "5"], { verbose: "true", warning: "5" }],
    [["-vw5", "-vvc=10"], { verbose: "true", warning: "5", critical: "10" }],
    [["-vpv"], { verbose: "true", path: "v" }],
    [["-v=no"], { verbose: "no" }],
    [["-v", "5"], { verbose: "true", warning: "5" }],
    [["--verbose=no"], { verbose: "no" }],
    [["verbose=off"], { verbose: "off" }],
    // Case, hyphens and underscores in names are ignored.
    [["--ignore-missing"], { ignoreMissing: "true" }],
    [["--ignore_missing=off"], { ignoreMissing: "off" }],
    [["--IGNOREMISSING"], { ignoreMissing: "true" }],
    // The values of a list are joined; for other kinds only the last value counts.
    [["-x", "a", "--exclude=b,c"], { exclude: "a,b,c" }],
    [["-w", "5", "-w", "6"], { warning: "6" }],
    // A word with an unknown name before "=" is a positional value.
    [["nope=1"], { warning: "nope=1" }],
    [["__proto__=1", "constructor=1"], { warning: "__proto__=1", critical: "constructor=1" }],
  ];
  for (const [args, values] of rows) {
    assertEquals(parseArguments(args, options), { values, errors: [] }, JSON.stringify(args));
  }
});

Deno.test(
  "parseArguments() reports every invalid argument",
  { permissions: "none" },
  () => {
    const rows: [args: string[], errors: string[]][] = [
      [["-w"], ['Option "warning": Missing value']],
      [["-5"], [`Unknown option "5": ${known}`]],
      [["-v", "--exclude"], ['Option "exclude": Missing value']],
      [["-z", "1"], [`Unknown option "z": ${known}`]],
      // The word after an unknown option is its value.
      [["-z", "/dev/shm", "-w", "5"], [`Unknown option "z": ${known}`]],
      [["--nope", "a", "-w", "5"], [`Unknown option "nope": ${known}`]],
      [["-vz", "a"], [`Unknown option "z": ${known}`]],
      [["-vzv", "5"], [`Unknown option "z": ${known}`]],
      [["--nope=1", "--Nope"], [
        `Unknown option "nope": ${known}`,
        `Unknown option "Nope": ${known}`,
      ]],
      [["--wraning=1"], [`Unknown option "wraning": ${known}; did you mean "warning"?`]],
      [["--__proto__=1"], [`Unknown option "__proto__": ${known}`]],
      [["--constructor=1"], [`Unknown option "constructor": ${known}`]],
      [["--toString", "1"], [`Unknown option "toString": ${known}`]],
      [["--hasOwnProperty"], [`Unknown option "hasOwnProperty": ${known}`]],
      [["--=1"], [`Unknown option "=1": ${known}`]],
      [["-w 'x"], ["Cannot split \"-w 'x\" into words: quote ' is not closed"]],
      [["1", "2", "3", "4", "5", "6", "7", "8"], [
        'Unexpected argument "7": every option already has a value',
        'Unexpected argument "8": every option already has a value',
      ]],
    ];
    for (const [args, errors] of rows) assertEquals(parseArguments(args, options).errors, errors);
    assertEquals(parseArguments(["x", "-y"], {}).errors, [
      'Unknown option "y": the check has no options',
      'Unexpected argument "x": every option already has a value',
    ]);
  },
);

Deno.test("parseArguments() ignores the word after an unknown option", {
  permissions: "none",
}, () => {
  const { values, errors } = parseArguments(["-z", "/dev/shm", "-p", "/", "5"], options);
  assertEquals(values, { path: "/", warning: "5" });
  assertEquals(errors.length, 1);
});

Deno.test("parseArguments() parses digits, flags with values and lists that are not split", {
  permissions: "none",
}, () => {
  const rows: [args: string[], values: Record<string, unknown>][] = [
    [["-6"], { six: "true" }],
    [["-e6S", "-H", "a"], { errorsOnly: "true", six: "true", ssl: "true", hostname: "a" }],
    [["-S1.2"], { ssl: "1.2" }],
    [["-eS1.2+"], { errorsOnly: "true", ssl: "1.2+" }],
    [["-S1.0"], { ssl: "1.0" }],
    [["-S", "1.2"], { ssl: "true", hostname: "1.2" }],
    [["--ssl=1.2"], { ssl: "1.2" }],
    [["--ssl", "-e"], { ssl: "true", errorsOnly: "true" }],
    [["-x", "a,b"], { expect: ["a,b"] }],
    [["-x", "a", "--expect=b,c"], { expect: ["a", "b,c"] }],
    [["-l", "1", "-l", "1"], { limit: "1" }],
    [["--", "-5"], { hostname: "-5" }],
  ];
  for (const [args, values] of rows) {
    const parsed = parseArguments(args, more);
    assertEquals(parsed, { values, errors: [] }, JSON.stringify(args));
  }
});

Deno.test("parseArguments() refuses a negative number for an option without numbers", {
  permissions: "none",
}, () => {
  const names = "hostname, size, errorsOnly, six, ssl, expect, limit";
  const rows: [args: string[], error: string][] = [
    [["-4"], `Unknown option "4": expected one of ${names}`],
    [["-H", "a", "-m", "1", "-5"], `Unknown option "5": expected one of ${names}`],
    [
      ["-l", "82%", "-l", "0%"],
      'Option "limit": Set to "82%" and to "0%": expected one value for the whole command',
    ],
  ];
  for (const [args, error] of rows) {
    assertEquals(parseArguments(args, more).errors, [error], JSON.stringify(args));
  }
  const code = { code: option.text({ description, pattern: /-?\d+|[a-z]+/ }) };
  assertEquals(parseArguments(["-1"], code), { values: { code: "-1" }, errors: [] });
  assertEquals(parseArguments(["-1x"], code).errors.length, 1);
});

Deno.test(
  "parseArguments() never throws, sets only known options, and leaves the prototype unchanged",
  {
    permissions: "none",
  },
  () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom("--__proto__=1", "__proto__", "-w", "--", "constructor=1", "-x 'a", "--path"),
    );
    fc.assert(fc.property(fc.array(word), (args) => {
      const { values, errors } = parseArguments(args, options);
      assertEquals(Object.keys(values).filter((name) => !Object.hasOwn(options, name)), []);
      assertEquals([Object.getPrototypeOf(values), ({} as { 1?: 1 })[1]], [
        Object.prototype,
        undefined,
      ]);
      assertEquals(Object.values(values).every((value) => typeof value === "string"), true);
      assertEquals(errors.every((error) => error.length > 0), true);
    }));
  },
);

Deno.test(
  "splitWords() splits text like a shell, without expansion",
  { permissions: "none" },
  () => {
    const rows: [string, string[]][] = [
      ["", []],
      [" \t\n ", []],
      ["a  b\tc\nd", ["a", "b", "c", "d"]],
      ["'a b' \"c d\"", ["a b", "c d"]],
      ["a'b'\"c\"d", ["abcd"]],
      ["'' \"\"", ["", ""]],
      ["'a\\b'", ["a\\b"]],
      ['"a\\"b\\\\c\\d\\$e"', ['a"b\\c\\d$e']],
      ["a\\ b \\' \\\\", ["a b", "'", "\\"]],
      ["a\\", ["a\\"]],
      ["$HOME *.txt `id` $(id) ; | &", ["$HOME", "*.txt", "`id`", "$(id)", ";", "|", "&"]],
    ];
    for (const [text, words] of rows) assertEquals(splitWords(text), words, text);
  },
);

Deno.test("splitWords() refuses an unclosed quote", { permissions: "none" }, () => {
  for (const text of ["'a", 'a "b', "'a\"", '"\\"']) {
    assertThrows(() => splitWords(text), SyntaxError, "is not closed");
  }
});

const perItem = {
  path: option.list({ short: "p", description }),
  warning: option.per("path", option.percent({ short: "w", description })),
  critical: option.per("path", option.list({ short: "c", description })),
  clear: option.flag({ short: "C", description, clears: ["warning", "critical"] }),
};

Deno.test("parseArguments() applies values to the items of a list that follow them", {
  permissions: "none",
}, () => {
  const rows: [args: string, values: Record<string, unknown>][] = [
    ["-w 5", { warning: "5" }],
    ["-w 5 -p /a -p /b", { warning: "5", path: "/a,/b" }],
    ["-w 5 -p /a -w 6 -p /b,/c", {
      warning: { "/a": "5", "/b": "6", "/c": "6" },
      path: "/a,/b,/c",
    }],
    ["-w 5 -p /a -w 5 -p /b", { warning: "5", path: "/a,/b" }],
    ["-p /a -w 5 -p /b", { warning: { "/b": "5" }, path: "/a,/b" }],
    ["-c 1 -p /a -c 2 -p /b", { critical: { "/a": "1", "/b": "1,2" }, path: "/a,/b" }],
    ["-w 5 -p /a -w 6 -p /b -w 7 -p /a", { warning: { "/a": "5", "/b": "6" }, path: "/a,/b,/a" }],
    ["-w 5 -c 1 -p /a -C -w 6 -p /b", {
      warning: { "/a": "5", "/b": "6" },
      critical: { "/a": "1" },
      path: "/a,/b",
      clear: "true",
    }],
    ["-w 5 -C", { clear: "true" }],
    ["-w 5 /a", { warning: "5", path: "/a" }],
    ["-w 5 -p __proto__ -w 6 -p /b", {
      warning: Object.fromEntries([["__proto__", "5"], ["/b", "6"]]),
      path: "__proto__,/b",
    }],
  ];
  for (const [args, values] of rows) {
    assertEquals(parseArguments(args.split(" "), perItem), { values, errors: [] }, args);
  }
  const late =
    'Option "warning": Set after the last path: expected it before each path to which it applies';
  for (const args of ["-p /a -w 5", "-w 4 -p /a -w 5", "-w 4 -p /a -C -w 5"]) {
    assertEquals(parseArguments(args.split(" "), perItem).errors, [late], args);
  }
});

Deno.test(
  "overrideValues() keeps the value of the agent for the items that arguments do not name",
  {
    permissions: "none",
  },
  () => {
    const rows: [bound: unknown, given: unknown, value: unknown][] = [
      ["5", "6", "6"],
      ["5", { "/a": "6" }, { "*": "5", "/a": "6" }],
      [{ "*": "5", "/a": "7", "/b": "8" }, { "/a": "6" }, { "*": "5", "/a": "6", "/b": "8" }],
      [{ "/a": "7" }, "6", "6"],
      [undefined, { "/a": "6" }, { "/a": "6" }],
      [parseRange("1:2"), { "/a": "6" }, { "*": parseRange("1:2"), "/a": "6" }],
    ];
    for (const [bound, given, warning] of rows) {
      assertEquals(overrideValues({ warning: bound, path: "/" }, { warning: given }), {
        warning,
        path: "/",
      });
    }
  },
);

Deno.test("parseArguments() accepts the start of a long name if it is unique", {
  permissions: "none",
}, () => {
  const specs = {
    ignoreMissing: option.flag({ description }),
    ignore: option.text({ description }),
    warning: option.number({ description }),
    wait: option.number({ description }),
  };
  const rows: [args: string, values: Record<string, unknown>][] = [
    ["--warn 5", { warning: "5" }],
    ["--WARN=5", { warning: "5" }],
    ["--ignore x", { ignore: "x" }],
    ["--ignore-m", { ignoreMissing: "true" }],
  ];
  for (const [args, values] of rows) {
    assertEquals(parseArguments(args.split(" "), specs), { values, errors: [] }, args);
  }
  for (const args of ["--wa 5", "--i x", "--= 5", "--- 5", "--warnings 5"]) {
    assertEquals(parseArguments(args.split(" "), specs).errors.length > 0, true, args);
  }
  // Without dashes, a word with an equals sign may be a positional value.
  assertEquals(
    parseArguments(["warn=5"], { text: option.text({ description }), ...specs }).values,
    {
      text: "warn=5",
    },
  );
});

Deno.test("parseArguments() stores no more items than a list may have, plus one", {
  permissions: "none",
}, () => {
  const options = {
    names: option.list({ short: "n", description: "Names", split: false }),
    limit: option.per("names", option.integer({ short: "l", description: "Limit" })),
    quick: option.flag({ short: "q", description: "Quick" }),
  } as unknown as Record<string, OptionSpec>;
  const many = Array.from({ length: 9000 }, (_, index) => [`-l${index}`, `-n${index}`]).flat();
  const { values, errors } = parseArguments(many, options);
  assertEquals(errors, []);
  assertEquals((values.names as string[]).length, 257);
  assertEquals(Object.keys(values.limit as object).length, 257);
  assertEquals(parseArguments([`-${"q".repeat(60_000)}`], options).values, { quick: "true" });
  const { values: inside } = parseArguments(["-l1", "-ninside", "-l2", "-nb"], options);
  assertEquals(parseOption(options.limit!, inside.limit), { inside: 1, b: 2 });
});

Deno.test("parseArguments() collects the values of an option by label", {
  permissions: "none",
}, () => {
  const options = {
    warning: option.range({ short: "w", description, labels: ["a", "b"] }),
    critical: option.durationRange({ short: "c", description }),
  };
  const rows: [args: string, values: Record<string, unknown>][] = [
    ["-w 5", { warning: { "*": "5" } }],
    ["-w a=5", { warning: { a: "5" } }],
    ["-w a=5 -w b=6", { warning: { a: "5", b: "6" } }],
    ["-w a=5,b=6", { warning: { a: "5", b: "6" } }],
    ["--warning=a=5 --warning=7", { warning: { a: "5", "*": "7" } }],
    ["-w a=5 -w a=6", { warning: { a: "6" } }],
    ["-w=a=5", { warning: { a: "5" } }],
    ["a=5 -5m:5m", { warning: { a: "5" }, critical: "-5m:5m" }],
  ];
  for (const [args, values] of rows) {
    assertEquals(parseArguments(args.split(" "), options), { values, errors: [] }, args);
  }
  const many = Array.from({ length: 9000 }, (_, index) => `-wlabel${index}=5`);
  const { values } = parseArguments(many, options);
  assertEquals(Object.keys(values.warning as object).length, 257);
});

Deno.test("Arguments with labels override the values of the agent for these labels only", {
  permissions: "none",
}, () => {
  const warning = option.range({ short: "w", description, labels: ["a", "b"], default: 1 });
  const rows: [bound: unknown, args: string[], a: string, b: string][] = [
    [undefined, ["-w", "a=5"], "5", "1"],
    [undefined, ["-w", "5"], "5", "5"],
    ["9", ["-w", "a=5"], "5", "9"],
    ["9,b=8", ["-w", "a=5"], "5", "8"],
    [{ b: 8 }, ["-w", "a=5"], "5", "8"],
    [{ b: 8 }, ["-w", "5"], "5", "5"],
    [{ b: 8 }, ["-w", "5", "-w", "a=6"], "6", "5"],
    [parseRange("9"), ["-w", "a=5"], "5", "9"],
  ];
  for (const [bound, args, a, b] of rows) {
    const given = parseArguments(args, { warning });
    const { warning: value } = overrideValues(
      bound === undefined ? {} : { warning: bound },
      given.values,
    );
    assertEquals(parseOption(warning, value), { a: parseRange(a), b: parseRange(b) });
  }
});
