import { assertEquals, assertRejects } from "@std/assert";
import { createCache } from "../../src/runner/cache.ts";

Deno.test(
  "createCache() returns the last result until it expires",
  { permissions: "none" },
  async () => {
    let now = 0, runs = 0;
    const cache = createCache<number>(undefined, () => now);
    const get = () => cache.get("key", 10, () => Promise.resolve(++runs));
    assertEquals([await get(), await get()], [1, 1]);
    now = 9_999;
    assertEquals(await get(), 1);
    now = 10_000;
    assertEquals(await get(), 2);
  },
);

Deno.test(
  "createCache() shares one run between simultaneous callers",
  { permissions: "none" },
  async () => {
    const run = Promise.withResolvers<string>();
    let runs = 0;
    const cache = createCache<string>(undefined, () => 0);
    const all = [1, 2, 3].map(() => cache.get("key", 10, () => (runs++, run.promise)));
    run.resolve("one");
    assertEquals(await Promise.all(all), ["one", "one", "one"]);
    assertEquals(runs, 1);
  },
);

Deno.test(
  "createCache() caches neither failures nor results with a time of 0 seconds",
  { permissions: "none" },
  async () => {
    let runs = 0;
    const cache = createCache<number>(undefined, () => 0);
    await cache.get("key", 0, () => Promise.resolve(++runs));
    await cache.get("key", 0, () => Promise.resolve(++runs));
    assertEquals(runs, 2);
    await assertRejects(() => cache.get("key", 10, () => Promise.reject(new Error("no"))));
    assertEquals(await cache.get("key", 10, () => Promise.resolve(7)), 7);
  },
);

Deno.test("createCache() limits the number of its keys", { permissions: "none" }, async () => {
  let runs = 0;
  const cache = createCache<number>(undefined, () => 0);
  for (let key = 0; key < 2_000; key++) {
    await cache.get(String(key), 10, () => Promise.resolve(++runs));
  }
  await cache.get("0", 10, () => Promise.resolve(++runs));
  assertEquals(runs, 2_001);
});

Deno.test(
  "createCache() shares a result that is not kept only with callers that wait for it",
  { permissions: "none" },
  async () => {
    let runs = 0;
    const cache = createCache<string>((result) => result === "done", () => 0);
    const get = (result: string) => cache.get("key", 10, () => (runs++, Promise.resolve(result)));
    assertEquals(await Promise.all([get("busy"), get("done")]), ["busy", "busy"]);
    assertEquals([await get("timeout"), await get("done"), await get("new")], [
      "timeout",
      "done",
      "done",
    ]);
    assertEquals(runs, 3);
  },
);
