/**
 * Takes from a worker what reaches beyond it. Deno's permissions bound what a worker may touch of
 * the host, but a worker lives in the daemon's process, and the runtime lets anybody signal or end
 * the own process, write to its standard streams, adopt its open sockets by number and start
 * further workers. None of that is for a check.
 *
 * What this cannot stop, and nothing inside a process can: a check that takes all memory (V8 ends
 * the process) or never returns (the thread burns on; the answer is still on time). Checks that are
 * not trusted so far belong under `isolation: "process"`, and the launcher starts a daemon that
 * died anew.
 */

import { guardFiles } from "./harden_files.ts";
import { refuseCrashes, refuseNodeCrashes } from "./harden_crashes.ts";
import { hardenModules } from "./harden_modules.ts";
import { hardenChildProcess, hardenCommand } from "./harden_subprocess.ts";
import type { RealmFacts } from "./messages.ts";
import { refuseCall } from "../check/refusal.ts";
import { refuseFunctions, replaceFunction } from "./replace.ts";

/** Where the text goes that user code prints. */
export type Print = (text: string) => void;

/** The parts of `node:process` that act on the process as a whole. */
const processWide = [
  ...["kill", "_kill", "exit", "reallyExit", "abort", "dlopen", "_linkedBinding", "chdir", "umask"],
  ...["setUncaughtExceptionCaptureCallback", "setuid", "setgid", "seteuid", "setegid"],
];

/**
 * Hardens this worker. Must run before user code is evaluated.
 *
 * @param print takes what user code prints, in place of the daemon's standard output
 * @param facts what the host says of this realm
 */
export function hardenWorker(print: Print, facts: RealmFacts): void {
  // Only this worker's own handles of the streams are closed.
  for (const stream of [Deno.stdin, Deno.stdout, Deno.stderr]) stream.close();
  refuseFunctions(Deno, "Deno", [
    ...["kill", "exit", "addSignalListener", "run", "spawn", "spawnAndWait", "spawnAndWaitSync"],
    ...["chdir", "umask"],
  ]);
  refuseFunctions(globalThis, "", ["close", "postMessage", "gc"]);
  hardenRealm(print, facts, (process) => hardenProcessWide(process, print));
}

/**
 * Hardens the realm of a process. It may end itself and do what it likes to its streams.
 *
 * @param print takes what user code prints
 * @param facts what the host says of this realm
 */
export function hardenProcess(print: Print, facts: RealmFacts): void {
  hardenRealm(print, facts, () => {});
}

// What holds for every realm: it does nothing past its permissions, and starts no other realm.
function hardenRealm(
  print: Print,
  { files, mark }: RealmFacts,
  hardenMore: (process: NodeProcess) => void,
): void {
  // A door to the runtime's inner parts, among them a print that asks nobody.
  Reflect.deleteProperty(Deno, Reflect.get(Deno, "internal"));
  Reflect.deleteProperty(Deno, "internal");
  refuseFunctions(Object.getPrototypeOf(Deno.permissions), "Deno.permissions", [
    ...["request", "requestSync", "revoke", "revokeSync"],
  ]);
  refuseFunctions(globalThis, "", ["Worker", "BroadcastChannel"]);
  // It writes below the home folder without asking for a permission.
  for (const name of ["caches", "Cache", "CacheStorage"]) Reflect.deleteProperty(globalThis, name);
  // Drivers, compilers and memory of the graphics card, within the daemon's process.
  Reflect.deleteProperty(Object.getPrototypeOf(navigator), "gpu");
  // Certain sizes of an image end the process (Deno 2.9.6).
  for (const name of imaging) Reflect.deleteProperty(globalThis, name);
  // A check asks, and never listens: on the daemon's address it would take queries.
  refuseFunctions(Deno, "Deno", ["listen", "listenTls", "listenDatagram", "serve"]);
  boundConnect();
  refuseCrashes();
  const guard = guardFiles(files);
  Object.defineProperty(Deno, "connect", { writable: false, configurable: false });
  hardenCommand(mark);
  redirectConsole(print);
  onNode((process) => {
    refuseNodeCrashes(process);
    hardenModules(process);
    const pipe = process.binding("pipe_wrap").Pipe!.prototype;
    // Node has no other way to say that it cannot listen than the code of the system.
    for (const handle of [pipe, process.binding("tcp_wrap").TCP!.prototype]) {
      replaceFunction(handle, "listen", () => () => permissionDenied);
    }
    guard.guardNode(process.getBuiltinModule("fs"), pipe);
    const childProcess = process.getBuiltinModule("child_process");
    refuseFunctions(childProcess, "child_process", ["ChildProcess", "fork", "_forkChild"]);
    hardenChildProcess(childProcess, mark);
    refuseFunctions(process.getBuiltinModule("worker_threads"), "worker_threads", [
      ...["Worker", "BroadcastChannel", "postMessageToThread"],
    ]);
    const v8 = process.getBuiltinModule("v8");
    refuseFunctions(v8, "v8", [
      ...["setFlagsFromString", "startupSnapshot", "writeHeapSnapshot"],
      // They show the values of the other checks in this realm, or change them.
      ...["setHeapSnapshotNearHeapLimit", "getHeapSnapshot", "queryObjects"],
    ]);
    const hooks: unknown = Reflect.get(v8, "promiseHooks");
    if (typeof hooks === "object" && hooks !== null) {
      refuseFunctions(hooks, "v8.promiseHooks", Object.keys(hooks));
    }
    hardenMore(process);
    // Last of all: what is above looks at the bindings itself.
    refuseFunctions(process, "process", ["binding", "loadEnvFile"]);
  });
}

/** The negative of EACCES, as Node's handles return it. */
const permissionDenied = -13;

/** What draws images. */
const imaging = [
  ...["OffscreenCanvas", "createImageBitmap", "ImageBitmap", "ImageBitmapRenderingContext"],
];

// A transport that the runtime counts as unstable ends the process (Deno 2.9.6, vsock).
function boundConnect(): void {
  const { connect } = Deno;
  const bounded = async (options: Deno.ConnectOptions | Deno.UnixConnectOptions) => {
    const given = { ...options };
    const { transport = "tcp" } = given;
    if (transport !== "tcp" && transport !== "unix") throw refuseCall("Deno.connect");
    return await connect(given as Deno.ConnectOptions);
  };
  Object.defineProperty(Deno, "connect", { value: bounded });
}

/**
 * Sends what user code prints somewhere else than to the standard streams.
 *
 * @param print takes each text
 */
function redirectConsole(print: Print): void {
  const { inspect } = Deno;
  const say = (...values: unknown[]) =>
    print(values.map((value) => typeof value === "string" ? value : inspect(value)).join(" "));
  const silent = () => {};
  const printing = new Set(["debug", "dir", "error", "info", "log", "table", "trace", "warn"]);
  for (const name of Object.keys(console)) {
    if (typeof Reflect.get(console, name) !== "function") continue;
    Reflect.set(console, name, printing.has(name) ? say : silent);
  }
}

interface NodeProcess {
  binding(name: string): Record<string, { prototype: object } | undefined>;
  getBuiltinModule(name: string): object;
}

// Node's half of the runtime takes longer to load than all the rest of a worker, and most checks
// never touch it: it is hardened when it is touched. All ways to it lead through `process`, see
// builtin_modules.ts.
function onNode(harden: (process: NodeProcess) => void): void {
  const { get } = Object.getOwnPropertyDescriptor(globalThis, "process") ?? {};
  if (get === undefined) return;
  let hardened: NodeProcess | undefined;
  Object.defineProperty(globalThis, "process", {
    get() {
      if (hardened === undefined) {
        const process: NodeProcess = Reflect.apply(get, globalThis, []);
        harden(process);
        hardened = process;
      }
      return hardened;
    },
    set: () => {},
    enumerable: true,
    configurable: false,
  });
}

function hardenProcessWide(process: NodeProcess, print: Print): void {
  const fs = process.getBuiltinModule("fs") as { closeSync(descriptor: number): void };
  for (const descriptor of [0, 1, 2]) fs.closeSync(descriptor);
  // `new Socket({ fd })` would adopt any socket of the daemon, and read and write in its name.
  for (const [name, kind] of [["tcp_wrap", "TCP"], ["pipe_wrap", "Pipe"], ["udp_wrap", "UDP"]]) {
    refuseFunctions(process.binding(name!)[kind!]!.prototype, kind!, ["open", "openFromRid"]);
  }
  refuseFunctions(process.getBuiltinModule("tty"), "tty", ["ReadStream", "WriteStream"]);
  refuseFunctions(process, "process", processWide);
  const stream = { write: (text: unknown) => (print(String(text)), true), isTTY: false };
  for (const name of ["stdout", "stderr"]) {
    Object.defineProperty(process, name, { value: stream, writable: false, configurable: false });
  }
  Object.defineProperty(process, "stdin", { value: undefined, configurable: false });
}
