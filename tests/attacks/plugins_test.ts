/** Hostile plugins, and hostile arguments of plugins and checks: one daemon answers all of them. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { askOnce } from "../asking.ts";
import { serve } from "../serving.ts";

const agent = fileURLToPath(new URL("../fixtures/hostile_plugins_agent.ts", import.meta.url));

type Row = readonly [attempt: string, words: readonly string[], answer: string | RegExp];

/** The first text of every plugin that was ended at its deadline. */
const late = "UNKNOWN NRPE: Command timed out after 1 seconds";
const plugin = (attempt: string, code: string, answer: string | RegExp): Row => [
  attempt,
  [answer === late ? "hang" : "evaluate", code],
  answer,
];

const unreadable = "UNKNOWN NRPE: Unable to read output";

const hostilePlugins: readonly Row[] = [
  plugin(
    "write to descriptors of the daemon",
    'for i in 3 4 5 6 7 8 9; do if (echo FORGED >&"$i") 2>/dev/null; then echo "$i"; fi; done; echo end',
    "OK end",
  ),
  plugin("read the input of the daemon", "cat; echo end", "OK end"),
  plugin("stop itself", "kill -STOP $$; echo resumed", late),
  plugin("stop its group", "kill -STOP 0", late),
  plugin("kill its group", "kill -KILL 0", "Plugin was ended by SIGKILL"),
  plugin("end by a signal without a name", "kill -35 $$", "Plugin was ended by signal 35"),
  plugin("end by the last signal", "kill -64 $$", "Plugin was ended by signal 64"),
  plugin("start a process at TERM", `trap 'sleep 9 & sleep 9' TERM; sleep 9`, late),
  plugin("close its output and continue", "exec >&- 2>&-; sleep 9", late),
  plugin("leave its output to a child", "sleep 9 & exit 0", unreadable),
  plugin(
    "hide its mark",
    "CHECKWRIGHT_RUN=00000000-0000-0000-0000-000000000000 setsid sleep 9 & sleep 9",
    late,
  ),
  plugin(
    "start 200 children",
    "i=0; while [ $i -lt 200 ]; do sleep 9 & i=$((i+1)); done; wait",
    late,
  ),
  plugin("flood both streams", "yes >&2 & yes", late),
  plugin("print a line of 1 MB", "head -c 1000000 /dev/zero | tr '\\0' x", /^OK x{60000}/),
  plugin("print NULs", "head -c 1000 /dev/zero; echo end", /^OK [^F]*$/),
  plugin("print bytes that are not UTF-8", "printf '\\377\\376'", /^OK /),
  plugin("color the log", "printf '\\033[31mFORGED\\n2026 FORGED\\n' >&2; exit 2", unreadable),
  plugin("remove its folder", "d=$(mktemp -d); cd $d; rmdir $d; echo end", "OK end"),
  plugin("exit with 255", "exit 255", "Plugin exited with code 255"),
];

/** An argument, what a plugin gets as words, and what a shell line gets. */
const hostileArguments: readonly (readonly [name: string, argument: string, words?: string])[] = [
  ["a command of the shell", "$(id)`id`", "$(id)`id`;"],
  ["quotes", `'a b' "c"d`, "a b;cd;"],
  ["a quote that is not closed", "'a"],
  ["a line break", "a\nb", "a;b;"],
  ["a backslash at its end", "a\\", "a\\;"],
  ["a pattern of files", "*", "*;"],
  ["a home folder", "~root", "~root;"],
  ["alternatives", "{a,b}", "{a,b};"],
  ["another macro", "$ARG2$", "$ARG2$;"],
  ["formats", "%n%s%d", "%n%s%d;"],
  ["an option", "--version", "--version;"],
  ["nothing in quotes", "''", ";"],
  ["control characters", "a\x01\x1b[31mb", "a\x01\x1b[31mb;"],
  ["a bidi mark", "\u202ea", "\u202ea;"],
  ["separators", "a\tb\vc\fd\re", "a;b;c;d;e;"],
  ["a comment", "a #b", "a;#b;"],
  ["operators of the shell", "a;b&c|d>e<f", "a;b&c|d>e<f;"],
];

const hostileOptions: readonly (readonly [argument: string, answer: string])[] = [
  ["--__proto__=1", 'Unknown option "__proto__"'],
  ["--constructor=1", 'Unknown option "constructor"'],
  ["--toString=1", 'Unknown option "toString"'],
  ["__proto__=x", "Cannot parse range"],
  ["hasOwnProperty=1", "Cannot parse range"],
  ["-x", 'Unknown option "x"'],
  ["-w", "Missing value"],
  ["--=x", 'Unknown option "=x"'],
  ["=", "Cannot parse range"],
  ["-w @1e308:1e309", "is not a number"],
  [`-w ~:${"9".repeat(400)}`, "is not a number"],
  [`--name=${"x".repeat(5000)}`, "expected at most 1024"],
  [`--list=${",".repeat(1000)}`, "expected at most 256"],
  ["-w 'a", "is not closed"],
  ["--name -w", '"name":"-w"'],
  ["\u202e", "\\u202e"],
];

Deno.test("Hostile plugins and arguments neither confuse nor delay the daemon", async (t) => {
  await using served = await serve(agent, "--no-tls");
  const rows: Row[] = [
    ...hostilePlugins,
    ...hostileArguments.flatMap(([name, argument, words]): Row[] => [
      [
        `split ${name}`,
        ["plugin", argument, "2"],
        words === undefined ? "is not closed" : `OK ${words}2;`,
      ],
      [`split a part with ${name}`, ["inside", argument], `OK a${argument}b;`],
      [`interpret ${name} in a shell line`, ["line", argument, "2"], `OK ${argument};2;`],
    ]),
    ...hostileOptions.map(([argument, answer]): Row => [
      `confuse the options with ${argument.slice(0, 20)}`,
      ["options", argument],
      answer,
    ]),
  ];
  const send = ([, words]: Row) => askOnce(served, words, { timeout: 60 });
  // Plugins that reach their deadlines run at the same time.
  const hanging = new Map(
    rows.filter(([, [name]]) => name === "hang").map((row) => [row, send(row)]),
  );
  await Promise.all(hanging.values());
  const answers: string[] = [];
  for (const row of rows) answers.push(await (hanging.get(row) ?? send(row)));
  for (const [at, [attempt, , answer]] of rows.entries()) {
    await t.step(`It cannot ${attempt}`, () => {
      if (typeof answer === "string") assertStringIncludes(answers[at]!, answer);
      else assertMatch(answers[at]!, answer);
    });
  }
  await t.step("The daemon works, and its log has one event a line", async () => {
    assertEquals(await askOnce(served, ["ok"]), "OK all fine");
    const lines = served.log().trimEnd().split("\n");
    assertEquals(
      lines.filter((line) => !/^(?:\d{4}-\S+Z (?:info|warning|error) |checkwright: )/.test(line)),
      [],
    );
    assertEquals(served.log().includes("\x1b"), false);
    assertEquals(served.log().includes("restart"), false);
    assert(rows.length > 80);
  });
});
