/** Runs the rows of other projects' test suites about the command line of check_nrpe. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { checkNrpe } from "../../src/client/check_nrpe.ts";
import { parseOptions } from "../../src/client/options.ts";
import { decodeText } from "../../src/nagios/text.ts";
import { encodePacket } from "../../src/protocol/encode_packet.ts";
import { readPacket } from "../../src/protocol/read_packet.ts";
import { casesIgnored, readCases } from "../cases.ts";
import { certificateFolder, type Issued, openssl, SERVER } from "../openssl.ts";
import { isMissing } from "../tools.ts";

interface Row {
  name: string;
  kind: string;
  args: string;
  server_config: string;
  expected: { exit: number; stdout?: string; output_regex?: string };
}

/**
 * The answers of the server in those suites. For other commands, the server closes the connection
 * without an answer.
 */
const ANSWERS: Record<string, [code: number, text: string]> = {
  _NRPE_CHECK: [0, "NRPE v4.1.3"],
  state_critical: [2, "CRITICAL: Danger!"],
  timeout: [3, "NRPE: Command timed out after 5 seconds"],
  invalid_command: [3, "NRPE: Command 'invalid_command' not defined"],
};

function server(hostname: string, tls: Issued | undefined) {
  const where = { hostname, port: 0 };
  const listener = tls === undefined ? Deno.listen(where) : Deno.listenTls({ ...where, ...tls });
  const served = (async () => {
    for await (const conn of listener) {
      using closing = conn;
      const { version, text } = await readPacket(closing);
      const [resultCode, answer] = ANSWERS[decodeText(text)] ?? [];
      if (resultCode === undefined || answer === undefined) continue;
      await closing.write(encodePacket({ version, type: "response", resultCode, text: answer }));
    }
  })();
  return {
    port: (listener.addr as Deno.NetAddr).port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await served;
    },
  };
}

function hasIpv6(): boolean {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

/** Our client refuses these command lines with the same exit code, but before a handshake. */
const OBSOLETE = /-S TLSv1\.1$/;

Deno.test("query passes the test suite of check_nrpe", {
  ignore: casesIgnored || isMissing(openssl),
}, async () => {
  await using folder = await certificateFolder();
  const certificate = await folder.issue("nrpe", { subject: "/CN=localhost", extensions: SERVER });
  const rows = readCases<Row>("nrpe_protocol").filter(({ kind }) => kind === "check_nrpe-cli");
  assert(rows.length > 0);
  for (const { name, args, server_config, expected } of rows) {
    const hostname = server_config.includes("ipv6") ? "::1" : "127.0.0.1";
    if (hostname === "::1" && !hasIpv6()) continue;
    await using serving = server(hostname, /nossl/.test(server_config) ? undefined : certificate);
    const words = args.split(/ (?=(?:[^"]*"[^"]*")*[^"]*$)/).map((word) =>
      word.replaceAll('"', "")
        .replace(/^40321$/, String(serving.port))
        .replace("configs/certs/nrpe.crt", certificate.certFile)
    );
    const { code, output } = await run(words);
    assertEquals(code, expected.exit, name);
    if (expected.stdout !== undefined) assertEquals(output, expected.stdout, name);
    if (expected.output_regex !== undefined && !OBSOLETE.test(args)) {
      assertMatch(output, new RegExp(expected.output_regex), name);
    }
  }
});

async function run(words: string[]): Promise<{ code: number; output: string }> {
  try {
    const request = parseOptions(words, (path) => {
      if (path.endsWith("check_nrpe.cfg")) return "-n";
      throw new Deno.errors.NotFound(path);
    });
    if ("show" in request) return { code: 3, output: "" };
    const { code, stdout, stderr } = await checkNrpe(request, Deno.readTextFile);
    return { code, output: stdout + stderr };
  } catch (error) {
    // The command line converts these errors to an exit code.
    if (error instanceof SyntaxError || error instanceof RangeError) return { code: 3, output: "" };
    throw error;
  }
}
