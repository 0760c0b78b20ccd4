/** Plugins that try to outlive their deadline, to answer late, or to reach the daemon. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { askOnce } from "../asking.ts";
import { serve } from "../serving.ts";
import { until } from "../waiting.ts";

const agent = fileURLToPath(new URL("../fixtures/hostile_plugins_agent.ts", import.meta.url));

const late = "UNKNOWN NRPE: Command timed out after 1 seconds";

/** How long processes would run that must not be left; the number finds them. */
const seconds = `97.${Deno.pid}`;
const sleep = `sleep ${seconds}`;

/** Plugins that run until their deadline. Then none of their processes may be left. */
const escaping: Record<string, string> = {
  "ignore TERM": `trap '' TERM; ${sleep}`,
  "ignore every signal": `trap '' HUP INT QUIT PIPE TERM USR1 USR2 CHLD; ${sleep}`,
  "answer when it gets TERM": `trap 'echo LATE; exit 0' TERM; ${sleep} & wait`,
  "answer when it gets TERM, twice": `trap 'echo LATE; sleep 0.1; echo LATE' TERM; ${sleep} & wait`,
  "leave its session": `setsid ${sleep} & ${sleep}`,
  "become an orphan in another session": `(setsid ${sleep} &); ${sleep}`,
  "become an orphan without streams": `(setsid ${sleep} <&- >&- 2>&- &); ${sleep}`,
  "become an orphan two times": `setsid sh -c '(setsid ${sleep} &)'; ${sleep}`,
  "clear its environment": `env -i ${sleep} & ${sleep}`,
  "clear its environment in another session": `setsid env -i ${sleep} & ${sleep}`,
  "hide its mark behind others": `CHECKWRIGHT_RUN_=x XCHECKWRIGHT_RUN=y setsid ${sleep} & ${sleep}`,
  "hide its mark behind 2,000 others":
    `i=0; while [ $i -lt 2000 ]; do export A$i="CHECKWRIGHT_RUN=00000000-0000-0000-0000-00000000$i"; i=$((i+1)); done; setsid ${sleep} & ${sleep}`,
  "name itself like a dead process":
    `printf ') Z 1 1 1 (' >/proc/$$/comm; setsid ${sleep} & ${sleep}; :`,
  "name itself with a line break": `printf 'a\\n/proc/1/stat:' >/proc/$$/comm; ${sleep}; :`,
  "start a program whose name looks like a dead process":
    `d=$(mktemp -d); cp /bin/sleep "$d/) Z 1 1 (a"; setsid "$d/) Z 1 1 (a" ${seconds} & wait`,
  "start a process in each signal": `trap 'setsid ${sleep} & ${sleep}' TERM; ${sleep} & wait; wait`,
  "start 100 sessions": `i=0; while [ $i -lt 100 ]; do setsid ${sleep} & i=$((i+1)); done; wait`,
  "stop its children": `${sleep} & kill -STOP $!; ${sleep}`,
  "stop a child of another session": `setsid ${sleep} & sleep 0.2; kill -STOP $!; ${sleep}`,
  "run in a chain": `sh -c "sh -c 'setsid sh -c \\"${sleep}; :\\"; :'; :"; :`,
  "move to another folder that is removed":
    `d=$(mktemp -d); cd $d; rmdir $d; setsid ${sleep} & ${sleep}`,
  "wait for a lock":
    `exec 8>/tmp/checkwright-lock-$$; flock 8; rm /tmp/checkwright-lock-$$; ${sleep}`,
  "fill its output": `yes & yes & ${sleep}`,
  "fill its errors": `yes >&2 & yes >&2 & ${sleep}`,
  "print without a line break": `while :; do printf x; done`,
  "print slowly": `while :; do echo x; sleep 0.1; done`,
  "end its output first": `exec >&-; ${sleep}`,
};

/** Plugins that end in time, and their answers. */
const ending: [attempt: string, code: string, answer: string | RegExp][] = [
  ["open the terminal", "(: </dev/tty) 2>/dev/null && echo opened; echo end", "OK end"],
  [
    "belong to the daemon's group",
    "read -r _ _ _ _ group session _ </proc/$$/stat; [ $group.$session = $$.$$ ] && echo own",
    "OK own",
  ],
  ["read an input", "read -r line || echo end", "OK end"],
  ["write to its input", "(echo x >&0) 2>/dev/null; echo end", "OK end"],
  ["find files that the daemon has open", "echo /proc/self/fd/[4-9]", "OK /proc/self/fd/[4-9]"],
  ["inherit a mask of signals", "grep SigBlk /proc/self/status", "OK SigBlk:\t0000000000000000"],
  ["find variables of the daemon", "env | grep -cE 'DENO|NODE|MALLOC|HELPER|XDG|TMP' || :", "OK 0"],
  ["print only a line break", "echo", "OK "],
  ["print three line breaks", "printf 'a\\n\\n\\n'", "OK a\n\n"],
  ["print carriage returns", "printf 'a\\r\\nb\\r'", "OK a\r\nb\r"],
  ["print a NUL first", "printf '\\0FORGED'; exit 2", "CRITICAL "],
  ["print a bar", "printf '|'; exit 1", "WARNING |"],
  [
    "print half a character at the limit",
    "head -c 70000 /dev/zero | tr '\\0' '\\303'",
    /^OK \udcc3{60000}/,
  ],
  ["print many bars", "head -c 70000 /dev/zero | tr '\\0' '|'", /^OK \|{60000}/],
  ["print after its end", "(sleep 0.3; echo second) & echo first", "OK first\nsecond"],
  ["print long after its end", `(sleep 3; echo LATE) & echo first`, "OK first"],
  ["flood after its end", "yes & exit 1", /^WARNING (?:y\n)+/],
  ["close its output and fail", "exec >&-; exit 2", "UNKNOWN NRPE: Unable to read output"],
  ["print only errors", "echo FORGED >&2; exit 0", "UNKNOWN NRPE: Unable to read output"],
  ["end by SIGPIPE", "kill -PIPE $$", /ended by SIGPIPE/],
  ["end by SIGSEGV after output", "echo x; kill -SEGV $$", "UNKNOWN x\n"],
  ["end with code 4", "echo x; exit 4", "UNKNOWN x\n"],
  ["end with code 128", "exit 128", "UNKNOWN "],
  ["replace itself", "exec /bin/echo replaced", "OK replaced"],
  ["leave a process without streams", "(setsid sleep 1 <&- >&- 2>&- &); echo end", "OK end"],
  ["limit itself", "ulimit -n 4; echo end", "OK end"],
  ["raise its limits", "ulimit -c unlimited 2>/dev/null; echo end", "OK end"],
];

function left(): string[] {
  return [...Deno.readDirSync("/proc")].filter(({ name }) => /^\d+$/.test(name)).flatMap(
    ({ name }) => {
      try {
        return Deno.readTextFileSync(`/proc/${name}/cmdline`).split("\0").includes(seconds)
          ? [name]
          : [];
      } catch {
        return [];
      }
    },
  );
}

Deno.test("A plugin cannot outlive its deadline or answer twice", async (t) => {
  await using served = await serve(agent, "--no-tls");
  const answers = await Promise.all(
    Object.values(escaping).map((code) => askOnce(served, ["hang", code], { timeout: 60 })),
  );
  for (const [at, attempt] of Object.keys(escaping).entries()) {
    await t.step(`It cannot ${attempt}`, () => {
      assertStringIncludes(answers[at]!, late);
      assertEquals(answers[at]!.includes("LATE"), false);
    });
  }
  await t.step("No process is left", async () => {
    await until("the end of all processes", () => left().length === 0);
    assertEquals(left(), []);
  });
  for (const [attempt, code, answer] of ending) {
    await t.step(`It can try to ${attempt}`, async () => {
      const got = await askOnce(served, ["evaluate", code], { timeout: 60 });
      if (typeof answer === "string") assertEquals(got.slice(0, answer.length), answer);
      else assertMatch(got, answer);
      assertEquals(got.includes("LATE"), false);
    });
  }
  await t.step("The daemon works, and its log has one event a line", async () => {
    assertEquals(await askOnce(served, ["ok"]), "OK all fine");
    const lines = served.log().trimEnd().split("\n");
    assertEquals(
      lines.filter((line) => !/^(?:\d{4}-\S+Z (?:info|warning|error) |checkwright: )/.test(line)),
      [],
    );
    assertEquals(/ restart |^FORGED/m.test(served.log()), false);
  });
});
