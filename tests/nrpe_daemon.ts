/** Starts the real `nrpe` on loopback for tests. */
import type { Issued } from "./openssl.ts";
import { accepts, freePort } from "./ports.ts";
import { statusOf, until } from "./waiting.ts";

/** The path of `nrpe` on Debian, which builds it without command arguments. */
export const nrpe = "/usr/sbin/nrpe";

/** An `nrpe` that was started by a test. */
export interface NrpeDaemon extends AsyncDisposable {
  port: number;
}

/** The configuration of an `nrpe`. */
export interface NrpeOptions {
  /** Command lines by the names of commands. */
  commands: Record<string, string>;
  /** `false`: no TLS; `"anonymous"`: TLS without a certificate, the default of `nrpe`. */
  tls: false | "anonymous" | Issued;
  /** More lines of the configuration file. */
  lines?: string[];
}

/** Starts an `nrpe`. Its configuration is written to a folder that the user nagios can read. */
export async function startNrpe(folder: string, options: NrpeOptions): Promise<NrpeDaemon> {
  const { commands, tls, lines = [] } = options;
  const port = freePort();
  const config = `${folder}/nrpe-${port}.cfg`;
  await Deno.writeTextFile(
    config,
    [
      `server_port=${port}`,
      "server_address=127.0.0.1",
      // nrpe refuses to serve as root.
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
    if (ended) throw new Error(`Cannot start nrpe with ${config}`);
    return await accepts(port);
  });
  return {
    port,
    async [Symbol.asyncDispose]() {
      if (!ended) process.kill("SIGTERM");
      await statusOf(process, "nrpe");
    },
  };
}
