import { Buffer } from "node:buffer";
import fs from "node:fs";
import { closedFunctions, NODE_PATH_FUNCTIONS } from "../path_functions.ts";
import { refuseCall } from "../refusal.ts";
import { explain, requireTestNetwork } from "./explain_access.ts";
import { IN_MEMORY, pathHandler, requireDisk } from "./file_api.ts";
import { isPresent, listFolder, readBytes, writeBytes } from "./files.ts";
import { type AccessKind, requireAccess } from "../grants.ts";
import { fact } from "./host_api.ts";
import { requireAddress } from "./net_api.ts";
import { type Call, findFixture, promised, type Substitute, type Substitutes } from "./world.ts";

type Callback = (error: unknown, value?: unknown) => void;

/**
 * Makes the substitute for a function with a callback. The callback also receives refusals and
 * fixtures.
 */
function calledBack(handler: Substitute): Substitute {
  return (world, real, args) => {
    const callback = args.at(-1);
    if (typeof callback !== "function") return handler(world, real, args);
    const passedOn = {};
    const answer = (error: unknown, value?: unknown) =>
      queueMicrotask(() => (callback as Callback)(error, value));
    const call: Call = () => {
      real(
        ...args.slice(0, -1),
        (error: unknown, ...values: unknown[]) =>
          (callback as (...values: unknown[]) => void)(error && explain(error), ...values),
      );
      return passedOn;
    };
    try {
      const value = handler(world, call, args.slice(0, -1));
      if (value !== passedOn) answer(null, value);
    } catch (error) {
      answer(error);
    }
  };
}

type InMemory = Parameters<typeof pathHandler>[1];

function path(name: string, inMemory?: InMemory): Substitute {
  return pathHandler(NODE_PATH_FUNCTIONS[name]!, inMemory);
}

/** Makes the function that writes a file in memory. The options are an encoding or an object. */
function writes(name: string, append: boolean): Substitute {
  return path(name, (files, path, data, options) => {
    const settings: { flag?: string; encoding?: string } = typeof options === "string"
      ? { encoding: options }
      : options ?? {};
    const { flag = append ? "a" : "w", encoding = "utf8" } = settings;
    const bytes = typeof data === "string"
      ? Buffer.from(data, encoding as BufferEncoding)
      : data as Uint8Array;
    const mode = { append: flag.startsWith("a"), createNew: flag.includes("x") };
    writeBytes(files, path, new Uint8Array(bytes), mode);
  });
}

/** The functions that change files and have the same arguments as a function of `Deno`. */
const changes: Readonly<Record<string, string>> = {
  ...{ chmod: "chmod", lchmod: "chmod", chown: "chown", lchown: "chown" },
  ...{ utimes: "utime", lutimes: "utime", truncate: "truncate", mkdir: "mkdir" },
  ...{ rm: "remove", rmdir: "remove", unlink: "remove" },
  ...{ rename: "rename", copyFile: "copyFile" },
};

const readFile = path("readFile", (files, path, options) => {
  const bytes = Buffer.from(readBytes(files, path));
  const encoding = typeof options === "string"
    ? options
    : (options as { encoding?: string } | undefined)?.encoding;
  return encoding ? bytes.toString(encoding as BufferEncoding) : bytes;
});

const names = path("readdir", (files, path) => listFolder(files, path).map(({ name }) => name));

const readdir: Substitute = (world, real, args) =>
  (typeof args[1] === "object" ? path("readdir") : names)(world, real, args);

const statfs: Substitute = (world, real, args) =>
  path("statfs")(world, () => fact("statfs")(world, real, args), args);

const open: Substitute = (world, real, args) => {
  const flags = typeof args[1] === "string" ? args[1] : "r";
  const access: AccessKind[] = flags.includes("+")
    ? ["read", "write"]
    : flags.startsWith("r")
    ? ["read"]
    : ["write"];
  for (const kind of access) requireAccess(world.grants, kind, String(args[0]));
  if (access.includes("write")) requireDisk(world, String(args[0]));
  return real(...args);
};

function each(names: string, handler: Substitute): Substitutes {
  return Object.fromEntries(names.split(" ").map((name) => [name, handler]));
}

const files: Substitutes = {
  ...Object.fromEntries(Object.keys(NODE_PATH_FUNCTIONS).map((name) => [name, path(name)])),
  ...Object.fromEntries(
    Object.entries(changes).map(([name, same]) => [name, path(name, IN_MEMORY[same])]),
  ),
  writeFile: writes("writeFile", false),
  appendFile: writes("appendFile", true),
  readFile,
  readdir,
  statfs,
  open,
};

const mapped = (
  name: (plain: string) => string,
  as: (handler: Substitute) => Substitute,
): Substitutes =>
  Object.fromEntries(Object.entries(files).map(([plain, handler]) => [name(plain), as(handler)]));

function closed(module: object, shown: string): Substitutes {
  return Object.fromEntries(
    closedFunctions(module).map((name) => [name, () => {
      throw refuseCall(`${shown}.${name}`);
    }]),
  );
}

const connect: Substitute = (world, real, args) => {
  // Node calls `Socket.connect()` with a list of its arguments.
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  const options = typeof first === "object" && first !== null
    ? first as { host?: string; port?: number; path?: string }
    : typeof first === "string" && !/^\d+$/.test(first)
    ? { path: first }
    : { port: Number(first), ...(typeof second === "string" && { host: second }) };
  const target = requireAddress(world, {
    ...options,
    ...(options.host !== undefined && { hostname: options.host }),
  }, "localhost");
  if (findFixture(world.net, target) !== undefined) {
    throw new TypeError(
      `The fixture net ${
        JSON.stringify(target)
      } cannot answer a socket of Node, which npm packages ` +
        "use: test with a real server instead",
    );
  }
  if (options.path === undefined) requireTestNetwork(target);
  return real(...args);
};

function starts(executable?: string): Substitute {
  return (world, real, args) => {
    requireAccess(world.grants, "run", executable ?? String(args[0]));
    return real(...args);
  };
}

// Only the default exports of the built-in modules of Node can be replaced: names that are imported
// one by one are immutable bindings.

/** The functions of `node:fs`. */
export const fsApi: Substitutes = {
  ...mapped((name) => name, calledBack),
  ...mapped((name) => `${name}Sync`, (handler) => handler),
  existsSync: path("exists", isPresent),
  createReadStream: path("readFile"),
  createWriteStream: path("writeFile"),
  ...closed(fs, "fs"),
};

/** The functions of `node:fs/promises`. */
export const fsPromisesApi: Substitutes = {
  ...mapped((name) => name, promised),
  ...closed(fs.promises, "fs.promises"),
};

/** The functions of `node:os`; its other functions use `Deno`. */
export const osApi: Substitutes = {
  cpus: fact("cpus"),
  getPriority: fact("getPriority"),
  uptime: fact("osUptime"),
  userInfo: fact("userInfo"),
};

/** The functions of `node:net`. */
export const netApi: Substitutes = { connect, createConnection: connect };

/** The methods of the sockets of `node:net`. */
export const socketApi: Substitutes = { connect };

/** The functions of `node:tls`. */
export const tlsApi: Substitutes = { connect };

/** The functions of `node:child_process`. */
export const childProcessApi: Substitutes = {
  ...each("exec execSync", starts("/bin/sh")),
  ...each("execFile execFileSync fork spawn spawnSync", starts()),
};
