/**
 * Starts real servers on loopback for tests of libraries: databases, queues and a mail server. Each
 * one has a temporary folder, and the user "shop" with a password.
 */
import { accepts, freePort } from "../ports.ts";
import { isMissing } from "../tools.ts";
import { runToEnd, statusOf, until } from "../waiting.ts";

/** A server that was started by a test. */
export interface Server extends AsyncDisposable {
  port: number;
}

/** The password of the user "shop". */
export const password = "correct-horse-7!";

/** Starts servers, by name. */
export const servers = {
  redis: startRedis,
  postgresql: startPostgresql,
  mariadb: startMariadb,
  rabbitmq: startRabbitmq,
  smtp: startSmtp,
};

const redis = "/usr/bin/redis-server";
const mariadb = "/usr/sbin/mariadbd";
const rabbitmq = "/usr/lib/rabbitmq/lib";
const python = "/usr/bin/python3";

/** Whether a program of these servers is missing, see {@linkcode isMissing}. */
export const serversMissing = [
  redis,
  mariadb,
  "/usr/sbin/rabbitmqctl",
  "/usr/bin/aiosmtpd",
  "/usr/bin/pg_ctlcluster",
].some(isMissing);

// The servers refuse to run as root, or run with more rights than a test needs.
const unprivileged = Deno.uid() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** The limit for the start of a server, in milliseconds. */
const startMilliseconds = 120_000;

/** A folder of a server. */
interface Folder extends AsyncDisposable {
  path: string;
  write(name: string, text: string): Promise<string>;
}

async function createFolder(): Promise<Folder> {
  const path = await Deno.makeTempDir({ prefix: "checkwright-server-" });
  const own = async (file: string) => {
    if (unprivileged.uid !== undefined) await Deno.chown(file, unprivileged.uid, unprivileged.gid);
  };
  await own(path);
  return {
    path,
    async write(name, text) {
      const file = `${path}/${name}`;
      await Deno.writeTextFile(file, text, { mode: 0o600 });
      await own(file);
      return file;
    },
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

interface Start {
  program: string;
  args: string[];
  env?: Record<string, string>;
  /** Accepts connections and is ready for them when its output contains this text. */
  ready?: string;
  /** Ends what the server leaves behind. */
  end?: () => Promise<unknown>;
}

async function start(folder: Folder, port: number, options: Start): Promise<Server> {
  const { program, args, env = {}, ready = "", end } = options;
  const process = new Deno.Command(program, {
    args,
    clearEnv: true,
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C", HOME: folder.path, ...env },
    cwd: folder.path,
    ...unprivileged,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  let ended = false;
  process.status.finally(() => ended = true);
  const reading = [process.stdout, process.stderr].map(async (stream) => {
    for await (const chunk of stream.pipeThrough(new TextDecoderStream())) output += chunk;
  });
  async function stop(): Promise<void> {
    try {
      process.kill("SIGTERM");
    } catch {
      // It has ended.
    }
    await statusOf(process, program);
    await Promise.all(reading);
    await end?.();
    await folder[Symbol.asyncDispose]();
  }
  try {
    await until(
      `${program} to listen`,
      async () => {
        if (ended) throw new Error(`${program} has ended: ${output}`);
        return output.includes(ready) && await accepts(port);
      },
      startMilliseconds,
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, [Symbol.asyncDispose]: stop };
}

async function prepare(folder: Folder, program: string, args: string[]): Promise<void> {
  const { code, stdout, stderr } = await runToEnd(
    program,
    { args, cwd: folder.path, env: { HOME: folder.path, LC_ALL: "C" }, ...unprivileged },
    startMilliseconds,
  );
  if (code === 0) return;
  const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  throw new Error(`${program} exits with ${code}: ${output}`);
}

async function startRedis(): Promise<Server> {
  const folder = await createFolder();
  const port = freePort();
  const file = await folder.write(
    "redis.conf",
    [
      `port ${port}`,
      "bind 127.0.0.1",
      `dir ${folder.path}`,
      'save ""',
      `user default on >${password} ~* &* +@all`,
      "",
    ].join("\n"),
  );
  return await start(folder, port, { program: redis, args: [file] });
}

async function startPostgresql(): Promise<Server> {
  const folder = await createFolder();
  const port = freePort();
  const data = `${folder.path}/data`;
  const bin = await newest("/usr/lib/postgresql", "bin");
  await prepare(folder, `${bin}/initdb`, [
    ...["--pgdata", data, "--username=shop", "--auth=scram-sha-256", "--no-sync"],
    ...["--pwfile", await folder.write("password", `${password}\n`)],
  ]);
  const settings = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: folder.path,
    fsync: "off",
  };
  return await start(folder, port, {
    program: `${bin}/postgres`,
    args: [
      "-D",
      data,
      ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ],
    ready: "ready to accept connections",
  });
}

async function startMariadb(): Promise<Server> {
  const folder = await createFolder();
  const port = freePort();
  const data = `${folder.path}/data`;
  await prepare(folder, "/usr/bin/mariadb-install-db", [
    ...["--no-defaults", `--datadir=${data}`, "--auth-root-authentication-method=normal"],
    "--skip-test-db",
  ]);
  const users = await folder.write(
    "users.sql",
    `CREATE USER shop@'%' IDENTIFIED BY '${password}';\n`,
  );
  return await start(folder, port, {
    program: mariadb,
    args: [
      ...["--no-defaults", `--datadir=${data}`, `--port=${port}`, "--bind-address=127.0.0.1"],
      ...[`--socket=${folder.path}/socket`, `--init-file=${users}`],
    ],
    ready: "ready for connections",
  });
}

async function startRabbitmq(): Promise<Server> {
  const folder = await createFolder();
  const [port, dist, names] = [freePort(), freePort(), String(freePort())];
  const definitions = await folder.write(
    "definitions.json",
    JSON.stringify({
      users: [{ name: "shop", password, tags: "" }],
      vhosts: [{ name: "/" }],
      permissions: [{ user: "shop", vhost: "/", configure: ".*", write: ".*", read: ".*" }],
      queues: [{ name: "orders", vhost: "/", durable: true, auto_delete: false, arguments: {} }],
    }),
  );
  const config = await folder.write(
    "rabbitmq.conf",
    `listeners.tcp.1 = 127.0.0.1:${port}\nload_definitions = ${definitions}\n`,
  );
  // The names of nodes are kept by a program of its own. It would survive the server.
  const env = { ERL_EPMD_PORT: names, ERL_EPMD_ADDRESS: "127.0.0.1" };
  return await start(folder, port, {
    program: `${await newest(rabbitmq, "sbin")}/rabbitmq-server`,
    args: [],
    env: {
      ...env,
      RABBITMQ_NODENAME: `test${port}@localhost`,
      RABBITMQ_DIST_PORT: String(dist),
      RABBITMQ_CONFIG_FILE: config,
      RABBITMQ_CONF_ENV_FILE: "/dev/null",
      RABBITMQ_ENABLED_PLUGINS_FILE: await folder.write("plugins", "[].\n"),
      RABBITMQ_MNESIA_BASE: `${folder.path}/data`,
      RABBITMQ_LOGS: "-",
      RABBITMQ_LOG_BASE: folder.path,
    },
    ready: "Server startup complete",
    end: () => runToEnd("/usr/bin/epmd", { args: ["-port", names, "-kill"], env }),
  });
}

async function startSmtp(): Promise<Server> {
  const folder = await createFolder();
  const port = freePort();
  return await start(folder, port, {
    program: python,
    args: ["-m", "aiosmtpd", "--nosetuid", "--listen", `127.0.0.1:${port}`],
  });
}

/** Returns the folder of the last version. */
async function newest(parent: string, child: string): Promise<string> {
  const versions = (await Array.fromAsync(Deno.readDir(parent))).map(({ name }) => name);
  const last = versions.toSorted((a, b) => a.localeCompare(b, "en", { numeric: true })).at(-1);
  return `${parent}/${last}/${child}`;
}
