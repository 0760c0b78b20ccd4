/**
 * A check that fills the stack and then calls a function, so that the function fails half-way. Other
 * checks of the sandbox must not notice.
 */
import { assertEquals } from "@std/assert";
import { askOnce } from "../asking.ts";
import { serve } from "../serving.ts";

const fixture = new URL("../fixtures/evaluating_agent.ts", import.meta.url).href;

/** Evaluates code at the deepest levels of the stack, the deepest first. */
const full = (code: string, parameters: string) =>
  `let tries = 300;
   const deep = (${parameters}) => {
     try { deep(${parameters}) } catch {}
     if (tries-- > 0) { try { ${code} } catch {} }
   };
   deep();`;

/** Frames of functions have other sizes if they have other parameters. */
const sizes = ["", "a, b, c", "a, b, c, d, e, f, g, h"];

/** Returns the properties of a value, its parts and their prototypes that can be changed. */
const changeable = (value: string) =>
  `const value = ${value}, found = new Set();
   const parts = Reflect.ownKeys(value).map((key) => {
     try { return value[key]?.prototype } catch {} });
   for (const object of [value, value.prototype, Object.getPrototypeOf(value), ...parts]) {
     if (Object(object) !== object) continue;
     for (const key of Reflect.ownKeys(object)) {
       const { writable, configurable } = Reflect.getOwnPropertyDescriptor(object, key);
       if ((writable || configurable) && !/^constructor$|kCapture/.test(String(key))) found.add(String(key));
     }
   }
   return [...found].join()`;

const globals = [
  ...["URL", "Headers", "Request", "FormData", "Blob", "ReadableStream", "CompressionStream"],
  ...["WebSocket", "EventSource", "Intl", "Temporal", "WebAssembly", "URLPattern", "FileReader"],
  ...["CustomEvent", "CloseEvent", "crypto", "MessageChannel", "performance", "Storage", "atob"],
].filter((name) => name in globalThis && name !== "Storage");

const modules = [
  ...["zlib", "crypto", "http", "https", "http2", "net", "tls", "dgram", "dns", "events", "stream"],
  ...["url", "util", "path", "querystring", "v8", "child_process", "readline", "perf_hooks"],
];

/** Objects that may get new properties. Their prototypes must stay. */
const open = ["globalThis", "console", "Error", `process.getBuiltinModule("fs")`];

for (const suffix of ["", "_process"]) {
  Deno.test(`A check cannot make a function fail half-way by a full stack${suffix}`, async (t) => {
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(
      `${folder}/agent.ts`,
      `import { evaluatingAgent } from "${fixture}";\n` +
        `export default evaluatingAgent({ folder: "${folder}", port: 1, other: 2 });\n`,
    );
    try {
      await using served = await serve(`${folder}/agent.ts`, "--no-tls");
      const evaluate = (command: string, code: string) =>
        askOnce(served, [`${command}${suffix}`, btoa(code)]);
      for (const name of globals) {
        await t.step(`It cannot keep ${name} changeable`, async () => {
          for (const size of sizes) await evaluate("none", full(`globalThis.${name}`, size));
          assertEquals(
            await evaluate("none", changeable(`globalThis.${name}`)),
            "OK ",
          );
        });
      }
      await t.step("It cannot break the Node part of the runtime", async () => {
        for (const size of sizes) await evaluate("env", full("process", size));
        assertEquals(await evaluate("env", "return typeof process.version"), "OK string");
      });
      for (const name of modules) {
        await t.step(`It cannot keep node:${name} changeable`, async () => {
          const module = `process.getBuiltinModule("${name}")`;
          for (const size of sizes) await evaluate("net", `process; ${full(module, size)}`);
          assertEquals(await evaluate("net", changeable(module)), "OK ");
        });
      }
      for (const object of open) {
        for (const owner of ["Object", "Reflect"]) {
          await t.step(`It cannot change the prototype of ${object} with ${owner}`, async () => {
            for (const size of sizes) {
              const code = `const object = ${object}, parent = Object.getPrototypeOf(object);
                const own = Object.create(parent);
                ${
                full(
                  `if (Object.getPrototypeOf(object) === parent) ${owner}.setPrototypeOf(object, own)`,
                  size,
                )
              }
                return Object.getPrototypeOf(object) === parent`;
              assertEquals(await evaluate("env", code), "OK true");
            }
          });
        }
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
