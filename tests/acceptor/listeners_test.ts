import { assertEquals, assertRejects } from "@std/assert";
import type { Address } from "../../src/net/host_port.ts";
import { type Listeners, openListeners } from "../../src/acceptor/listeners.ts";
import type { Listener } from "../../src/net/listener.ts";
import { HOST } from "../net/listening.ts";
import { later, until } from "../waiting.ts";

/** An address that no interface has (RFC 3849, RFC 5737). */
const absent = "192.0.2.77";

interface Opened extends AsyncDisposable {
  listeners: Listeners;
  opened: Listener[];
  events: [string, object][];
}

async function open(
  addresses: Address[],
  tls: Parameters<typeof openListeners>[1]["tls"] = false,
): Promise<Opened> {
  const opened: Listener[] = [];
  const events: [string, object][] = [];
  const listeners = await openListeners(addresses, {
    tls,
    log: (level, event, fields) => void events.push([`${level} ${event}`, fields]),
    onOpen: (listener) => void opened.push(listener),
    firstWait: 10,
  });
  const close = () => Promise.resolve(listeners.close());
  return { listeners, opened, events, [Symbol.asyncDispose]: close };
}

/** Listens on a free port; default: on loopback. */
function take(hostname = HOST): Deno.TcpListener {
  return Deno.listen({ hostname, port: 0 });
}

Deno.test("openListeners() serves the addresses that can be used, and logs and retries the others", async () => {
  using busy = take();
  const { port } = busy.addr;
  await using daemon = await open([
    { hostname: HOST, port: 0 },
    { hostname: absent, port },
    { hostname: HOST, port },
  ]);
  const { listeners, events, opened } = daemon;
  assertEquals(listeners.addresses.map(({ hostname }) => hostname), [HOST]);
  assertEquals(events, [
    ["warning listen", {
      address: `${absent}:${port}`,
      reason: `Cannot listen on ${absent}:${port}: Cannot assign requested address`,
    }],
    ["warning listen", {
      address: `${HOST}:${port}`,
      reason: `Cannot listen on ${HOST}:${port}: Address already in use`,
    }],
  ]);
  busy.close();
  await until("the missing address to be opened", () => opened.length === 2);
  await until("its event", () => events.length === 3);
  assertEquals(events[2], ["info listen", { address: `${HOST}:${port}` }]);
  assertEquals(listeners.addresses[1], { hostname: HOST, port });
});

Deno.test("openListeners() rejects if no address can be used", async () => {
  using busy = take();
  const { port } = busy.addr;
  await assertRejects(
    () => open([{ hostname: HOST, port }, { hostname: absent, port }]),
    Error,
    `Cannot listen on ${HOST}:${port}: Address already in use; Cannot listen on ${absent}:${port}: `,
  );
});

Deno.test("openListeners() accepts a wildcard and the addresses that it covers, in any order", async () => {
  const free = take();
  const { port } = free.addr;
  free.close();
  for (const hostnames of [["0.0.0.0", "::"], ["::", HOST], [HOST, "0.0.0.0"]]) {
    await using daemon = await open(hostnames.map((hostname) => ({ hostname, port })));
    assertEquals(daemon.events, [], String(hostnames));
    (await Deno.connect({ hostname: HOST, port })).close();
  }
});

Deno.test("close() ends the retries", async () => {
  using busy = take();
  const { port } = busy.addr;
  const daemon = await open([{ hostname: HOST, port: 0 }, { hostname: HOST, port }]);
  daemon.listeners.close();
  busy.close();
  await later(100);
  assertEquals(daemon.opened.length, 1);
  using again = Deno.listen({ hostname: HOST, port });
  assertEquals(again.addr.port, port);
});
