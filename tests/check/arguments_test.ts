import { assertEquals, assertThrows } from "@std/assert";
import fc from "../fast_check.ts";
import { parseArguments } from "../../src/check/arguments.ts";
import { option } from "../../src/check/option.ts";
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

Deno.test("parseArguments() reads every form in which people write arguments", {
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
    // Positional, in the order of declaration; those given by name are passed over.
    [["5", "10", "/"], { warning: "5", critical: "10", path: "/" }],
    [["-c", "10", "5", "/"], { critical: "10", warning: "5", path: "/" }],
    [["", "a b"], { warning: "", critical: "a b" }],
    // Several in one argument.
    [["-w 5 -c 10"], { warning: "5", critical: "10" }],
    [["-w\t5\n-c10"], { warning: "5", critical: "10" }],
    [["-p '/a b' -v"], { path: "/a b", verbose: "true" }],
    [['--path="/a b"', '-x "a \\"b"'], { path: "/a b", exclude: 'a "b' }],
    // Values that begin with a dash.
    [["-w", "-5:"], { warning: "-5:" }],
    [["-w -5:5"], { warning: "-5:5" }],
    [["-5", "-.5:"], { warning: "-5", critical: "-.5:" }],
    [["-"], { warning: "-" }],
    [["-w", "-c"], { warning: "-c" }],
    [["--", "-w", "--path=x", "--"], { warning: "-w", critical: "--path=x", path: "--" }],
    [["-w", "5", "--"], { warning: "5" }],
    // Flags take no value but after "=".
    [["-v"], { verbose: "true" }],
    [["-v", "5"], { verbose: "true", warning: "5" }],
    [["--verbose=no"], { verbose: "no" }],
    [["verbose=off"], { verbose: "off" }],
    // Names are found whatever their case and hyphens.
    [["--ignore-missing"], { ignoreMissing: "true" }],
    [["--ignore_missing=off"], { ignoreMissing: "off" }],
    [["--IGNOREMISSING"], { ignoreMissing: "true" }],
    // Lists grow, all others take the last.
    [["-x", "a", "--exclude=b,c"], { exclude: "a,b,c" }],
    [["-w", "5", "-w", "6"], { warning: "6" }],
    // What names no option is a value.
    [["nope=1"], { warning: "nope=1" }],
    [["__proto__=1", "constructor=1"], { warning: "__proto__=1", critical: "constructor=1" }],
  ];
  for (const [args, values] of rows) {
    assertEquals(parseArguments(args, options), { values, faults: [] }, JSON.stringify(args));
  }
});

Deno.test(
  "parseArguments() names every argument that it cannot place",
  { permissions: "none" },
  () => {
    const rows: [args: string[], faults: string[]][] = [
      [["-w"], ['Option "warning" is without its value']],
      [["-v", "--exclude"], ['Option "exclude" is without its value']],
      [["-z", "1"], [`Unknown option "z": ${known}`]],
      [["--nope=1", "--Nope"], [
        `Unknown option "nope": ${known}`,
        `Unknown option "Nope": ${known}`,
      ]],
      [["--__proto__=1"], [`Unknown option "__proto__": ${known}`]],
      [["--constructor=1"], [`Unknown option "constructor": ${known}`]],
      [["--toString", "1"], [`Unknown option "toString": ${known}`]],
      [["--hasOwnProperty"], [`Unknown option "hasOwnProperty": ${known}`]],
      [["--=1"], [`Unknown option "=1": ${known}`]],
      [["-w 'x"], ["Cannot split \"-w 'x\" into words: quote ' is not closed"]],
      [["1", "2", "3", "4", "5", "6", "7", "8"], [
        'No option is left for argument "7"',
        'No option is left for argument "8"',
      ]],
    ];
    for (const [args, faults] of rows) assertEquals(parseArguments(args, options).faults, faults);
    assertEquals(parseArguments(["x", "-y"], {}).faults, [
      'Unknown option "y": it takes none',
      'No option is left for argument "x"',
    ]);
  },
);

Deno.test("parseArguments() never throws, sets own options only, and spares the prototype", {
  permissions: "none",
}, () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom("--__proto__=1", "__proto__", "-w", "--", "constructor=1", "-x 'a", "--path"),
  );
  fc.assert(fc.property(fc.array(word), (args) => {
    const { values, faults } = parseArguments(args, options);
    assertEquals(Object.keys(values).filter((name) => !Object.hasOwn(options, name)), []);
    assertEquals([Object.getPrototypeOf(values), ({} as { 1?: 1 })[1]], [
      Object.prototype,
      undefined,
    ]);
    assertEquals(Object.values(values).every((value) => typeof value === "string"), true);
    assertEquals(faults.every((fault) => fault.length > 0), true);
  }));
});

Deno.test(
  "splitWords() splits as a shell does, and expands nothing",
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

Deno.test("splitWords() refuses a quote that is not closed", { permissions: "none" }, () => {
  for (const text of ["'a", 'a "b', "'a\"", '"\\"']) {
    assertThrows(() => splitWords(text), SyntaxError, "is not closed");
  }
});
