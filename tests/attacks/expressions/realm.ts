/** Attempts to change the object of the process, to reach the host of the sandbox, and to widen paths. */
import { type Expression, node, notForChecks, requires, type Surroundings } from "./expression.ts";

const workers = node("worker_threads");
const fs = node("fs");

/** Returns whether the daemon is listed under a name that an attack has set. */
const listed = `new TextDecoder().decode((await new Deno.Command("/bin/sh",
  { args: ["-c", "cat /proc/$PPID/comm /proc/$PPID/cmdline"] }).output()).stdout).includes("forged")`;

const titles: readonly (readonly [attempt: string, code: string])[] = [
  ["rename the process", `process.title = "forged"`],
  ["rename the process by the module", `(await import("node:process")).default.title = "forged"`],
  [
    "rename the process by a required module",
    `
    ${node("module")}.createRequire("/x")("process").title = "forged"`,
  ],
  [
    "rename the process by an accessor",
    `
    Object.getOwnPropertyDescriptor(process, "title").set?.call(process, "forged")`,
  ],
  ["rename the process by Reflect.set()", `Reflect.set(process, "title", "forged")`],
  ["rename the process by an heir", `Object.create(process).title = "forged"`],
  ["rename the process by the result of a method", `process.on("exit", () => {}).title = "forged"`],
  ["rename the process by an instance", `new process.constructor().title = "forged"`],
  [
    "rename the process by a definition",
    `
    Object.defineProperty(process, "title", { value: "forged" })`,
  ],
];

/** The attempts. */
export function realm({ folder, port }: Surroundings): Expression[] {
  const [allowed, links] = [`${folder}/allowed`, `${folder}/links`];
  const noFile = /NotCapable|Unsupported scheme "imported-file"/;
  const mode = (attempt: string, code: string): Expression => [
    attempt,
    "files",
    `try { ${code} } finally { try { ${fs}.rmSync("${allowed}/made", { recursive: true }) } catch {} }`,
    /^OK (?:100|40)7\d\d$|NotCapable/,
  ];
  return [
    ...["shell", "shell_process"].flatMap((command) =>
      titles.map(([attempt, code]): Expression => [
        command === "shell" ? attempt : `${attempt}, in a process`,
        command,
        `try { ${code} } catch {} return ${listed}`,
        "OK false",
      ])
    ),
    [
      "change the path of the runtime for other checks",
      "none",
      `process.execPath = process.argv0 = "/forged"; return [process.execPath, process.argv0]`,
      /^OK (?!.*forged)/,
    ],
    [
      "receive messages of the host by a property",
      "none",
      `globalThis.onmessage = () => {}; return String(globalThis.onmessage)`,
      "OK null",
    ],
    [
      "receive messages of the host by a prototype",
      "none",
      `EventTarget.prototype.addEventListener.call(globalThis, "message", () => {}, { capture: true });
       return "added"`,
      "TypeError",
    ],
    [
      "forge a message of the host",
      "none",
      `dispatchEvent(new MessageEvent("message",
         { data: ["x", { type: "run", id: 1, command: "ok", args: [] }] })); return "sent"`,
      "OK sent",
    ],
    ["use the port of the parent", "none", `return String(${workers}.parentPort)`, "OK null"],
    [
      "set data for all workers",
      "none",
      `return ${workers}.setEnvironmentData("a", 1)`,
      notForChecks("worker_threads.setEnvironmentData"),
    ],
    [
      "end the code of all sandboxes",
      "none",
      `URL.revokeObjectURL(location.href); return (await (await fetch(location.href)).text()).length > 0`,
      "OK true",
    ],
    [
      "watch a folder behind a link in a folder",
      "files",
      `const watcher = Deno.watchFs("${links}", { recursive: true });
       setTimeout(() => watcher.close(), 300);
       const seen = []; for await (const { paths } of watcher) seen.push(...paths);
       return seen.some((path) => path.includes("outside"))`,
      "OK false",
    ],
    mode(
      "open a new program that runs as its owner",
      `return Deno.openSync("${allowed}/made", { write: true, create: true, mode: 0o4755 })
         .statSync().mode.toString(8)`,
    ),
    mode(
      "open a new program that runs as its owner with node:fs",
      `return ${fs}.fstatSync(${fs}.openSync("${allowed}/made", "w", 0o6755)).mode.toString(8)`,
    ),
    mode(
      "open a new program that runs as its owner with a handle",
      `const file = await ${fs}.promises.open("${allowed}/made", "w", 0o6755);
       try { return (await file.stat()).mode.toString(8) } finally { await file.close() }`,
    ),
    mode(
      "stream a new program that runs as its owner",
      `const stream = ${fs}.createWriteStream("${allowed}/made", { mode: 0o6755 });
       await new Promise((go) => stream.end("x", go));
       return ${fs}.statSync("${allowed}/made").mode.toString(8)`,
    ),
    mode(
      "make a folder whose files get its group",
      `Deno.mkdirSync("${allowed}/made", { mode: 0o6777 });
       return Deno.statSync("${allowed}/made").mode.toString(8)`,
    ),
    mode(
      "make a folder whose files get its group with node:fs",
      `${fs}.mkdirSync("${allowed}/made", { mode: 0o6777 });
       return ${fs}.statSync("${allowed}/made").mode.toString(8)`,
    ),
    ...([
      ["-1", "a negative mode"],
      ["2541.9", "a fraction"],
    ] as const).map(([bits, name]): Expression => [
      `make a program that runs as its owner by ${name}`,
      "files",
      `Deno.chmodSync("${allowed}/file", ${bits}); return "set"`,
      "NotCapable: A check cannot set the set-user-ID",
    ]),
    [
      "make a program that runs as its owner by a BigInt",
      "files",
      `${fs}.chmodSync("${allowed}/file", 2541n); return "set"`,
      "NotCapable: A check cannot set the set-user-ID",
    ],
    [
      "replace a link by a file",
      "files",
      `Deno.writeTextFileSync("${allowed}/made", "x");
       try { Deno.renameSync("${allowed}/made", "${links}/out") } finally { Deno.removeSync("${allowed}/made") }`,
      requires("write", `${links}/out`),
    ],
    [
      "import a file of another host",
      "none",
      `return await import("file://other/etc/hostname")`,
      "Invalid file path",
    ],
    [
      "import a file by a scheme in capitals",
      "none",
      `return await import("FILE:///etc/hostname")`,
      noFile,
    ],
    [
      "import a file at source phase",
      "none",
      `return await import("data:text/javascript,import source x from 'file:///etc/hostname'")`,
      /imported-file/,
    ],
    [
      "import a closed module later",
      "none",
      `return await import("data:text/javascript,import defer * as x from 'node:vm';x.default")`,
      "node:vm is not for a check",
    ],
    [
      "receive events of a file",
      "none",
      `const events = new EventSource("file:///etc/hostname");
       return await new Promise((go) => { events.onmessage = () => go("read");
         events.onerror = () => { events.close(); go("refused") } })`,
      "OK refused",
    ],
    [
      "receive events of an undeclared port",
      "net",
      `const events = new EventSource("http://127.0.0.1:${port === 65_535 ? 1 : port + 1}/");
       return await new Promise((go) => { events.onopen = () => go("open");
         events.onerror = () => { events.close(); go("refused") } })`,
      "OK refused",
    ],
    [
      "open a WebSocket to an undeclared port",
      "net",
      `return new WebSocket("ws://127.0.0.1:${port === 65_535 ? 1 : port + 1}/")`,
      "NotCapable: Requires net access",
    ],
    [
      "listen with all options of Node",
      "net",
      `return await new Promise((go) => { const server = ${node("net")}.createServer();
         server.on("error", ({ code }) => go(code)); server.on("listening", () => go("listening"));
         server.listen({ port: ${port}, host: "127.0.0.1", exclusive: true, reusePort: true }) })`,
      "OK EACCES",
    ],
    [
      // The declared program runs, with the arguments for a shell.
      "start a program by a shell of Node",
      "run",
      `const { status, stdout } = ${node("child_process")}.spawnSync("id", { shell: "/bin/cat" });
       return [status, stdout].join()`,
      "OK 1,",
    ],
    [
      "change the priority of the process",
      "sys",
      `return ${node("os")}.setPriority(0, 19)`,
      requires("sys", "setPriority"),
    ],
    [
      "load the module of executables",
      "none",
      `return await import("node:sea")`,
      /Unsupported scheme|not for a check/,
    ],
  ];
}
