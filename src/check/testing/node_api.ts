import { Buffer } from "node:buffer";
import { hasPath, listFolder, readBytes } from "./files.ts";
import { type AccessKind, requireAccess } from "../grants.ts";
import { fact } from "./host_api.ts";
import { requireAddress } from "./net_api.ts";
import { absolutePath } from "../path.ts";
import { type Handler, type Handlers, promised, type World } from "./world.ts";

type Callback = (error: unknown, value?: unknown) => void;

function pathOf(world: World, path: unknown): string {
  return absolutePath(path instanceof URL ? path : String(path), world.grants.cwd);
}

function file(access: readonly ("read" | "write")[], paths: number, inMemory?: Handler): Handler {
  return (world, real, args) => {
    for (const path of args.slice(0, paths)) {
      for (const kind of access) requireAccess(world.grants, kind, pathOf(world, path));
    }
    const held = inMemory !== undefined && hasPath(world.files, pathOf(world, args[0]));
    return held ? inMemory(world, real, args) : real(...args);
  };
}

/** A function that is told where to call back: refusals and fixtures go there too. */
function calledBack(handler: Handler): Handler {
  return (world, real, args) => {
    const callback = args.at(-1);
    if (typeof callback !== "function") return handler(world, real, args);
    const passedOn = {};
    const answer = (error: unknown, value?: unknown) =>
      queueMicrotask(() => (callback as Callback)(error, value));
    try {
      const value = handler(world, () => (real(...args), passedOn), args.slice(0, -1));
      if (value !== passedOn) answer(null, value);
    } catch (error) {
      answer(error);
    }
  };
}

const readFile = file(["read"], 1, (world, _real, [path, options]) => {
  const bytes = Buffer.from(readBytes(world.files, pathOf(world, path)));
  const encoding = typeof options === "string"
    ? options
    : (options as { encoding?: string } | undefined)?.encoding;
  return encoding ? bytes.toString(encoding as BufferEncoding) : bytes;
});

const readdir = file(["read"], 1, (world, real, args) => {
  if (typeof args[1] === "object") return real(...args);
  return listFolder(world.files, pathOf(world, args[0])).map(({ name }) => name);
});

const statfs: Handler = (world, real, args) => {
  requireAccess(world.grants, "read", pathOf(world, args[0]));
  return fact("statfs")(world, real, args);
};

const open: Handler = (world, real, args) => {
  const flags = typeof args[1] === "string" ? args[1] : "r";
  const access: AccessKind[] = flags.includes("+")
    ? ["read", "write"]
    : flags.startsWith("r")
    ? ["read"]
    : ["write"];
  for (const kind of access) requireAccess(world.grants, kind, pathOf(world, args[0]));
  return real(...args);
};

function each(names: string, handler: Handler): Handlers {
  return Object.fromEntries(names.split(" ").map((name) => [name, handler]));
}

/** What takes a path, by the name it has among the promises; `stat` and its like go through `Deno`. */
const files: Handlers = {
  ...each("access glob opendir readlink realpath watch", file(["read"], 1)),
  ...each(
    "appendFile chmod chown lchown mkdir mkdtemp rm rmdir truncate unlink utimes writeFile",
    file(["write"], 1),
  ),
  ...each("copyFile cp link rename symlink", file(["read", "write"], 2)),
  readFile,
  readdir,
  statfs,
  open,
};

const mapped = (name: (plain: string) => string, as: (handler: Handler) => Handler): Handlers =>
  Object.fromEntries(Object.entries(files).map(([plain, handler]) => [name(plain), as(handler)]));

const connect: Handler = (world, real, args) => {
  const [first, second] = args;
  const options = typeof first === "object" && first !== null
    ? first as { host?: string; port?: number; path?: string }
    : typeof first === "string" && !/^\d+$/.test(first)
    ? { path: first }
    : { port: Number(first), ...(typeof second === "string" && { host: second }) };
  requireAddress(world, {
    ...options,
    ...(options.host !== undefined && { hostname: options.host }),
  }, "localhost");
  return real(...args);
};

function starts(executable?: string): Handler {
  return (world, real, args) => {
    requireAccess(world.grants, "run", executable ?? String(args[0]));
    return real(...args);
  };
}

// What Node's built-in modules export as default. Names imported one by one are bindings that
// nothing can put another function in place of.

/** Of `node:fs`. */
export const fsApi: Handlers = {
  ...mapped((name) => name, calledBack),
  ...mapped((name) => `${name}Sync`, (handler) => handler),
  existsSync: file(["read"], 1, () => true),
  createReadStream: file(["read"], 1),
  createWriteStream: file(["write"], 1),
};

/** Of `node:fs/promises`. */
export const fsPromisesApi: Handlers = mapped((name) => name, promised);

/** Of `node:os`; the rest of it goes through `Deno`. */
export const osApi: Handlers = {
  cpus: fact("cpus"),
  uptime: fact("osUptime"),
  userInfo: fact("userInfo"),
};

/** Of `node:net`. */
export const netApi: Handlers = { connect, createConnection: connect };

/** Of `node:tls`. */
export const tlsApi: Handlers = { connect };

/** Of `node:child_process`. */
export const childProcessApi: Handlers = {
  ...each("exec execSync", starts("/bin/sh")),
  ...each("execFile execFileSync fork spawn spawnSync", starts()),
};
