/** Checks that end their sandbox by an error of the runtime, and the checks that share it. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { askOnce } from "../asking.ts";
import { serve, type Served } from "../serving.ts";

const fixture = new URL("../fixtures/evaluating_agent.ts", import.meta.url).href;

const nested = (report: (error: string) => string) =>
  `const target = new EventTarget();
   target.addEventListener("x", () => { throw new Error("\\ncheckwright: stopped listening\\nFORGED") });
   ${report('{ get [Symbol.toStringTag]() { target.dispatchEvent(new Event("x")) } }')}
   await new Promise((go) => setTimeout(go, 1_000)); return "still here"`;

/** Each attempt makes the runtime report an error while it reports another. */
const attempts: readonly (readonly [attempt: string, code: string])[] = [
  [
    "by an error of a listener",
    nested((error) =>
      `target.addEventListener("y", () => { throw ${error} }); target.dispatchEvent(new Event("y"));`
    ),
  ],
  ["by an error of a timer", nested((error) => `setTimeout(() => { throw ${error} });`)],
  ["by an error of a microtask", nested((error) => `queueMicrotask(() => { throw ${error} });`)],
  [
    "by an error of an immediate",
    nested((error) => `setImmediate(() => { throw ${error} });`),
  ],
  [
    "by an error of an abort listener",
    nested((error) =>
      `const abort = new AbortController();
       abort.signal.onabort = () => { throw ${error} }; abort.abort();`
    ),
  ],
  [
    "by an error of a message port",
    nested((error) =>
      `const { port1, port2 } = new MessageChannel();
       port2.onmessage = () => { throw ${error} }; port1.postMessage(1);`
    ),
  ],
  [
    "by events without end",
    `const target = new EventTarget();
     target.addEventListener("x", () => target.dispatchEvent(new Event("x")));
     target.dispatchEvent(new Event("x"));
     await new Promise((go) => setTimeout(go, 1_000)); return "still here"`,
  ],
];

Deno.test("A check that ends its sandbox forges no line of the log, and does not end other checks a second time", async (t) => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(
    `${folder}/agent.ts`,
    `import { evaluatingAgent } from "${fixture}";\n` +
      `export default evaluatingAgent({ folder: "${folder}", port: 1, other: 2 });\n`,
  );
  try {
    await using served = await serve(`${folder}/agent.ts`, "--no-tls");
    for (const isolation of ["worker", "process"]) {
      const attacker = isolation === "worker" ? "none" : "none_process";
      await attack(t, served, attacker);
    }
    await t.step("The end of a sandbox is not an answer that is cached", async () => {
      await Deno.mkdir(`${folder}/allowed`);
      const code = `const mark = "${folder}/allowed/mark";
        try { return Deno.readTextFileSync(mark) } catch {}
        Deno.writeTextFileSync(mark, "second run"); ${attempts[0]![1]}`;
      const query = () => askOnce(served, ["cached", btoa(code)]);
      assertStringIncludes(await query(), "UNKNOWN Could not run: ");
      assertEquals([await query(), await query()], ["OK second run", "OK second run"]);
    });
    await t.step("The log has only events", () => {
      const lines = served.log().trimEnd().split("\n");
      assertEquals(
        lines.filter((line) =>
          !/^(?:\d{4}-\S+Z (?:info|warning|error) |checkwright: warning: )/.test(line)
        ),
        [],
      );
      assertEquals(served.log().includes(" restart "), false);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function attack(t: Deno.TestContext, served: Served, attacker: string): Promise<void> {
  const evaluate = (command: string, code: string) => askOnce(served, [command, btoa(code)]);
  const victim = `${attacker}_victim`;
  await t.step(`${attacker} and ${victim} share a sandbox`, async () => {
    await evaluate(attacker, "globalThis.shared = 7");
    assertEquals(await evaluate(victim, "return globalThis.shared"), "OK 7");
  });
  for (const [attempt, code] of attempts) {
    await t.step(`${attacker} tries to end its sandbox ${attempt}`, async () => {
      // The victim answers after the sandbox of the attacker has ended.
      const slow = "await new Promise((go) => setTimeout(go, 300)); return 'unharmed'";
      const [answer, innocent] = await Promise.all([
        evaluate(attacker, code),
        served.log().includes(`separated commands="${attacker}, ${victim}"`)
          ? evaluate(victim, slow)
          : undefined,
      ]);
      assertMatch(answer, /^(?:UNKNOWN Could not run: |OK still here)/);
      if (innocent !== undefined) assertEquals(innocent, "OK unharmed");
    });
  }
  await t.step(`${attacker} and ${victim} were separated`, () => {
    assertStringIncludes(served.log(), `separated commands="${attacker}, ${victim}"`);
  });
}
