/**
 * Removes from a worker the functions that affect more than the worker. Deno's permissions limit
 * the access of a worker to the host. But a worker is a part of the daemon's process. The runtime
 * allows any code to signal or end its own process, to write to the standard streams, to adopt open
 * sockets by number and to start workers. A check must not do any of these.
 *
 * Two kinds of checks cannot be stopped inside the process: a check that takes all memory (V8 ends
 * the process), and a check that never returns (the thread keeps a core busy; the answer is still
 * on time). Run less trusted checks with `isolation: "process"`. The launcher restarts a daemon
 * that died.
 */

import { withFreeStack } from "./free_stack.ts";
import { guardFiles } from "./harden_files.ts";
import { refuseCrashes, refuseNodeCrashes } from "./harden_crashes.ts";
import { protectBindings } from "./harden_handles.ts";
import { hardenModules } from "./harden_modules.ts";
import {
  fillFacade,
  hardenProcessObject,
  type NodeProcess,
  protectProcessObject,
} from "./harden_process_object.ts";
import { hardenShared, hardenSharedModules } from "./harden_shared.ts";
import { hardenChildProcess, hardenCommand } from "./harden_subprocess.ts";
import { refuseSetId, refuseSetIdCopies } from "./harden_modes.ts";
import type { RealmFacts } from "./messages.ts";
import { refuseCall } from "../check/refusal.ts";
import { type Print, refuseDescriptors, replaceDenoStreams } from "./null_streams.ts";
import { protectResults } from "./protect_deno.ts";
import { fixProperty, protect } from "./protect.ts";
import { createModuleProtection, protectFileHandles } from "./protect_node.ts";
import { refuseFunctions, replaceFunction } from "./replace.ts";

/** The functions of `node:process` that affect the whole process. */
const processWide = [
  ...["kill", "_kill", "exit", "reallyExit", "abort", "dlopen", "_linkedBinding", "umask"],
  ...["setUncaughtExceptionCaptureCallback", "addUncaughtExceptionCaptureCallback"],
  ...["setuid", "setgid", "seteuid", "setegid"],
];

/**
 * Hardens this worker. Must run before user code is evaluated.
 *
 * @param print receives what user code prints, instead of the daemon's standard output
 * @param facts data about this realm from the host
 * @param undeclared receives the names of variables that user code reads without declaring them
 */
export function hardenWorker(
  print: Print,
  facts: RealmFacts,
  undeclared: (name: string) => void,
): void {
  // This closes the worker's handles of the streams, not the streams.
  for (const stream of [Deno.stdin, Deno.stdout, Deno.stderr]) stream.close();
  refuseFunctions(Deno, "Deno", [
    ...["kill", "exit", "addSignalListener", "chdir", "umask"],
  ]);
  refuseFunctions(globalThis, "", ["close", "postMessage", "gc"]);
  hardenRealm(print, facts, undeclared, hardenProcessWide);
}

/**
 * Hardens the realm of a process. User code there may end the process.
 *
 * @param print receives what user code prints
 * @param facts data about this realm from the host
 * @param undeclared receives the names of variables that user code reads without declaring them
 */
export function hardenProcess(
  print: Print,
  facts: RealmFacts,
  undeclared: (name: string) => void,
): void {
  // All checks of the sandbox share the folder and the mask of the process, and its handler of errors.
  refuseFunctions(Deno, "Deno", ["chdir", "umask"]);
  hardenRealm(print, facts, undeclared, (process) => {
    refuseFunctions(process, "process", [
      ...["umask", "setUncaughtExceptionCaptureCallback", "addUncaughtExceptionCaptureCallback"],
      "_linkedBinding",
    ]);
  });
}

// Hardens any realm: code there cannot bypass its permissions or start other realms.
function hardenRealm(
  print: Print,
  { files, env, mark }: RealmFacts,
  undeclared: (name: string) => void,
  hardenMore: (process: NodeProcess) => void,
): void {
  protectResults();
  replaceDenoStreams(print);
  hardenShared();
  // This property gives access to internals of the runtime, such as a `print` that needs no
  // permission.
  Reflect.deleteProperty(Deno, Reflect.get(Deno, "internal"));
  Reflect.deleteProperty(Deno, "internal");
  Object.defineProperty(Deno, "args", { value: Object.freeze([]) });
  refuseFunctions(Object.getPrototypeOf(Deno.permissions), "Deno.permissions", [
    ...["request", "requestSync", "revoke", "revokeSync"],
  ]);
  refuseFunctions(globalThis, "", ["Worker", "BroadcastChannel"]);
  // Caches write below the home folder without a permission check.
  for (const name of ["caches", "Cache", "CacheStorage"]) Reflect.deleteProperty(globalThis, name);
  // `gpu` loads graphics drivers and compilers into the daemon's process, and uses graphics memory.
  Reflect.deleteProperty(Object.getPrototypeOf(navigator), "gpu");
  // Certain sizes of an image end the process (Deno 2.9.6).
  for (const name of imaging) Reflect.deleteProperty(globalThis, name);
  // Checks must not listen: on the daemon's address a check could receive queries.
  refuseFunctions(Deno, "Deno", ["listen", "listenTls", "listenDatagram", "serve", "serveHttp"]);
  boundConnect();
  // `node:child_process` reads this variable before it starts a program, and needs no permission for it.
  replaceFunction(
    Deno.env,
    "get",
    (original) => (name) =>
      name === "NODE_V8_COVERAGE" ? undefined : Reflect.apply(original, Deno.env, [name]),
  );
  refuseCrashes();
  refuseSetId(Deno, true);
  refuseSetIdCopies(Deno, true);
  const guard = guardFiles(files);
  hardenCommand(mark);
  redirectConsole(print);
  onNode((process) => {
    const facade = {};
    refuseNodeCrashes(process);
    const builtin = process.getBuiltinModule;
    const modules = createModuleProtection((name) => builtin(name));
    const take: typeof modules.take = (name, module) =>
      module === process ? facade : modules.take(name, module);
    hardenModules(process, { take, isProtected: modules.isProtected });
    const pipe = process.binding("pipe_wrap").Pipe!.prototype;
    const handles = [pipe, process.binding("tcp_wrap").TCP!.prototype];
    // Node expects the system's error code if it cannot listen.
    for (const handle of handles) replaceFunction(handle, "listen", () => () => permissionDenied);
    const datagrams = process.binding("udp_wrap").UDP!.prototype;
    hardenDatagrams(datagrams);
    const fs = process.getBuiltinModule("fs");
    hardenMore(process);
    refuseSetId(fs, false);
    refuseSetId(Reflect.get(fs, "promises"), true);
    refuseSetIdCopies(fs, false);
    refuseSetIdCopies(Reflect.get(fs, "promises"), true);
    refuseDescriptors(fs);
    protectFileHandles(Reflect.get(fs, "promises"), () => {
      for (const name of ["readline", "string_decoder"]) modules.take(name, builtin(name));
    });
    guard.guardNode(fs, pipe);
    refuseAdoption(process);
    const childProcess = process.getBuiltinModule("child_process");
    hardenChildProcess(childProcess, mark);
    refuseFunctions(childProcess, "child_process", ["ChildProcess", "fork", "_forkChild"]);
    refuseFunctions(process.getBuiltinModule("worker_threads"), "worker_threads", [
      ...["Worker", "BroadcastChannel", "postMessageToThread", "setEnvironmentData"],
    ]);
    const v8 = process.getBuiltinModule("v8");
    refuseFunctions(v8, "v8", [
      ...["setFlagsFromString", "startupSnapshot", "writeHeapSnapshot"],
      // These functions can show or change the values of other checks in this realm.
      ...["setHeapSnapshotNearHeapLimit", "getHeapSnapshot", "queryObjects"],
    ]);
    const hooks: unknown = Reflect.get(v8, "promiseHooks");
    if (typeof hooks === "object" && hooks !== null) {
      refuseFunctions(hooks, "v8.promiseHooks", Object.keys(hooks));
    }
    hardenProcessObject(process, print, env, undeclared);
    hardenSharedModules(process);
    protectBindings(process.binding as never);
    // This must come last, because the code above uses the bindings.
    refuseFunctions(process, "process", ["binding", "loadEnvFile"]);
    protectProcessObject(process);
    protectNodeConsole();
    modules.begin();
    fillFacade(facade, process);
    return facade;
  });
}

// A datagram socket must be bound before it can send. With a port that the system selects, it
// receives only answers.
function hardenDatagrams(prototype: object): void {
  for (const name of ["bind", "bind6"]) {
    replaceFunction(prototype, name, (original) =>
      function (address, port, ...rest) {
        const asked = Number(port);
        return asked === 0
          ? Reflect.apply(original, this, [address, asked, ...rest])
          : permissionDenied;
      });
  }
}

/** The negative of EACCES, as Node's handles return it. */
const permissionDenied = -13;

/** Classes and functions for images. */
const imaging = [
  ...["OffscreenCanvas", "createImageBitmap", "ImageBitmap", "ImageBitmapRenderingContext"],
];

// An unstable transport ends the process (Deno 2.9.6, vsock).
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
 * Sends the console output of user code to a function, and not to the standard streams.
 *
 * @param print receives each message
 */
function redirectConsole(print: Print): void {
  const { inspect } = Deno;
  const say = (...values: unknown[]) =>
    print(values.map((value) => typeof value === "string" ? value : inspect(value)).join(" "));
  const silent = () => {};
  [say, silent].forEach(Object.preventExtensions);
  const printing = new Set(["debug", "dir", "error", "info", "log", "table", "trace", "warn"]);
  for (const name of Object.keys(console)) {
    if (typeof Reflect.get(console, name) !== "function") continue;
    const value = printing.has(name) ? say : silent;
    fixProperty(console, name, () => value, "ignored");
  }
}

// Node adds its class `Console` and the properties of an instance to the console.
function protectNodeConsole(): void {
  for (const key of Reflect.ownKeys(console)) {
    const { value, configurable, get } = Object.getOwnPropertyDescriptor(console, key)!;
    if (!configurable || get !== undefined) continue;
    if (typeof value === "function") protect(value);
    fixProperty(console, key, () => value, "ignored");
  }
}

// The Node part of the runtime takes longer to load than the whole rest of a worker, and most
// checks never use it. So it is hardened at its first use. Code can reach it only through
// `process`, see builtin_modules.ts.
// `harden` returns the object that user code gets in place of `process`.
function onNode(harden: (process: NodeProcess) => object): void {
  const { get } = Object.getOwnPropertyDescriptor(globalThis, "process") ?? {};
  if (get === undefined) return;
  let process: object | undefined;
  let failure: unknown;

  function loadNode(): object {
    // The runtime itself reads `process` while it loads the Node part. Then this call throws, and
    // the runtime handles the error.
    const loaded: NodeProcess = Reflect.apply(get!, globalThis, []);
    // While the Node part was loading, `process` was read again and hardened.
    if (process !== undefined) return process;
    process = loaded;
    try {
      process = harden(loaded);
      // The runtime leaves a function here that initializes Node again.
      Reflect.deleteProperty(globalThis, "nodeBootstrap");
    } catch (error) {
      failure = error ?? new Error("Cannot harden node:process");
      throw failure;
    }
    return process;
  }

  Object.defineProperty(globalThis, "process", {
    get() {
      if (failure !== undefined) throw failure;
      // During the hardening, only our code and code of the runtime runs.
      return process ?? withFreeStack(loadNode);
    },
    set: () => {},
    enumerable: true,
    configurable: false,
  });
}

// `new Socket({ fd })` could adopt any socket of the daemon, read from it and write to it.
function refuseAdoption(process: NodeProcess): void {
  for (const [name, kind] of [["tcp_wrap", "TCP"], ["pipe_wrap", "Pipe"], ["udp_wrap", "UDP"]]) {
    refuseFunctions(process.binding(name!)[kind!]!.prototype, kind!, ["open", "openFromRid"]);
  }
  refuseFunctions(process.getBuiltinModule("tty"), "tty", ["ReadStream", "WriteStream"]);
}

function hardenProcessWide(process: NodeProcess): void {
  const fs = process.getBuiltinModule("fs") as { closeSync(descriptor: number): void };
  for (const descriptor of [0, 1, 2]) fs.closeSync(descriptor);
  refuseFunctions(process, "process", processWide);
}
