import { assertEquals } from "@std/assert";
import { createSummary } from "../../src/daemon/summary.ts";

const permissions = "none";

function summary() {
  const events: string[] = [];
  const tasks: (() => void)[] = [];
  const { log, flush } = createSummary(
    (level, event, fields) => void events.push(`${level} ${event} ${JSON.stringify(fields)}`),
    (_, task) => void tasks.push(task),
  );
  /** Lets a minute pass. */
  const minute = () => tasks.splice(0).forEach((task) => task());
  return { log, flush, events, minute, taken: () => events.splice(0) };
}

const refused = (peer: string) => ({ peer, reason: "Host is not allowed" });

Deno.test(
  "The first event of a kind is logged at once, the others are counted per minute and network",
  {
    permissions,
  },
  () => {
    const { log, minute, taken } = summary();
    for (let last = 1; last <= 200; last++) log("warning", "refused", refused(`192.0.2.${last}`));
    log("warning", "refused", refused("192.0.3.1"));
    log("warning", "refused", refused("2001:db8::1"));
    log("warning", "refused", refused("2001:db8::ffff"));
    assertEquals(taken(), [
      'warning refused {"peer":"192.0.2.1","reason":"Host is not allowed"}',
      'warning refused {"peer":"192.0.3.1","reason":"Host is not allowed"}',
      'warning refused {"peer":"2001:db8::1","reason":"Host is not allowed"}',
    ]);
    minute();
    assertEquals(taken(), [
      'warning refused {"peer":"192.0.2.0/24","reason":"Host is not allowed","repeated":199}',
      'warning refused {"peer":"2001:db8:0:0::/64","reason":"Host is not allowed","repeated":1}',
    ]);
    // A kind that stops is forgotten, so that its next event is logged at once again.
    minute();
    log("warning", "refused", refused("192.0.2.9"));
    assertEquals(taken(), ['warning refused {"peer":"192.0.2.9","reason":"Host is not allowed"}']);
  },
);

Deno.test("Events with other numbers in the reason are of the same kind, other stages are not", {
  permissions,
}, () => {
  const { log, taken, flush } = summary();
  const error = (stage: string, reason: string) =>
    log("warning", "connection error", { peer: "192.0.2.1", stage, reason });
  error("query", "expected CRC-32 0x093d8d46, got 0x6a8596b0");
  error("query", "expected CRC-32 0x11111111, got 0x22222222");
  error("query", "expected version 2, got 7");
  error("handshake", "expected version 2, got 8");
  assertEquals(taken().length, 3);
  flush();
  assertEquals(taken().map((event) => /"repeated":(\d+)/.exec(event)?.[1]), ["1"]);
});

Deno.test("The number of kinds is limited: further events are counted together", {
  permissions,
}, () => {
  const { log, taken, flush } = summary();
  for (let network = 0; network < 5_000; network++) {
    log("warning", "refused", refused(`10.${network >> 8}.${network & 255}.1`));
  }
  assertEquals(taken().length, 513);
  flush();
  assertEquals(taken(), ['warning refused {"reason":"many different ones","repeated":4487}']);
});

Deno.test("An event without a peer has none in the summary either", { permissions }, () => {
  const { log, taken, flush } = summary();
  log("info", "acceptor replaced", { reason: "r" });
  log("info", "acceptor replaced", { reason: "r" });
  flush();
  assertEquals(taken(), [
    'info acceptor replaced {"reason":"r"}',
    'info acceptor replaced {"reason":"r","repeated":1}',
  ]);
});

Deno.test("Long commands with the same start are of the same kind", { permissions }, () => {
  const { log, taken, flush } = summary();
  for (const last of ["a", "b"]) {
    log("warning", "query", { peer: "192.0.2.1", command: "x".repeat(60_000) + last });
  }
  assertEquals(taken().length, 1);
  flush();
  const [repeated] = taken();
  assertEquals(repeated!.includes('"repeated":1'), true);
  assertEquals(repeated!.length < 2_000, true);
});
