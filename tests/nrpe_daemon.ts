/** The real `nrpe` on loopback, for tests that ask it. */
import type { Issued } from "./openssl.ts";
import { statusOf, until } from "./waiting.ts";

/** Where Debian installs it. It is built without command arguments there. */
export const nrpe = "/usr/sbin/nrpe";

/** An `nrpe` that was started by a test. */
export interface NrpeDaemon extends AsyncDisposable {
  port: number;
}

/** What an `nrpe` is to be like. */
export interface NrpeWish {
  /** Commands by their names. */
  commands: Record<string, string>;
  /** `false`: no TLS; `"anonymous"`: TLS as it comes, without a certificate. */
  tls: false | "anonymous" | Issued;
  /** More lines of its configuration. */
  lines?: string[];
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

/** Starts one, with its configuration in a folder that the user nagios may read. */
export async function startNrpe(folder: string, wish: NrpeWish): Promise<NrpeDaemon> {
  const { commands, tls, lines = [] } = wish;
  const port = freePort();
  const config = `${folder}/nrpe-${port}.cfg`;
  await Deno.writeTextFile(
    config,
    [
      `server_port=${port}`,
      "server_address=127.0.0.1",
      // It refuses to serve as root.
      "nrpe_user=nagios",
      "nrpe_group=nagios",
      `pid_file=${folder}/nrpe-${port}.pid`,
      ...(typeof tls === "object"
        ? [`ssl_cert_file=${tls.certFile}`, `ssl_privatekey_file=${tls.keyFile}`]
        : []),
      ...lines,
      ...Object.entries(commands).map(([name, command]) => `command[${name}]=${command}`),
      "",
    ].join("\n"),
  );
  const process = new Deno.Command(nrpe, {
    args: ["-c", config, "-f", ...(tls === false ? ["-n"] : [])],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let ended = false;
  process.status.finally(() => ended = true);
  await until("nrpe to listen", async () => {
    if (ended) throw new Error(`nrpe did not start with ${config}`);
    return await answers(port);
  });
  return {
    port,
    async [Symbol.asyncDispose]() {
      if (!ended) process.kill("SIGTERM");
      await statusOf(process, "nrpe");
    },
  };
}

async function answers(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}
