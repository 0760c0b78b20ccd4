import { encodeText } from "../nagios/text.ts";
import { ConnectError, type ConnectFault } from "../net/connect_error.ts";
import type { TlsClientOptions } from "../net/tls_client.ts";
import { ask } from "./exchange.ts";
import type { CheckNrpeOptions, TlsFiles } from "./options.ts";
import { type ClientReport, reportFailure, reportResponse } from "./report.ts";

/**
 * Runs a query as `check_nrpe` does. It never throws: a failure becomes a report, too.
 *
 * @param options the parsed command line
 * @param readFile reads a PEM file
 * @returns the output and the exit code
 */
export async function checkNrpe(
  options: CheckNrpeOptions,
  readFile: (path: string) => Promise<string>,
): Promise<ClientReport> {
  const { host, query, tls, version, payloadSize, timeout, port, family, bind } = options;
  try {
    const response = await ask({
      hostname: host,
      port,
      family,
      bind,
      tls: tls && await readTls(tls, readFile),
      query: encodeText(query),
      version,
      payloadSize,
      timeout,
    });
    return reportResponse(response, options);
  } catch (error) {
    return reportFailure(error, options);
  }
}

async function readTls(
  { caFile, certFile, keyFile, ...choice }: TlsFiles,
  readFile: (path: string) => Promise<string>,
): Promise<TlsClientOptions> {
  async function read(fault: ConnectFault, path: string | undefined): Promise<string | undefined> {
    if (path === undefined) return undefined;
    try {
      return await readFile(path);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new ConnectError(fault, `Cannot read ${JSON.stringify(path)}: ${reason}`, reason);
    }
  }
  return {
    ...choice,
    cert: await read("certificate", certFile),
    key: await read("key", keyFile),
    ca: await read("ca", caFile),
  };
}
