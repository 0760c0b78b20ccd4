/** Attempts to load code or data by imports, and to reach code of the daemon. */
import { type Expression, node, notForChecks, type Surroundings } from "./expression.ts";

/** The attempts. */
export function modules({ folder }: Surroundings): Expression[] {
  const secret = `file://${folder}/secret`;
  const noFile = /TypeError|NotCapable/;
  const own = `new Error().stack.match(/blob:null\\/[0-9a-f-]+/)[0]`;
  return [
    [
      "import a file as bytes",
      "none",
      `return await import("${secret}", { with: { type: "bytes" } })`,
      noFile,
    ],
    [
      "import a file with an upper case scheme",
      "none",
      `return await import("FILE://${folder}/secret", { with: { type: "text" } })`,
      noFile,
    ],
    [
      "import a file with one slash",
      "none",
      `return await import("file:${folder}/secret", { with: { type: "text" } })`,
      noFile,
    ],
    [
      "import a file of localhost",
      "none",
      `return await import("file://localhost${folder}/secret", { with: { type: "text" } })`,
      noFile,
    ],
    [
      "import a file by the scheme that replaces file:",
      "none",
      `return await import("imported-file:${folder}/secret", { with: { type: "text" } })`,
      noFile,
    ],
    [
      "import a file through a module in memory",
      "none",
      `return await import(URL.createObjectURL(new Blob(
         ["export { default } from '${secret}' with { type: 'text' }"], { type: "text/javascript" })))`,
      noFile,
    ],
    [
      "import a file relative to the code of the daemon",
      "none",
      `return await import(URL.createObjectURL(
         new Blob(["export * from './daemon.js'"], { type: "text/javascript" })))`,
      noFile,
    ],
    [
      "import a declared file as a module",
      "files",
      `return await import("file://${folder}/allowed/file")`,
      noFile,
    ],
    ["import from JSR", "none", `return await import("jsr:@std/assert")`, noFile],
    ["import from npm", "none", `return await import("npm:left-pad")`, noFile],
    ["import from the web", "none", `return await import("https://example.com/x.js")`, noFile],
    ["import a module of the runtime", "none", `return await import("ext:core/mod.js")`, noFile],
    [
      "import an internal module of Node",
      "none",
      `return await import("node:internal/process/task_queues")`,
      noFile,
    ],
    ["import a closed module", "none", `return await import("node:vm")`, "node:vm is not for a"],
    ["import a closed module without scheme", "none", `return await import("wasi")`, "node:wasi"],
    [
      "import a closed module with an upper case scheme",
      "none",
      `return await import("NODE:inspector")`,
      /TypeError|NotCapable/,
    ],
    [
      "import a closed module through a module in memory",
      "none",
      `return await import("data:text/javascript,export * from 'repl'")`,
      "node:repl is not for a check",
    ],
    [
      "import the reporters of tests",
      "none",
      `return await import("node:test/reporters")`,
      "node:test/reporters is not for a check",
    ],
    [
      "import a closed module in a process",
      "none_process",
      `return await import("data:text/javascript,export * from 'node:inspector'")`,
      "node:inspector is not for a check",
    ],
    [
      "get a closed module with a scheme",
      "none",
      `return process.getBuiltinModule("node:sqlite")`,
      "node:sqlite is not for a check",
    ],
    [
      "get a closed module with an object as name",
      "none",
      `let reads = 0; return process.getBuiltinModule({ toString: () => reads++ ? "vm" : "os" }).cpus.name`,
      "cpus",
    ],
    [
      "require a file from a module in memory",
      "none",
      `return await import("data:text/javascript,import m from 'node:module';" +
         "export default m.createRequire('file:///x')('${folder}/secret')")`,
      "require() of",
    ],
    [
      "load a file with an internal function of modules",
      "none",
      `return ${node("module")}._extensions[".js"]({}, "${folder}/secret")`,
      "is not a function",
    ],
    [
      "find a package of the host",
      "none",
      `return ${node("module")}.findPackageJSON("file://${folder}/secret")`,
      notForChecks("module.findPackageJSON"),
    ],
    [
      "register a hook for all modules",
      "none",
      `return ${node("module")}.registerHooks({ load: () => {} })`,
      notForChecks("module.registerHooks"),
    ],
    [
      "compile WebAssembly from a file",
      "none",
      `return await WebAssembly.instantiateStreaming(fetch("${secret}"))`,
      "NotCapable: Requires read access",
    ],
    [
      "resolve the name of a file",
      "none",
      `return (await import("data:text/javascript,export default import.meta.resolve('${secret}')")).default`,
      "imported-file:/",
    ],
    [
      "learn the folder of the daemon",
      "none",
      `return (await import("data:text/javascript,export default import.meta.filename")).default`,
      "undefined",
    ],
    ["learn the arguments of the daemon", "none", "return Deno.args.length", "0"],
    ["learn the main module", "none", "return Deno.mainModule", /NotCapable|undefined|blob:|data:/],
    [
      "evaluate code with an internal function",
      "none",
      "return process._eval ?? process.mainModule ?? 'nothing'",
      "nothing",
    ],
    [
      "end the code URL of all sandboxes, which is in each stack",
      "none",
      `URL.revokeObjectURL(${own}); return (await fetch(${own})).status`,
      "200",
    ],
    [
      "end the code URL with another this",
      "none",
      `Reflect.apply(URL.revokeObjectURL, null, [{ toString: () => ${own} }]);
       return (await fetch(${own})).status`,
      "200",
    ],
    [
      "end the code URL with the class of Node",
      "none",
      `${node("url")}.URL.revokeObjectURL(${own}); return (await fetch(${own})).status`,
      "200",
    ],
    [
      "read code by a data URL of a worklet",
      "none",
      `return typeof Worklet + typeof SharedWorker + typeof navigator.serviceWorker`,
      "undefinedundefinedundefined",
    ],
    [
      "evaluate a script with importScripts()",
      "none",
      `return importScripts("${secret}")`,
      "importScripts is not defined",
    ],
    [
      "learn the exports of the program in the sandbox",
      "none",
      `const urls = new Set(new Error().stack.match(/blob:null\\/[0-9a-f-]+/g));
       for (const url of urls) {
         const { serveSandbox } = await import(url);
         const receivers = [];
         if (serveSandbox) await serveSandbox(async () => ({}), { send() {}, listen: (one) => receivers.push(one), harden() {} });
       }
       return "no more rights"`,
      /no more rights|TypeError|NotCapable/,
    ],
    [
      "compile JSX with a module of the web",
      "none",
      `return await import("data:text/jsx,/** @jsxImportSource https://x.example/ */ export default <a/>")`,
      "Requires import access",
    ],
    [
      "import a file by a reference of TypeScript",
      "none",
      `return Object.keys(await import("data:application/typescript," +
         "/// <reference path='${secret}' />%0Aexport const only = 1"))`,
      "OK only",
    ],
    [
      "import a style sheet",
      "none",
      `return await import("data:text/css,a{}", { with: { type: "css" } })`,
      "is not a valid module type",
    ],
    [
      "import a file with an unknown type",
      "none",
      `return await import("${secret}", { with: { type: "x\\nFORGED" } })`,
      "is not a valid module type",
    ],
    [
      "import a path from a module in memory",
      "none",
      `return await import("data:text/javascript,export { default } from '${folder}/secret' with { type: 'text' }")`,
      noFile,
    ],
    [
      "import a file from WebAssembly",
      "none",
      `return await import("data:application/wasm;base64," +
         btoa("\\0asm\\x01\\0\\0\\0\\x01\\x04\\x01\\x60\\0\\0\\x02\\x15\\x01\\x0ffile:///etc/host\\x01a\\0\\0"))`,
      /TypeError|NotCapable/,
    ],
  ];
}
