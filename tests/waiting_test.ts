import { assertEquals, assertRejects } from "@std/assert";
import { fileURLToPath } from "node:url";
import { runToEnd, until, within } from "./waiting.ts";

const permissions = "none";

Deno.test("within() returns the value, or fails with the name of the awaited thing", {
  permissions,
}, async () => {
  assertEquals(await within(1_000, "a value", Promise.resolve(1)), 1);
  const never = new Promise(() => {});
  await assertRejects(() => within(20, "a sign", never), Error, "Waited 0.02 s for a sign");
});

Deno.test("until() returns the first value, or fails with the name of the awaited thing", {
  permissions,
}, async () => {
  let looks = 0;
  assertEquals(await until("the third look", () => ++looks === 3 && "seen"), "seen");
  await assertRejects(() => until("a sign", () => false, 20), Error, "Waited 0.02 s for a sign");
  const never = new Promise<boolean>(() => {});
  await assertRejects(() => until("a sign", () => never, 20), Error, "Waited 0.02 s for a sign");
});

Deno.test("runToEnd() kills a program at the limit", {
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  const running = runToEnd("/bin/sleep", { args: ["600"] }, 200);
  await assertRejects(() => running, Error, "Waited 0.2 s for the end of /bin/sleep 600");
});

Deno.test("A test that hangs fails at its limit with its name and location, and the next tests run", async () => {
  const folder = await Deno.makeTempDir({ prefix: "checkwright-test-" });
  const file = `${folder}/hanging_test.ts`;
  await Deno.writeTextFile(
    file,
    `setInterval(() => {}, 100);
const never = () => new Promise(() => {});
Deno.test("hangs", { timeout: 500 }, never);
Deno.test({ name: "hangs without permissions", permissions: "none", timeout: 500, fn: never });
Deno.test("loops", { timeout: 500 }, () => { for (;;); });
Deno.test("needs no permissions", { permissions: "none" }, () => {});
Deno.test(function named() {});
Deno.test({ name: "is skipped", ignore: true }, never);
`,
  );
  const limit = fileURLToPath(new URL("limit.ts", import.meta.url));
  const { code, stdout } = await runToEnd(Deno.execPath(), {
    args: ["test", "--no-config", "--no-check", `--preload=${limit}`, file],
    env: { NO_COLOR: "1" },
  });
  const text = new TextDecoder().decode(stdout);
  const outcomes = [...text.matchAll(/^(.*) \.\.\. (FAILED|ok|ignored) /gm)];
  assertEquals(outcomes.map(([, name, outcome]) => `${name}: ${outcome}`), [
    "hangs: FAILED",
    "hangs without permissions: FAILED",
    "loops: FAILED",
    "needs no permissions: ok",
    "named: ok",
    "is skipped: ignored",
  ]);
  const places = [...text.matchAll(/^(\w[\w ]*) => .*hanging_test\.ts:(\d+):\d+$/gm)];
  assertEquals(places.slice(0, 3).map(([, name, line]) => [name, line]), [
    ["hangs", "3"],
    ["hangs without permissions", "4"],
    ["loops", "5"],
  ]);
  assertEquals(code, 1);
  await Deno.remove(folder, { recursive: true });
});
