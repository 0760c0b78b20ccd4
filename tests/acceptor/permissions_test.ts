/** The acceptor's worker may listen on its addresses. Everything else is refused. */
import { assertEquals } from "@std/assert";
import { acceptorWorkers } from "../../src/daemon/acceptor_link.ts";
import { PATIENCE, within } from "../waiting.ts";

/** Attempts inside the worker: each expression must be refused. */
const attempts: [attempt: string, expression: string][] = [
  ["read a file", `Deno.readTextFile("/etc/hostname")`],
  ["read a file through node:fs", `(await import("node:fs/promises")).readFile("/etc/hostname")`],
  ["read the process file system", `Deno.readTextFile("/proc/self/environ")`],
  ["list a folder", `Array.fromAsync(Deno.readDir("/"))`],
  ["import a file", `import(["file:/", "/", "etc/hostname"].join("/"))`],
  ["import from the network", `import(["https:/", "example.com", "x.js"].join("/"))`],
  ["write a file", `Deno.writeTextFile("/tmp/acceptor", "x")`],
  ["remove a file", `Deno.remove("/tmp/acceptor")`],
  ["make a link", `Deno.symlink("/etc", "/tmp/acceptor")`],
  ["read a variable", `Deno.env.get("PATH")`],
  ["read all variables", `Deno.env.toObject()`],
  ["set a variable", `Deno.env.set("X", "1")`],
  ["read the host name", `Deno.hostname()`],
  ["read the load", `Deno.loadavg()`],
  ["list the interfaces", `Deno.networkInterfaces()`],
  ["read the user", `Deno.uid()`],
  ["start a program", `new Deno.Command("/bin/true").output()`],
  [
    "start a program through node:child_process",
    `(await import("node:child_process")).execFileSync("/bin/true")`,
  ],
  ["signal a process", `Deno.kill(1, "SIGCONT")`],
  ["load a library", `Deno.dlopen("libc.so.6", {})`],
  ["connect to another port", `Deno.connect({ hostname: "127.0.0.1", port: OTHER })`],
  ["connect to another address", `Deno.connect({ hostname: "127.0.0.2", port: OWN })`],
  ["connect to a name", `Deno.connect({ hostname: "localhost", port: OTHER })`],
  ["fetch", `fetch("http://127.0.0.1:OTHER/")`],
  ["open a web socket", `new WebSocket("ws://127.0.0.1:OTHER/")`],
  ["look up a name", `Deno.resolveDns("example.com", "A")`],
  [
    "look up a name through node:dns",
    `(await import("node:dns/promises")).lookup("example.com")`,
  ],
  ["listen on another port", `Deno.listen({ hostname: "127.0.0.1", port: OTHER })`],
  ["listen on all addresses", `Deno.listen({ port: OWN })`],
  ["connect to a Unix socket", `Deno.connect({ transport: "unix", path: "/run/x.sock" })`],
  ["listen on a Unix socket", `Deno.listen({ transport: "unix", path: "/tmp/acceptor.sock" })`],
  [
    "send a datagram",
    // The runtime throws this refusal where no caller can catch it.
    `new Promise((_, reject) => {
      for (const type of ["error", "unhandledrejection"]) {
        addEventListener(type, (event) => {
          event.preventDefault();
          reject(event.error ?? event.reason);
        });
      }
      import("node:dgram").then(({ createSocket }) => createSocket("udp4").send("x", OTHER));
    })`,
  ],
  [
    "request a permission",
    `(async () => {
    const { state } = await Deno.permissions.request({ name: "read" });
    if (state !== "granted") throw new Deno.errors.NotCapable("read");
  })()`,
  ],
  [
    "start a worker with more permissions",
    `new Worker("data:text/javascript,", { type: "module", deno: { permissions: { read: true } } })`,
  ],
];

Deno.test("The acceptor's worker may listen on its address and do nothing else", async () => {
  const [own, other] = [0, 0].map(() => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    return listener.addr.port;
  }) as [number, number];
  using _peer = Deno.listen({ hostname: "127.0.0.1", port: other });
  const code = `
const results = {};
${
    attempts.map(([name, expression]) => `
try {
  await (${expression.replaceAll("OWN", String(own)).replaceAll("OTHER", String(other))});
  results[${JSON.stringify(name)}] = "succeeded";
} catch (error) {
  results[${JSON.stringify(name)}] = error instanceof Deno.errors.NotCapable ||
    /Requires \\w+ access|EPERM|permission|NotCapable|imported-file/i.test(String(error))
    ? "refused" : String(error);
}`).join("")
  }
const listener = Deno.listen({ hostname: "127.0.0.1", port: ${own} });
listener.close();
postMessage(results);
`;
  const results = Promise.withResolvers<unknown>();
  const link = acceptorWorkers(code)([{ hostname: "127.0.0.1", port: own }], {
    message: (data) => results.resolve(data),
    broken: (reason) => results.reject(new Error(reason)),
  });
  try {
    assertEquals(
      await within(PATIENCE, "the results", results.promise),
      Object.fromEntries(attempts.map(([name]) => [name, "refused"])),
    );
  } finally {
    link.terminate();
  }
});
