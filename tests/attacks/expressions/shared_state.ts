/** Attacks on another check in the same sandbox, through events, prototypes and shared objects. */
import { type Ambush, node, type Surroundings } from "./expression.ts";

const sleep = "await new Promise((go) => setTimeout(go, 100)); return 'slept'";
const fs = node("fs");

/** Puts an object before the global object in the path of all events. */
const parentOf = (types: string, listener: string) =>
  `const parent = new EventTarget();
   Object.assign(parent, { nodeType: 1, parentNode: null, getRootNode: () => parent });
   for (const type of ${types}) parent.addEventListener(type, ${listener}, { capture: true });
   Object.assign(globalThis, { nodeType: 1, parentNode: parent, getRootNode: () => parent });`;

/** Gives a shared object a prototype that receives all reads of missing properties. */
const inherit = (object: string, module: string) =>
  `const object = ${object}, trap = (target, key) => {
     if (key === "missingName") loot.push(key);
     return Reflect.get(target, key);
   };
   const prototype = new Proxy(Object.getPrototypeOf(object) ?? {}, { get: trap, has: trap });
   ${node(module)}.inherits({ prototype: object }, { prototype })`;

const readMissing = `try { return missingName } catch {
  return [console, Error, ${fs}].map(({ missingName }) => typeof missingName).join() }`;
const threeTimes = "undefined,undefined,undefined";

/** Objects that describe a permission which the command does not have. */
const permissions = {
  variable: `{ name: "env", variable: "OTHER" }`,
  address: `{ name: "net", host: "192.0.2.1:7" }`,
  fact: `{ name: "sys", kind: "cpus" }`,
  file: `{ name: "read", path: "/etc/shadow" }`,
  folder: `{ name: "write", path: "/etc" }`,
  program: `{ name: "run", command: "/bin/ls" }`,
};

const forgedStatus = (permission: string) =>
  `const status = Deno.permissions.querySync(${permission});
   try { Object.defineProperty(status, "state", { value: "forged" }) } catch {}
   try { status.onchange = () => loot.push(1) } catch {}
   try { Object.setPrototypeOf(status, { state: "forged" }) } catch {}`;

/** Reads from a descriptor of the sandbox, and keeps what arrives. */
const keep = "(error, count) => error || loot.push(count)";

/** The attacks. */
export function sharedState({ folder }: Surroundings): Ambush[] {
  const file = `${folder}/allowed/file`;
  return [
    [
      "receive the messages of the host as the parent of the global object",
      "none",
      parentOf('["message"]', "({ data }) => loot.push(data)"),
      "return 7",
      "7",
    ],
    [
      "change the arguments of other checks as the parent of the global object",
      "none",
      parentOf(
        '["message"]',
        `({ data }) => { if (data[1].type === "run") data[1].args[0] = btoa("return 'forged'") }`,
      ),
      "return 7",
      "7",
    ],
    [
      "keep the messages of the host from other checks as the parent of the global object",
      "none",
      parentOf('["message"]', "(event) => event.stopImmediatePropagation()"),
      "return 7",
      "7",
    ],
    [
      "receive the errors of other checks as the parent of the global object",
      "none",
      parentOf('["error"]', "({ error }) => loot.push(error)"),
      `setTimeout(() => { throw new Error("secret") }); ${sleep}`,
      "slept",
    ],
    [
      "receive the rejections of other checks as the parent of the global object",
      "none",
      parentOf('["unhandledrejection", "rejectionhandled"]', "({ reason }) => loot.push(reason)"),
      `Promise.reject(new Error("secret")); ${sleep}`,
      "slept",
    ],
    [
      "become the parent of the global object by a definition",
      "none",
      `const parent = new EventTarget();
       parent.addEventListener("message", ({ data }) => loot.push(data), { capture: true });
       for (const [key, value] of Object.entries({ nodeType: 1, parentNode: parent })) {
         try { Object.defineProperty(globalThis, key, { value }) } catch {}
         try { Reflect.defineProperty(globalThis, key, { get: () => value }) } catch {}
       }`,
      "return 7",
      "7",
    ],
    [
      "become the parent of the global object by a field",
      "none",
      `const parent = new EventTarget();
       parent.addEventListener("message", ({ data }) => loot.push(data), { capture: true });
       try { new class extends class { constructor() { return globalThis } } {
         nodeType = 1; parentNode = parent; getRootNode = () => parent } } catch {}`,
      "return 7",
      "7",
    ],
    ...["globalThis", "console", "Error", fs].flatMap((object): Ambush[] =>
      ["util", "sys"].map((module): Ambush => [
        `change the prototype of ${object} with inherits() of ${module}`,
        "none",
        `try { ${inherit(object, module)} } catch {}`,
        readMissing,
        threeTimes,
      ])
    ),
    [
      "change the prototype of a proxy of console with inherits()",
      "none",
      `try { ${inherit("new Proxy(console, {})", "util")} } catch {}`,
      readMissing,
      threeTimes,
    ],
    [
      "break inherits() for other checks",
      "none",
      `try { ${node("util")}.inherits = () => {} } catch {}`,
      `class Base { x() { return 7 } } function Own() {} ${node("util")}.inherits(Own, Base);
       return new Own().x() + (Own.super_ === Base)`,
      "8",
    ],
    ...Object.entries(permissions).flatMap(([name, permission]): Ambush[] => [
      [
        `forge the status of a permission for a ${name}`,
        "env",
        forgedStatus(permission),
        `return (await Deno.permissions.query(${permission})).state`,
        "prompt",
      ],
      [
        `forge the status of a permission for a ${name}, read synchronously`,
        "env",
        forgedStatus(permission),
        `return Deno.permissions.querySync(${permission}).state`,
        "prompt",
      ],
    ]),
    [
      "read the input of the sandbox through the class of files",
      "none",
      `try { const file = new Deno.FsFile(0, Symbol.for("Deno.internal.FsFile"));
         file.read(new Uint8Array(4096)).then((count) => loot.push(count), () => {}) } catch {}`,
      "return 7",
      "7",
    ],
    [
      "read the input of the sandbox through the class of a file",
      "files",
      `try { const file = Deno.openSync("${file}");
         const { constructor } = Object.getPrototypeOf(file); file.close();
         new constructor(0, Symbol.for("Deno.internal.FsFile")).read(new Uint8Array(4096))
           .then((count) => loot.push(count), () => {}) } catch {}`,
      "return 7",
      "7",
    ],
    [
      "write to the output of the sandbox through the class of files",
      "none",
      `try { const file = new Deno.FsFile(1, Symbol.for("Deno.internal.FsFile"));
         loot.push(file.writeSync(new TextEncoder().encode("half a line"))) } catch {}`,
      "return 7",
      "7",
    ],
    [
      "close the input of the sandbox through the class of files",
      "none",
      `try { new Deno.FsFile(0, Symbol.for("Deno.internal.FsFile")).close() } catch {}`,
      "return 7",
      "7",
    ],
    [
      "read the input of the sandbox by an option that changes",
      "none",
      `let count = 0;
       const stream = ${fs}.createReadStream("", { get fd() { return count++ ? 0 : 99 } });
       stream.on("error", () => {}); stream.on("data", (data) => loot.push(data))`,
      "return 7",
      "7",
    ],
    [
      "read the input of the sandbox by a handle with another number",
      "files",
      `const handle = await ${fs}.promises.open("${file}");
       try { Object.defineProperty(handle, "fd", { value: 0 }) } catch {}
       setTimeout(() => handle.read(new Uint8Array(4096)).then(({ bytesRead }) =>
         bytesRead > 20 && loot.push(bytesRead), () => {}), 5)`,
      sleep,
      "slept",
    ],
    [
      "read the input of the sandbox by a number that wraps",
      "none",
      `for (const number of [2 ** 32, 2 ** 53, -(2 ** 32), 0.5, "0", { valueOf: () => 0 }]) {
         try { ${fs}.read(number, new Uint8Array(4096), 0, 4096, null, ${keep}) } catch {}
         try { loot.push(${fs}.readSync(number, new Uint8Array(9))) } catch {}
       }`,
      "return 7",
      "7",
    ],
    [
      "write to the output of the sandbox by a number that wraps",
      "none",
      `for (const number of [2 ** 32 + 1, 1.5, "1", { valueOf: () => 1 }]) {
         try { loot.push(${fs}.writeSync(number, "half a line")) } catch {}
         try { ${fs}.writeFileSync(number, "half a line"); loot.push(number) } catch {}
       }`,
      "return 7",
      "7",
    ],
    ...["set", "add"].map((verb): Ambush => [
      `capture the uncaught errors of other checks with ${verb}()`,
      "none",
      `try { process.${verb}UncaughtExceptionCaptureCallback((error) => loot.push(error)) } catch {}`,
      `setTimeout(() => { throw new Error("secret") }); ${sleep}`,
      "slept",
    ]),
    [
      "change the mode of the files of other checks",
      "files",
      `try { Deno.umask(0) } catch {} try { process.umask(0) } catch {}`,
      `const made = "${folder}/allowed/made"; Deno.writeTextFileSync(made, "");
       try { return Deno.statSync(made).mode & 0o022 } finally { Deno.removeSync(made) }`,
      "0",
    ],
    [
      "change the folder of other checks",
      "files",
      `try { Deno.chdir("${folder}/allowed") } catch {} try { process.chdir("${folder}/allowed") } catch {}`,
      `try { return Deno.cwd() === "${folder}/allowed" } catch { return false }`,
      "false",
    ],
    [
      "become the target of process events through the prototype of emitters",
      "none",
      `const { on } = ${node("events")}.EventEmitter.prototype;
       for (const event of ["uncaughtException", "unhandledRejection", "warning"]) {
         try { on.call(process, event, (error) => loot.push(error)) } catch {}
         try { on.call(Object.getPrototypeOf(process), event, (error) => loot.push(error)) } catch {}
       }`,
      `Promise.reject(new Error("secret")); setTimeout(() => { throw new Error("secret") }); ${sleep}`,
      "slept",
    ],
    [
      "change the class of a listener of the global object",
      "none",
      `for (const key of Object.getOwnPropertySymbols(globalThis)) {
         const state = globalThis[key]; if (typeof state !== "object" || state === null) continue;
         for (const name of ["host", "mode", "assignedSlot", "hasActivationBehavior"]) {
           try { state[name] = { nodeType: 11 } } catch {}
         }
       }`,
      "return 7",
      "7",
    ],
    [
      "answer with the listeners of an unload",
      "none",
      `globalThis.addEventListener("unload", () => loot.push(1));
       try { globalThis.dispatchEvent(new Event("unload")) } catch {} loot.length = 0`,
      "return 7",
      "7",
    ],
    [
      "forge messages by an event whose type is an object",
      "none",
      `try { globalThis.addEventListener({ toString: () => "message" }, ({ data }) => loot.push(data)) } catch {}
       let count = 0;
       try { globalThis.addEventListener({ toString: () => count++ ? "message" : "x" },
         ({ data }) => loot.push(data)) } catch {}`,
      "return 7",
      "7",
    ],
    [
      "listen to the messages with the function of the class",
      "none",
      `for (const self of [globalThis, undefined, null]) { try {
         EventTarget.prototype.addEventListener.call(self, "message", ({ data }) => loot.push(data),
           { capture: true }) } catch {} }`,
      "return 7",
      "7",
    ],
    [
      "remove the listener of the sandbox",
      "none",
      `for (const key of Object.getOwnPropertySymbols(globalThis)) {
         const list = globalThis[key]?.listeners?.message ?? [];
         for (const { callback, options } of list) { try {
           EventTarget.prototype.removeEventListener.call(globalThis, "message", callback, options);
         } catch {} }
       }`,
      "return 7",
      "7",
    ],
    [
      "call the listener of the sandbox",
      "none",
      `for (const key of Object.getOwnPropertySymbols(globalThis)) {
         for (const { callback } of globalThis[key]?.listeners?.message ?? []) { try {
           callback(new MessageEvent("message", { data: [undefined, { type: "abort", id: 1 }] }));
           callback({ data: { token: "x" } });
         } catch {} }
       }`,
      "return 7",
      "7",
    ],
  ];
}
