import { assert, assertEquals, assertRejects } from "@std/assert";
import { inTurn } from "../../src/runner/start_turn.ts";

const pure = { permissions: "none" } as const;

const turn = () => new Promise((resolve) => setTimeout(resolve));

function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

Deno.test("inTurn() lets other work run between starts that take long", pure, async () => {
  const order: string[] = [];
  const starts = ["a", "b", "c"].map((name) =>
    inTurn(() => {
      block(15);
      order.push(name);
      return name;
    })
  );
  // The first start does not wait.
  assertEquals(order, ["a"]);
  const work = (async () => {
    for (let count = 0; count < 5; count++) {
      await turn();
      order.push("work");
    }
  })();
  assertEquals(await Promise.all(starts), ["a", "b", "c"]);
  assertEquals(order.filter((name) => name !== "work"), ["a", "b", "c"]);
  const [second, third] = [order.indexOf("b"), order.indexOf("c")];
  assert(order.slice(second, third).includes("work"), order.join());
  await work;
});

Deno.test("inTurn() makes starts that are fast at once, and passes errors on", pure, async () => {
  await turn();
  await turn();
  const order: number[] = [];
  const starts = Array.from({ length: 20 }, (_, index) => inTurn(() => order.push(index)));
  assertEquals(order.length, 20);
  await Promise.all(starts);
  await assertRejects(
    () =>
      inTurn(() => {
        throw new Error("no such file");
      }),
    Error,
    "no such file",
  );
  assertEquals(await inTurn(() => 5), 5);
  await turn();
});
