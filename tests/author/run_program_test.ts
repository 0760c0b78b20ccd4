import { assert, assertEquals, assertRejects } from "@std/assert";
import { defineCheck, readProc, runProgram, testCheck } from "../../src/mod.ts";

const sh = "/bin/sh";
const script = (text: string) => ["-c", text];

Deno.test("runProgram() returns exit code and output, and passes only its own environment", async () => {
  const text = "echo $LC_ALL $PROBE $HOME; echo caf\u00e9 >&2; cat; exit 3";
  assertEquals(await runProgram(sh, script(text), { env: { PROBE: "yes" } }), {
    code: 3,
    stdout: "C yes\n",
    stderr: "caf\u00e9\n",
  });
});

Deno.test("runProgram() refuses a relative path, and reports a missing program", async () => {
  await assertRejects(
    () => runProgram("sh"),
    TypeError,
    'Cannot run "sh": expected an absolute path',
  );
  await assertRejects(
    () => runProgram("/nonexist/ps"),
    Deno.errors.NotFound,
    'Cannot run "/nonexist/ps": the program does not exist',
  );
});

Deno.test("runProgram() kills a program that writes too much", async () => {
  await assertRejects(
    () => runProgram(sh, script("while :; do echo flood; done"), { maxBytes: 100_000 }),
    RangeError,
    'Cannot run "/bin/sh": it wrote more than 100000 bytes',
  );
  const { stdout } = await runProgram(sh, script("printf 12345"), { maxBytes: 5 });
  assertEquals(stdout, "12345");
});

Deno.test("runProgram() ends with its signal, even if the program has started another", async () => {
  const signal = AbortSignal.timeout(100);
  const start = performance.now();
  await assertRejects(
    () => runProgram(sh, script("sleep 3 & wait"), { signal }),
    DOMException,
    "due to timeout",
  );
  assert(performance.now() - start < 2000);
  await assertRejects(() => runProgram(sh, [], { signal }), DOMException, "due to timeout");
});

Deno.test("runProgram() and readProc() use the fixtures of testCheck()", {
  permissions: "none",
}, async () => {
  const probe = defineCheck({
    description: "Runs a program and reads a file",
    permissions: { run: ["/bin/probe"], proc: ["net/tcp"] },
    async run(_options, context) {
      const { code, stderr } = await runProgram("/bin/probe", ["-v"], context);
      return `${code} ${stderr} ${await readProc(context, "net/tcp")}`;
    },
  });
  const fixtures = {
    procfs: "/srv/proc",
    run: { "/bin/probe -v": { code: 2, stderr: "bad" } },
    read: { "/srv/proc/net/tcp": "sl" },
  };
  assertEquals((await testCheck(probe, fixtures)).text, "2 bad sl");
});

Deno.test("readProc() reads below procfs only", async () => {
  const context = { procfs: "/proc", signal: new AbortController().signal };
  assert((await readProc(context, "self/stat")).startsWith(`${Deno.pid} `));
  for (const file of ["../etc/passwd", "/etc/passwd", "a//b", ".", ""]) {
    await assertRejects(() => readProc(context, file), TypeError, "expected a path below procfs");
  }
});
