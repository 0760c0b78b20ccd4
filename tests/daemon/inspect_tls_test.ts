import { assertEquals } from "@std/assert";
import { createReport, type Diagnostic, formatDiagnostic } from "../../src/agent/diagnostic.ts";
import { defaultSettings, type Settings } from "../../src/agent/settings.ts";
import { inspectTls } from "../../src/daemon/inspect_tls.ts";
import { AUTHORITY, certificateFolder, openssl, SERVER } from "../openssl.ts";
import { isMissing } from "../tools.ts";

type Tls = Exclude<Settings["tls"], false>;

async function messagesOf(tls: Partial<Tls>, now?: Date): Promise<string[]> {
  const found: Diagnostic[] = [];
  const { clientCertificates, minVersion } = defaultSettings.tls as Tls;
  await inspectTls({ clientCertificates, minVersion, ...tls }, createReport(found), now);
  return found.map(formatDiagnostic);
}

const days = 86_400_000;

Deno.test("inspectTls() reports every TLS file that the start refuses, and dates as warnings", {
  ignore: isMissing(openssl),
}, async () => {
  await using certificates = await certificateFolder();
  const folder = certificates.path;
  const make = (name: string, extensions = SERVER, newkey?: string[]) =>
    certificates.issue(name, {
      subject: `/CN=${name}`,
      extensions,
      days: 30,
      ...(newkey !== undefined && { newkey }),
    });
  const host = await make("host");
  const other = await make("other");
  const old = await make("old", []);
  const authority = await make("authority", AUTHORITY);
  const rsa = await make("rsa", SERVER, ["rsa:2048"]);
  const ed25519 = await make("ed25519", SERVER, ["ed25519"]);
  const write = async (name: string, text: string) => {
    await Deno.writeTextFile(`${folder}/${name}`, text);
    return `${folder}/${name}`;
  };
  const empty = await write("empty.pem", "");
  const chain = await write("chain.pem", authority.cert + host.cert);
  const damaged = await write("damaged.pem", host.cert.replace(/\n....../, "\nAAAAAA"));
  const pair = { cert: host.certFile, key: host.keyFile };
  const { certFile: ca } = authority;
  const nowhere = `${folder}/nowhere.pem`;
  const fifo = `${folder}/fifo.pem`;
  await new Deno.Command("/usr/bin/mkfifo", { args: [fifo] }).output();

  const table: [tls: Partial<Tls>, messages: string[]][] = [
    [{}, []],
    [pair, []],
    [{ ...pair, ca }, []],
    [{ cert: rsa.certFile, key: rsa.keyFile }, []],
    [{ cert: ed25519.certFile, key: ed25519.keyFile }, []],
    [{ cert: nowhere, key: nowhere, ca: nowhere }, [
      `error: tls.ca: Cannot read "${nowhere}": No such file`,
      `error: tls.cert: Cannot read "${nowhere}": No such file`,
      `error: tls.key: Cannot read "${nowhere}": No such file`,
    ]],
    [{ cert: folder, key: host.keyFile }, [
      `error: tls.cert: Cannot read "${folder}": It is a folder`,
    ]],
    [{ cert: fifo, key: host.keyFile }, [
      `error: tls.cert: Cannot read "${fifo}": It is not a regular file`,
    ]],
    [{ cert: empty, key: empty, ca: empty }, [
      `error: tls.ca: Cannot use "${empty}": expected a certificate in PEM format`,
      `error: tls.cert: Cannot use "${empty}": expected a certificate in PEM format`,
    ]],
    [{ ...pair, key: empty }, [
      "error: tls.key: Cannot use TLS key: expected a private key in PEM format",
    ]],
    [{ ...pair, key: other.keyFile }, [
      "error: tls.key: Cannot use TLS key: it does not belong to the certificate",
    ]],
    [{ ...pair, cert: damaged }, [`error: tls.cert: Cannot use "${damaged}": it is damaged`]],
    [{ ...pair, cert: chain }, [
      "error: tls.key: Cannot use TLS certificate: the server certificate must come first, before " +
      "those of CAs",
    ]],
    [{ cert: old.certFile, key: old.keyFile }, [
      `error: tls.cert: Cannot use "${old.certFile}": invalid peer certificate: ` +
      "Other(OtherError(UnsupportedCertVersion))",
    ]],
  ];
  for (const [tls, messages] of table) assertEquals(await messagesOf(tls), messages);

  const later = new Date(Date.now() + 40 * days);
  assertEquals(await messagesOf({ ...pair, ca }, later), [
    `warning: tls.ca: Clients refuse "${ca}": it expired 10 days ago`,
    `warning: tls.cert: Clients refuse "${pair.cert}": it expired 10 days ago`,
  ]);
  const earlier = new Date(Date.now() - 5 * days);
  assertEquals(await messagesOf(pair, earlier), [
    `warning: tls.cert: Clients refuse "${pair.cert}": it becomes valid in 5 days`,
  ]);
});
