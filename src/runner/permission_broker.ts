/**
 * Deno's permission broker (Deno 2.9.6, `DENO_PERMISSION_BROKER_PATH`): a process asks the broker
 * for each permission instead of using its own flags. `DENO_AUDIT_PERMISSIONS` only records the
 * requests, but not completely enough to show the needs of a process: it never names an executable,
 * and if all of a kind is granted, it also records each read as a write.
 */

/** A permission that was requested and granted. */
export interface Access {
  /** The kind of permission: `read`, `net`, `run`. */
  kind: string;
  /** The path, `host:port`, variable, fact or executable, as the process requested it. */
  target: string;
}

/** Answers the requests of one process and records them. */
export interface PermissionBroker extends AsyncDisposable {
  /** The environment variables that make a process use the broker. */
  readonly env: Readonly<Record<string, string>>;
  /** The granted permissions, in the order of the requests. */
  readonly accesses: readonly Access[];
  /** Starts to grant requests for a named target. Before this call, everything is refused. */
  grant(): void;
}

interface Request {
  id: number;
  permission: string;
  /** Null if the process requests all of a kind. No list of entries grants that. */
  value: string | null;
}

/** The kinds that a check may declare. All others are refused, as in any sandbox. */
const declarable = new Set(["read", "write", "net", "env", "sys", "run"]);

/**
 * Requests that `node:https` and `node:tls` make themselves. Both modules work without these
 * permissions.
 */
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
      // A later process is a Deno that the check started. It is not restricted.
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
