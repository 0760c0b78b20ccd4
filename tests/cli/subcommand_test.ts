import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { defineSubcommand, type SubcommandDefinition } from "../../src/cli/subcommand.ts";
import { formatHelp, type LineOptions, UsageError } from "../../src/cli/usage.ts";

/** Defines a subcommand that records its runs. */
function spy<const Options extends LineOptions>(
  table: Omit<SubcommandDefinition<Options>, "name" | "summary" | "run">,
) {
  const runs: unknown[] = [];
  const subcommand = defineSubcommand({
    name: "frob",
    summary: "Frobnicate.",
    ...table,
    run(words, options) {
      runs.push([words, options]);
      return 0;
    },
  });
  return { subcommand, runs };
}

const table = {
  words: [
    { name: "AGENT", meaning: "the agent" },
    { name: "ARG", optional: true, repeat: true, meaning: "what else" },
  ],
  options: {
    settings: { value: "FILE", meaning: "a file" },
    host: { short: "H", value: "NAME", repeat: true, meaning: "a host, more than one" },
    watch: { short: "w", meaning: "stay ".repeat(30).trim() },
  },
} as const;

Deno.test(
  "A subcommand receives words and options according to its definition",
  { permissions: "none" },
  async () => {
    const none = { settings: undefined, host: [], watch: false };
    const cases: [args: string[], words: string[], options: Record<string, unknown>][] = [
      [["a.ts"], ["a.ts"], none],
      [["a.ts", "-w"], ["a.ts"], { ...none, watch: true }],
      [["--watch", "a.ts", "--settings", "s"], ["a.ts"], { ...none, watch: true, settings: "s" }],
      [["a.ts", "--settings=x", "--settings=y"], ["a.ts"], { ...none, settings: "y" }],
      [["a.ts", "-H", "one", "--host", "two"], ["a.ts"], { ...none, host: ["one", "two"] }],
      // Words that look like numbers remain strings.
      [["a.ts", "1e3", "007", "0x10"], ["a.ts", "1e3", "007", "0x10"], none],
      [["a.ts", "--", "--watch"], ["a.ts", "--watch"], none],
    ];
    for (const [args, words, options] of cases) {
      const { subcommand, runs } = spy(table);
      assertEquals(await subcommand.run(args), 0);
      assertEquals(runs, [[words, options]], args.join(" "));
    }
  },
);

Deno.test("With stopEarly, all words after the first one are positional", {
  permissions: "none",
}, async () => {
  const { subcommand, runs } = spy({ ...table, stopEarly: true });
  await subcommand.run(["--watch", "a.ts", "-w", "5", "--help"]);
  assertEquals(runs, [[["a.ts", "-w", "5", "--help"], {
    settings: undefined,
    host: [],
    watch: true,
  }]]);
});

Deno.test("An invalid line is refused in one line, with a suggestion for a typo", {
  permissions: "none",
}, async () => {
  const cases: [args: string[], message: string][] = [
    [[], "Missing AGENT: expected AGENT [ARG…]"],
    [["a.ts", "--wacth"], 'Unknown option "--wacth": did you mean "--watch"?'],
    [
      ["a.ts", "--colour"],
      'Unknown option "--colour": expected one of --settings, --host, --watch, --help',
    ],
    [["a.ts", "-x"], 'Unknown option "-x": expected one of --settings, --host, --watch, --help'],
    [["a.ts", "--settings"], 'Missing value for option "--settings": expected FILE'],
    [["a.ts", "--settings", "--watch"], 'Missing value for option "--settings": expected FILE'],
    [["a.ts", "-H", "one", "-H"], 'Missing value for option "--host": expected NAME'],
  ];
  for (const [args, message] of cases) {
    const { subcommand, runs } = spy(table);
    const error = await assertRejects(() => subcommand.run(args));
    assertInstanceOf(error, UsageError);
    assertEquals(error.message, message);
    assertEquals(runs, []);
  }
  const strict = spy({ options: { out: { value: "DIR", required: true, meaning: "where" } } });
  const refused: [args: string[], message: string][] = [
    [[], 'Missing option "--out": expected DIR'],
    [["--out", "x", "y"], 'Unexpected argument "y": expected no argument'],
  ];
  for (const [args, message] of refused) {
    assertEquals(
      (await assertRejects(() => strict.subcommand.run(args)) as Error).message,
      message,
    );
  }
});

Deno.test(
  "formatHelp() formats the definition and wraps long meanings",
  { permissions: "none" },
  () => {
    const { subcommand } = spy(table);
    assertEquals(
      formatHelp("frob", subcommand),
      `Usage: checkwright frob AGENT [ARG…] [--settings FILE] [--host NAME]… [--watch]

Frobnicate.

Options:
  AGENT            the agent
  ARG…             what else
  --settings FILE  a file
  -H, --host NAME  a host, more than one
  -w, --watch      stay stay stay stay stay stay stay stay stay stay stay stay stay stay stay stay
                   stay stay stay stay stay stay stay stay stay stay stay stay stay stay
  -h, --help       print this help

Exit codes:
  0  success
  2  the environment prevents it, for example a file cannot be written
  3  invalid command line or input`,
    );
  },
);
