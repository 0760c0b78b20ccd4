import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { parseAllowedHosts } from "../../src/net/allowed_hosts.ts";
import { hostMatcher } from "../../src/net/host_matcher.ts";

/** Creates a matcher with a clock and a resolver that the test controls. */
function setUp(list: string[]) {
  const world = {
    time: 0,
    asked: [] as string[],
    answers: new Map<string, string[] | Error>(),
    hanging: new Map<string, () => void>(),
  };
  const matcher = hostMatcher(parseAllowedHosts(list), {
    now: () => world.time,
    ttl: 100,
    negativeTtl: 10,
    staleTtl: 1000,
    resolve: async (name) => {
      world.asked.push(name);
      const answer = world.answers.get(name);
      if (answer === undefined) await new Promise<void>((go) => world.hanging.set(name, go));
      const late = answer ?? world.answers.get(name) ?? [];
      if (late instanceof Error) throw late;
      return late;
    },
  });
  return { world, allows: (host: string) => matcher.matches(host) };
}

const permissions = "none";

Deno.test(
  "hostMatcher() looks names up only if no address matches",
  { permissions },
  async () => {
    const { world, allows } = setUp(["10.0.0.0/8", "poller"]);
    world.answers.set("poller", ["192.0.2.1", "2001:db8::1", "not an address"]);
    assertEquals(allows("10.1.2.3"), true);
    assertEquals(world.asked, []);
    const answer = allows("192.0.2.1");
    assertInstanceOf(answer, Promise);
    assertEquals(await answer, true);
    assertEquals(world.asked, ["poller"]);
  },
);

Deno.test(
  "hostMatcher() uses the addresses of a name until they expire",
  { permissions },
  async () => {
    const { world, allows } = setUp(["poller"]);
    world.answers.set("poller", ["192.0.2.1", "::ffff:192.0.2.2"]);
    assertEquals(await allows("192.0.2.1"), true);
    world.answers.set("poller", ["192.0.2.3"]);
    world.time = 99;
    assertEquals(allows("192.0.2.2"), true);
    assertEquals(allows("192.0.2.3"), false);
    world.time = 100;
    assertEquals(await allows("192.0.2.1"), false);
    assertEquals(allows("192.0.2.3"), true);
    assertEquals(world.asked.length, 2);
  },
);

Deno.test(
  "hostMatcher() soon repeats the lookup of a name without addresses",
  { permissions },
  async () => {
    const { world, allows } = setUp(["poller"]);
    world.answers.set("poller", []);
    assertEquals(await allows("192.0.2.1"), false);
    world.answers.set("poller", ["192.0.2.1"]);
    world.time = 9;
    assertEquals(allows("192.0.2.1"), false);
    world.time = 10;
    assertEquals(await allows("192.0.2.1"), true);
  },
);

Deno.test("hostMatcher() uses the last addresses while lookups fail, for a limited time", {
  permissions,
}, async () => {
  const { world, allows } = setUp(["poller"]);
  world.answers.set("poller", ["192.0.2.1"]);
  assertEquals(await allows("192.0.2.1"), true);
  world.answers.set("poller", new Error("no name server"));
  for (const time of [100, 110, 1000]) {
    world.time = time;
    assertEquals(await allows("192.0.2.1"), true, `at ${time}`);
    assertEquals(allows("192.0.2.9"), false);
  }
  world.time = 1010;
  assertEquals(await allows("192.0.2.1"), false);
  world.answers.set("poller", ["192.0.2.1"]);
  world.time = 1020;
  assertEquals(await allows("192.0.2.1"), true);
});

Deno.test(
  "hostMatcher() starts one lookup per name for many waiting callers",
  { permissions },
  async () => {
    const { world, allows } = setUp(["poller", "other"]);
    const waiting = Array.from({ length: 100 }, (_, index) => allows(`192.0.2.${index}`));
    assertEquals(world.asked, ["poller", "other"]);
    world.answers.set("poller", ["192.0.2.7"]).set("other", ["192.0.2.8"]);
    for (const go of world.hanging.values()) go();
    const answers = await Promise.all(waiting);
    assertEquals(answers.flatMap((yes, index) => yes ? [index] : []), [7, 8]);
    assertEquals(world.asked.length, 2);
  },
);

Deno.test(
  "hostMatcher() does not wait for a slow name if another one matches",
  { permissions },
  async () => {
    const { world, allows } = setUp(["hanging", "poller", "poller"]);
    world.answers.set("poller", ["192.0.2.1"]);
    assertEquals(await allows("192.0.2.1"), true);
    assertEquals(allows("192.0.2.1"), true);
    assertEquals(world.asked, ["hanging", "poller"]);
    world.hanging.get("hanging")!();
  },
);

Deno.test(
  "hostMatcher() recovers from a resolver that throws synchronously",
  { permissions },
  async () => {
    let calls = 0;
    let time = 0;
    const matcher = hostMatcher(parseAllowedHosts(["poller"]), {
      now: () => time,
      negativeTtl: 10,
      resolve: () => {
        calls++;
        throw new Error("broken");
      },
    });
    assertEquals(await matcher.matches("192.0.2.1"), false);
    time = 10;
    assertEquals(await matcher.matches("192.0.2.1"), false);
    assertEquals(calls, 2);
  },
);

Deno.test("hostMatcher() allows no host if the list is empty", { permissions }, () => {
  const { allows } = setUp([]);
  assert(!allows("127.0.0.1"));
});
