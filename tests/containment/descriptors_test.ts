/** A check in a worker can use all file descriptors of the daemon. */
import { assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { ask } from "../asking.ts";
import { started } from "../serving.ts";

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

Deno.test("If a check leaves files open until no descriptor is free, its worker is ended and the daemon serves", async () => {
  const flags = ["read", "write", "net", "env", "run", "sys"].map((name) => `--allow-${name}`);
  await using served = await started(
    new Deno.Command("/bin/sh", {
      args: [
        ...["-c", 'ulimit -n 600; exec "$0" "$@"', Deno.execPath(), "run", "--quiet", ...flags],
        ...[`--config=${path("../../deno.json")}`, path("../../src/cli/main.ts")],
        ...["serve", path("../fixtures/leaking_agent.ts"), "--listen", "127.0.0.1:0", "--no-tls"],
      ],
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }),
  );
  assertEquals(await ask(served, "fast"), "OK fine");
  assertMatch(await ask(served, "leak"), /^OK Too many open files/);
  // These connections take the descriptors that the end of the query freed.
  const peers: Deno.Conn[] = [];
  for (let count = 0; count < 10; count++) peers.push(await Deno.connect({ port: served.port }));
  await served.logged(" error accept ");
  assertEquals(await ask(served, "fast"), "OK fine");
  for (const peer of peers) peer.close();
  assertEquals(/ restart /.test(served.log()), false, served.log());
});
