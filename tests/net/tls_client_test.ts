import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { runToEnd } from "../waiting.ts";

// The program compares processor times, because wall times depend on the load of the machine.
const program = `
  import { Duplex } from "node:stream";
  import { cpuUsage } from "node:process";
  import { tlsClient } from "${new URL("../../src/net/tls_client.ts", import.meta.url)}";

  function spent() {
    const { user, system } = cpuUsage();
    return user + system;
  }

  const start = spent();
  const client = await tlsClient({});
  const prepared = spent();
  const { promise, resolve } = Promise.withResolvers();
  client.shakeHands(new Duplex({ read() {}, write: resolve })).catch(() => {});
  const hello = await promise;
  console.log(hello[0], spent() - prepared < (prepared - start) / 3);
  Deno.exit();
`;

Deno.test("tlsClient() does the slow part of the first handshake before the connection is open", {
  permissions: { run: true, read: true },
}, async () => {
  const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
  const file = `data:application/typescript,${encodeURIComponent(program)}`;
  const { stdout } = await runToEnd(Deno.execPath(), {
    args: ["run", "--quiet", "--no-lock", "--allow-read", `--config=${config}`, file],
  });
  // 22 is the type of a TLS record of the handshake: a ClientHello.
  assertEquals(new TextDecoder().decode(stdout), "22 true\n");
});
