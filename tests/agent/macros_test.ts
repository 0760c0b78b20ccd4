import { assertEquals, assertThrows } from "@std/assert";
import { createReport, type Diagnostic, formatDiagnostic } from "../../src/agent/diagnostic.ts";
import { expandArgv, expandMacros, warnOfEmptyMacros } from "../../src/agent/macros.ts";
import { splitWords } from "../../src/check/split_words.ts";
import { casesIgnored, readCases } from "../cases.ts";

Deno.test("expandMacros() replaces arguments like NRPE", { permissions: "none" }, () => {
  const args = Array.from({ length: 16 }, (_, index) => `<${index + 1}>`);
  const table: [string, string][] = [
    ["$ARG1$", "<1>"],
    ["-w $ARG1$ -c $ARG16$", "-w <1> -c <16>"],
    ["$ARG1$$ARG2$", "<1><2>"],
    ["$ARG01$ $ARG1x$ $ARG 1$", "<1> <1> <1>"],
    ["$ARG0$ $ARG17$ $ARGx$ $ARG$", "   "],
    ["$$", "$"],
    ["$$HOME", "$HOME"],
    ["$USER1$/x", "$USER1$/x"],
    ["$arg1$", "$arg1$"],
    ["5$", "5$"],
    ["no macro", "no macro"],
    ["", ""],
  ];
  for (const [template, expected] of table) {
    assertEquals(expandMacros(template, args), expected, template);
  }
});

Deno.test("expandMacros() does not expand macros in arguments", { permissions: "none" }, () => {
  assertEquals(expandMacros("$ARG1$ $ARG2$", ["$ARG2$", "$$"]), "$ARG2$ $$");
});

Deno.test("expandMacros() closes an unclosed last macro like NRPE if closeLast is set", {
  permissions: "none",
}, () => {
  assertEquals(expandMacros("echo $HOME/x", [], true), "echo $HOME/x$");
  assertEquals(expandMacros("echo $HOME/x", []), "echo $HOME/x");
});

Deno.test(
  "expandArgv() splits a word that is exactly one argument",
  { permissions: "none" },
  () => {
    const argv = ["/p", "$ARG1$", "--x=$ARG2$"];
    assertEquals(expandArgv(argv, ["-w 5 -c '10 20'", "a b"]), [
      "/p",
      "-w",
      "5",
      "-c",
      "10 20",
      "--x=a b",
    ]);
    assertEquals(expandArgv(argv, ["-w 5", "a b"], false), ["/p", "-w 5", "--x=a b"]);
    assertEquals(expandArgv(argv, []), ["/p", "--x="]);
    assertEquals(expandArgv(argv, ["$(id) `id` * ~ $HOME ; | &"]).slice(1, -1), [
      "$(id)",
      "`id`",
      "*",
      "~",
      "$HOME",
      ";",
      "|",
      "&",
    ]);
  },
);

Deno.test(
  "splitWords() keeps quoted words together, without expansion",
  { permissions: "none" },
  () => {
    const table: [string, string[]][] = [
      ["a  b\tc\nd", ["a", "b", "c", "d"]],
      ["'a b' \"c d\"", ["a b", "c d"]],
      ["a'b c'd", ["ab cd"]],
      ['"a\\"b" \'c\\d\'', ['a"b', "c\\d"]],
      ["a\\ b", ["a b"]],
      ["''", [""]],
      ["", []],
      ["   ", []],
      ["trailing\\", ["trailing\\"]],
    ];
    for (const [text, words] of table) assertEquals(splitWords(text), words, text);
    assertThrows(() => splitWords("it's"), SyntaxError, "quote ' is not closed");
  },
);

Deno.test("warnOfEmptyMacros() warns of macros that are always empty", {
  permissions: "none",
}, () => {
  const warningsOf = (acceptArguments: boolean, ...words: string[]) => {
    const diagnostics: Diagnostic[] = [];
    warnOfEmptyMacros(["/p", ...words], acceptArguments, createReport(diagnostics));
    return diagnostics.map(formatDiagnostic);
  };
  const fine = ["$ARG1$", "--x=$ARG16$", "$USER1$", "$$ARG17$", "$ARG17", "a$$b"];
  assertEquals(warningsOf(true, ...fine), []);
  assertEquals(warningsOf(true, "$ARG17$", "x$ARG0$", "$ARGS$"), [
    'warning: [1]: "$ARG17$" is always empty: expected $ARG1$ to $ARG16$',
    'warning: [2]: "$ARG0$" is always empty: expected $ARG1$ to $ARG16$',
    'warning: [3]: "$ARGS$" is always empty: expected $ARG1$ to $ARG16$',
  ]);
  assertEquals(warningsOf(false, "-w", "$ARG1$:$ARG2$"), [
    'warning: [2]: "$ARG1$" is always empty, because the command does not accept arguments: ' +
    "set acceptArguments: true",
  ]);
});

interface MacroCase {
  template: string;
  args?: string[];
  expanded?: string;
  argv?: string[];
  rejected?: boolean;
}

Deno.test("Macros are expanded as in the shared table of cases", {
  ignore: casesIgnored,
  permissions: { read: true },
}, () => {
  let seen = 0;
  for (const { template, args, expanded, argv } of readCases<MacroCase>("macros")) {
    if (args === undefined) continue; // NRPE refuses these arguments. Without a shell, a refusal is not necessary.
    seen++;
    const result = expandMacros(template, args, true);
    if (expanded !== undefined) assertEquals(result, expanded, template);
    // These rows were recorded with a shell, which removes quotes; their first word is ARGV.
    if (argv !== undefined) assertEquals(splitWords(result).slice(1), argv, template);
  }
  assertEquals(seen >= 15, true, `only ${seen} rows`);
});
