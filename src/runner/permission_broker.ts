/**
 * Deno's permission broker (Deno 2.9.6, `DENO_PERMISSION_BROKER_PATH`): a process asks it for each
 * permission, in place of its own flags. `DENO_AUDIT_PERMISSIONS` would only write down what was
 * asked, and not well enough to tell what a process needs: it never names an executable, and where
 * all of a kind is granted each read is a write too.
 */

/** Something that was asked for and granted. */
export interface Access {
  /** Which permission: `read`, `net`, `run`. */
  kind: string;
  /** The path, `host:port`, variable, fact or executable, as it was asked for. */
  target: string;
}

/** Answers one process, and remembers what it asked for. */
export interface PermissionBroker extends AsyncDisposable {
  /** The environment that makes a process ask. */
  readonly env: Readonly<Record<string, string>>;
  /** What was granted, in the order in which it was asked for. */
  readonly accesses: readonly Access[];
  /** From now on grants what is asked for by name; until then it refuses everything. */
  grant(): void;
}

interface Request {
  id: number;
  permission: string;
  /** Null where all of a kind is asked for, which no list of entries grants. */
  value: string | null;
}

/** What a check may declare; the rest is refused, as it is in any sandbox. */
const declarable = new Set(["read", "write", "net", "env", "sys", "run"]);

/** What `node:https` and `node:tls` look for on their own account, and do without. */
const probes = new Set(["env NODE_USE_SYSTEM_CA", "sys ca"]);

/**
 * Starts a broker on a socket that only this user can reach.
 *
 * @returns the broker
 */
export async function startBroker(): Promise<PermissionBroker> {
  const folder = await Deno.makeTempDir({ prefix: "checkwright-" });
  const path = `${folder}/broker`;
  const listener = Deno.listen({ transport: "unix", path });
  const accesses: Access[] = [];
  let granting = false;

  function decide({ permission, value }: Request): boolean {
    if (!granting || value === null || !declarable.has(permission)) return false;
    if (probes.has(`${permission} ${value}`)) return false;
    accesses.push({ kind: permission, target: value });
    return true;
  }

  async function listen(): Promise<void> {
    let first = true;
    for await (const connection of listener) {
      // Who comes later was started by the check and happens to be Deno: nothing binds it.
      answer(connection, first ? decide : () => true).catch(() => {});
      first = false;
    }
  }

  listen();
  return {
    env: { DENO_PERMISSION_BROKER_PATH: path },
    accesses,
    grant: () => void (granting = true),
    async [Symbol.asyncDispose]() {
      listener.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function answer(
  connection: Deno.Conn,
  decide: (request: Request) => boolean,
): Promise<void> {
  const encoder = new TextEncoder();
  const output = connection.writable.getWriter();
  let text = "";
  for await (const chunk of connection.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (text + chunk).split("\n");
    text = lines.pop()!;
    for (const line of lines) {
      const request: Request = JSON.parse(line);
      const result = decide(request) ? "allow" : "deny";
      await output.write(encoder.encode(`${JSON.stringify({ id: request.id, result })}\n`));
    }
  }
}
