/** Attempts to confuse the host by what a check returns, prints, throws or leaves behind. */
import type { Expression, Surroundings } from "./expression.ts";

/** The attempts. Each answer is that of a check which still works. */
export function answers({ folder }: Surroundings): Expression[] {
  const harmless = (attempt: string, code: string): Expression => [
    attempt,
    "none",
    `${code}; return "still here"`,
    "OK still here",
  ];
  return [
    harmless(
      "print an endless value",
      `console.log(new Proxy({}, { ownKeys: () => Array.from({ length: 999 }, (_, i) => "k" + i) }))`,
    ),
    harmless(
      "print a value that throws",
      `console.log({ get [Symbol.toStringTag]() { throw 1 } })`,
    ),
    harmless(
      "print a value with a hostile inspection",
      `try { console.log({ [Symbol.for("Deno.customInspect")]() { throw new Error("x") } }) } catch {}`,
    ),
    harmless("print a cycle", "const a = {}; a.a = a; console.log(a)"),
    harmless("print a huge string", `console.log("x".repeat(20_000_000))`),
    harmless("print lone surrogates", `console.log("\\ud800"); log("\\udfff")`),
    harmless("print many lines", `for (let i = 0; i < 100_000; i++) console.log(i)`),
    harmless(
      "log an object that converts to a huge string",
      `log({ toString: () => "x".repeat(20_000_000) })`,
    ),
    harmless("log a symbol", `try { log(Symbol("x")) } catch {}`),
    harmless("log an object that throws", `try { log({ toString() { throw 1 } }) } catch {}`),
    harmless(
      "dispatch an error event",
      `dispatchEvent(new ErrorEvent("error", { error: { get name() { throw 1 } } }))`,
    ),
    harmless(
      "dispatch an event with hostile getters",
      `const event = new Event("unhandledrejection");
       Object.defineProperty(event, "reason", { get() { throw new Error("x") } });
       try { dispatchEvent(event) } catch {}`,
    ),
    harmless(
      "dispatch events of the end",
      `for (const name of ["unload", "beforeunload", "close", "exit"]) dispatchEvent(new Event(name))`,
    ),
    harmless(
      "reject with hostile values",
      `for (const value of [null, undefined, Symbol("x"),
       Object.create(null), new Proxy({}, { get() { throw 1 } })]) Promise.reject(value);
       await new Promise((go) => setTimeout(go, 5))`,
    ),
    harmless(
      "throw hostile values in timers",
      `for (const value of [null, undefined, Symbol("x"),
       Object.create(null), new Proxy(new Error("x"), { get() { throw 1 } })]) setTimeout(() => { throw value });
       await new Promise((go) => setTimeout(go, 20))`,
    ),
    harmless(
      "report an error without end",
      `for (let i = 0; i < 2_000; i++) reportError(new Error("x".repeat(1000)))`,
    ),
    harmless(
      "abort the signal of its run",
      `try { context.signal.dispatchEvent(new Event("abort")) } catch {} try { context.signal.onabort?.() } catch {}`,
    ),
    harmless(
      "replace the signal of its run",
      `try { context.signal = AbortSignal.abort() } catch {}`,
    ),
    harmless(
      "leave a listener on its signal",
      `context.signal.addEventListener("abort", () => { throw 1 })`,
    ),
    harmless(
      "change its context",
      `try { context.hostname = "forged"; context.procfs = "/x" } catch {}`,
    ),
    harmless(
      "emit events of the process",
      `process.emit("uncaughtException", new Error("x")); process.emit("SIGTERM")`,
    ),
    harmless(
      "end its input and output",
      `process.stdin.destroy(); process.stdout.end(); process.stderr.destroy()`,
    ),
    harmless(
      "queue microtasks for a while",
      `let left = 200_000;
       await new Promise((go) => { const again = () => left-- ? queueMicrotask(again) : go(); again() })`,
    ),
    harmless(
      "leave many pending promises",
      `for (let i = 0; i < 50_000; i++) new Promise(() => {})`,
    ),
    harmless(
      "leave ports open",
      `for (let i = 0; i < 200; i++) new MessageChannel().port1.onmessage = () => {}`,
    ),
    harmless(
      "clone hostile values",
      `for (const value of [() => {}, Symbol("x"), new WeakMap(), new Proxy({}, {})]) {
       try { structuredClone(value) } catch {} }`,
    ),
    harmless(
      "transfer its memory",
      `const buffer = new ArrayBuffer(8); structuredClone(buffer, { transfer: [buffer] })`,
    ),
    harmless(
      "wait for memory that does not change",
      `Atomics.waitAsync(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)`,
    ),
    harmless(
      "print a line for the supervisor by an error in a finalizer",
      `const all = new FinalizationRegistry(() => {
         throw new Error("\\ncheckwright: stopped listening, another daemon is needed\\nFORGED") });
       for (let i = 0; i < 50_000; i++) all.register({}, i);
       await new Promise((go) => setTimeout(go, 50));
       const kept = [];
       for (let i = 0; i < 200; i++) {
         kept.push(new Array(10_000).fill(i));
         if (i % 50 === 0) await new Promise((go) => setTimeout(go, 10));
       }`,
    ),
    harmless(
      "set trace limits",
      `Error.stackTraceLimit = Infinity; Error.stackTraceLimit = -1; Error.stackTraceLimit = 10`,
    ),
    [
      "read the options of another run",
      "none",
      "return JSON.stringify(Object.keys(context).sort())",
      'OK ["hostname","log","procfs","signal","state"]',
    ],
    [
      "reach the original class of finalizers",
      "none",
      "return FinalizationRegistry.prototype.constructor === FinalizationRegistry && " +
      "Object.getPrototypeOf(FinalizationRegistry) === Function.prototype",
      "OK true",
    ],
    [
      "read its own code from disk",
      "files",
      `return Deno.readTextFileSync("${folder}/agent.ts")`,
      "NotCapable",
    ],
    ["return a huge output", "none", `return "y".repeat(30_000_000)`, "OK yyyy"],
    ["return line breaks", "none", `return "\\n".repeat(1000) + "CRITICAL"`, /^OK/],
    ["return a forged state", "none", `return "\\u0000CRITICAL | a=1;2;3"`, /^OK/],
    [
      "throw an error of the host",
      "none",
      `throw Object.assign(new Error("x"), { name: "UnresponsiveError", commands: ["ok"] })`,
      /^OK threw/,
    ],
    ["use a stack without end", "none", `const f = () => f(); f()`, "OK threw RangeError"],
    [
      "parse an endless value",
      "none",
      `JSON.parse("[".repeat(5_000_000))`,
      /^OK threw (Syntax|Range)Error/,
    ],
    [
      "compile an expression without end",
      "none",
      `new RegExp("(".repeat(200_000))`,
      /^OK threw SyntaxError/,
    ],
    [
      "take more memory than a string can have",
      "none",
      `"x".repeat(2 ** 30)`,
      "OK threw RangeError",
    ],
    [
      "take more memory than a buffer can have",
      "none",
      `new ArrayBuffer(2 ** 53 - 1)`,
      "OK threw RangeError",
    ],
    [
      "take more memory than a process may have",
      "none_process",
      `const kept = []; for (;;) kept.push(new Uint8Array(2 ** 26).fill(1))`,
      "OK threw RangeError",
    ],
    [
      "take WebAssembly memory in a process",
      "none_process",
      `const kept = []; for (;;) { const memory = new WebAssembly.Memory({ initial: 4096 });
         new Uint8Array(memory.buffer).fill(1); kept.push(memory) }`,
      /RangeError|Could not run/,
    ],
    [
      "take shared memory in a process",
      "none_process",
      `const kept = []; for (;;) kept.push(new Uint8Array(new SharedArrayBuffer(2 ** 26)).fill(1))`,
      /RangeError|Could not run/,
    ],
    [
      "take memory of blobs in a process",
      "none_process",
      `const kept = []; for (;;) kept.push(new Blob([new Uint8Array(2 ** 25).fill(1)]))`,
      /RangeError|Could not run/,
    ],
    [
      "stop its own process",
      "env_process",
      `return Deno.kill(Deno.pid, "SIGSTOP")`,
      /Could not run|timed out|NotCapable/,
    ],
    [
      "end its own process by a signal",
      "env_process",
      `Deno.kill(Deno.pid, "SIGHUP");
       await new Promise((go) => setTimeout(go, 2000)); return 1`,
      /Could not run/,
    ],
    ["end its own process by an exit code", "env_process", `Deno.exit(75)`, "exit code 75"],
    harmless(
      "report an error whose description reports another",
      `const target = new EventTarget();
       target.addEventListener("x", () => { throw new Error("\\nFORGED") });
       reportError({ toString() { target.dispatchEvent(new Event("x")) } });
       reportError({ get [Symbol.toStringTag]() { target.dispatchEvent(new Event("x")) } })`,
    ),
    harmless(
      "report errors at the end of the stack",
      `const deep = () => { try { deep() } finally { reportError(new Error("x")) } };
       try { deep() } catch {}`,
    ),
    harmless(
      "print at the end of the stack",
      `const deep = () => { try { deep() } catch { console.log({ a: [1] }) } }; try { deep() } catch {}`,
    ),
    harmless(
      "load Node at the end of the stack",
      `const deep = () => { try { deep() } catch { try { globalThis.process } catch {} } };
       try { deep() } catch {}`,
    ),
    harmless(
      "print with the console of Node",
      `const { Console } = process.getBuiltinModule("console");
       new Console({ stdout: process.stdout, stderr: process.stderr }).log("x\\nFORGED")`,
    ),
    harmless(
      "warn with line breaks",
      `const Emitter = process.getBuiltinModule("events"); const one = new Emitter();
       for (let i = 0; i < 20; i++) one.on("x\\nFORGED", () => {});
       await new Promise((go) => setTimeout(go, 10))`,
    ),
    harmless(
      "warn of deprecation with line breaks",
      `process.getBuiltinModule("util").deprecate(() => {}, "x\\nFORGED", "DEP1")();
       process.traceDeprecation = process.throwDeprecation = true;
       await new Promise((go) => setTimeout(go, 10))`,
    ),
    [
      "end its own process by a signal without a name",
      "shell_process",
      `await new Deno.Command("/bin/sh", { args: ["-c", "kill -34 " + Deno.pid] }).output()`,
      "The sandbox's process ended (signal 34)",
    ],
    [
      "end a child by a signal without a name",
      "shell",
      `return (await new Deno.Command("/bin/sh", { args: ["-c", "kill -34 $$"] }).output()).code`,
      "Invalid signal: 34",
    ],
  ];
}
