/** A check cannot reach the standard streams of its sandbox. They carry messages of the host. */
import { assertEquals } from "@std/assert";
import { unite } from "../../src/agent/granted_permissions.ts";
import { bundle } from "../../src/project/bundle.ts";
import { withoutProcessTree } from "../../src/host/process_tree.ts";
import { sandboxImports } from "../../src/cli/own_bundles.ts";
import { createPool, type Isolation } from "../../src/runner/pool.ts";

const context = { hostname: "here", procfs: "/proc" };
const [agent, runtime, imports] = await Promise.all([
  bundle(new URL("../fixtures/shared_agent.ts", import.meta.url)),
  bundle(new URL("../../src/runner/sandbox_main.ts", import.meta.url)),
  sandboxImports(),
]);
const isolations: readonly Isolation[] = ["worker", "process"];

const fs = `const fs = process.getBuiltinModule("fs"), bytes = new Uint8Array(99);`;

/**
 * Attempts, each with its result. If an attempt throws, the result is the code of the error or the
 * first word of its message.
 */
const attempts: readonly (readonly [code: string, result: string])[] = [
  ["return Deno.stdin.readSync(new Uint8Array(99))", "null"],
  ["return await Deno.stdin.read(new Uint8Array(99))", "null"],
  ["return (await Deno.stdin.readable.getReader().read()).done", "true"],
  ["return Object.getPrototypeOf(Deno.stdin) === Object.prototype", "true"],
  ["return Deno.stdout.writeSync(new TextEncoder().encode('half a line'))", "11"],
  ["return await Deno.stderr.write(new TextEncoder().encode('half a line'))", "11"],
  [
    "const to = Deno.stdout.writable.getWriter(); return await to.write(new Uint8Array(1))",
    "undefined",
  ],
  [`${fs} return fs.readSync(0, bytes)`, "EBADF"],
  [`${fs} return fs.writeSync(1, "half a line")`, "EBADF"],
  [`${fs} return fs.writeFileSync(1, "half a line")`, "EBADF"],
  [`${fs} return fs.appendFileSync(2, "half a line")`, "EBADF"],
  [`${fs} return fs.readFileSync(0)`, "EBADF"],
  [`${fs} return fs.readvSync(0, [bytes])`, "EBADF"],
  [`${fs} return fs.closeSync(0)`, "EBADF"],
  [`${fs} return fs.fstatSync(1).mode`, "EBADF"],
  [`${fs} return new Promise((_, no) => fs.read(0, bytes, 0, 9, null, no))`, "EBADF"],
  [
    `${fs} return new Promise((_, no) => fs.createReadStream("", { fd: 0 }).on("error", no).on("data", no))`,
    "EBADF",
  ],
  [
    `${fs} return new Promise((_, no) => new fs.ReadStream("", { fd: 0 }).on("error", no).on("data", no))`,
    "EBADF",
  ],
  [
    `${fs} return new Promise((_, no) => {
       const to = new fs.WriteStream("", { fd: 1 }); to.on("error", no); to.write("half a line") })`,
    "EBADF",
  ],
  ["return Deno.readTextFileSync('/dev/stdin')", "NotCapable"],
  ["return Deno.readTextFileSync('/proc/self/fd/0')", "NotCapable"],
  ["return Deno.writeTextFileSync('/dev/fd/1', 'x')", "NotCapable"],
  [`${fs} return fs.readFileSync("/dev/fd/0")`, "NotCapable"],
  [`return new (process.getBuiltinModule("tty").ReadStream)(0)`, "NotCapable"],
  [
    `try { new (process.getBuiltinModule("net").Socket)({ fd: 0 }) } catch { return "refused" }`,
    "refused",
  ],
  [
    `return (await new Deno.Command("/bin/cat", { stdin: "inherit" }).output()).stdout.length`,
    "0",
  ],
  [`return Deno.spawn("/bin/cat", { stdin: "inherit" })`, "NotCapable"],
  [
    `return process.getBuiltinModule("child_process").spawn("/bin/cat", { stdio: "inherit" })`,
    "NotCapable",
  ],
  ["return process.stdin.read()", "null"],
  ["for await (const chunk of process.stdin) return chunk", "undefined"],
  ["return new Promise((go) => process.stdin.on('end', () => go('end')))", "end"],
  ["return process.stdout.write('half a line')", "true"],
  ["return globalThis.prompt?.('half a line') ?? 'nothing'", "nothing"],
];

for (const isolation of isolations) {
  Deno.test(`A check cannot reach the standard streams of its ${isolation} sandbox`, async (t) => {
    const logged: string[] = [];
    const pool = createPool({
      code: { agent, runtime, imports },
      most: 1,
      log: (_, message) => logged.push(message),
      processes: withoutProcessTree(),
    });
    const sandbox = await pool.sandbox(unite([{ run: ["/bin/cat"] }]), isolation);
    const run = async (line: string, ...args: string[]) =>
      (await sandbox.run("victim", [line, ...args], context, AbortSignal.timeout(10_000))).output
        .text;
    for (const [code, result] of attempts) {
      await t.step(code, async () => {
        const line = `try { ${
          code.replaceAll("return new Promise", "return await new Promise")
        } } catch (error) {
          return error.code ?? error.name }`;
        assertEquals(await run(line), result);
        assertEquals(await run("return args[0]", "argument"), "argument");
      });
    }
    await t.step("Its output goes to the log", () => {
      assertEquals(logged.filter((line) => line === "half a line").length >= 3, true);
    });
    pool.close();
  });
}
