import { assertEquals } from "@std/assert";
import { createReport, type Diagnostic, formatDiagnostic } from "../../src/agent/diagnostic.ts";
import { warnOfShellWords } from "../../src/agent/shell_words.ts";

function warningsOf(...words: string[]): string[] {
  const diagnostics: Diagnostic[] = [];
  warnOfShellWords(["/bin/x", ...words], createReport(diagnostics));
  return diagnostics.map(formatDiagnostic);
}

Deno.test("warnOfShellWords() warns of words with a meaning for a shell only", {
  permissions: "none",
}, () => {
  const words = [
    ...["|", "||", "|&", "&", "&&", ";", ">", ">>", "<", "<<", "<<<", "2>", "&>", ">|"],
    ...["2>&1", ">&2", "2>/dev/null", ">/tmp/x", ">>~/log", "<./in", "2>&-"],
    ...["~/x", "~nagios/x", "$HOME", "$HOME/x", "${HOME}/x", "$USER1$/x", "$(hostname)", "`id`"],
  ];
  for (const word of words) {
    assertEquals(warningsOf("-a", word).map((text) => text.slice(0, 31)), [
      "warning: [2]: The plugin receiv",
    ], word);
  }
  assertEquals(warningsOf("|"), [
    'warning: [1]: The plugin receives "|" unchanged, because it does not run in a shell: use ' +
    "shell() for a line with pipes, redirections or variables",
  ]);
});

Deno.test("warnOfShellWords() warns of quotes around a word, and names the word without them", {
  permissions: "none",
}, () => {
  assertEquals(warningsOf('"$ARG1$"', "'a b'"), [
    'warning: [1]: The plugin receives "\\"$ARG1$\\"" with its quotes: expected ' +
    'plugin.word("$ARG1$"), or { word: "$ARG1$" } in a settings file',
    `warning: [2]: The plugin receives "'a b'" with its quotes: expected "a b"`,
  ]);
});

Deno.test("warnOfShellWords() accepts ordinary arguments", { permissions: "none" }, () => {
  const words = [
    ...["-w", "10:20", "@10:20", "~:5", "~", "$ARG1$", "$ARG1$%", "-w$ARG1$", "$$", "5$", "a|b"],
    ...["^foo$", "<5", ">10", "2>1", "a>b", "x;y", "a&b", "http://h/?a=1&b=2", "''", '"', "it's"],
    ...["*.log", "[a-z]", "{}", "C:\\x", "user@host", "#", "!", "", "äöü", "(a)"],
  ];
  assertEquals(warningsOf(...words), []);
});
