import { assertEquals } from "@std/assert";
import { createColdCache, lacksEsbuild } from "../../src/project/cold_cache.ts";
import type { DenoResult } from "../../src/host/run_deno.ts";

const good: DenoResult = { code: 0, signal: null, stdout: "code", stderr: "" };
const lost: DenoResult = {
  ...good,
  code: 1,
  stderr: "error: failed to copy esbuild binary from /c/esbuild to /c/.esbuild-7.tmp",
};

/** Makes calls at the same time; returns the number of running calls at each start. */
async function overlaps(isCold: boolean, calls: number): Promise<number[]> {
  const run = createColdCache(() => isCold);
  const starts: number[] = [];
  let running = 0;
  await Promise.all(Array.from({ length: calls }, () =>
    run(async () => {
      starts.push(++running);
      await new Promise((resolve) => setTimeout(resolve));
      running--;
      return good;
    })));
  return starts;
}

Deno.test(
  "createColdCache() runs the first call alone while esbuild is missing, then all other calls concurrently",
  {
    permissions: "none",
  },
  async () => {
    assertEquals(await overlaps(true, 3), [1, 1, 2]);
  },
);

Deno.test("createColdCache() runs all calls concurrently if esbuild exists", {
  permissions: "none",
}, async () => {
  assertEquals(await overlaps(false, 3), [1, 2, 3]);
});

Deno.test(
  "createColdCache() repeats a call that lost the race against another process, with at most three attempts",
  {
    permissions: "none",
  },
  async () => {
    const other = { ...good, code: 1, stderr: "error: Expected ')', got 'files'" };
    const table: [DenoResult[], DenoResult, number][] = [
      [[lost, good], good, 2],
      [[lost, lost, good], good, 3],
      [[lost, lost, lost, good], lost, 3],
      [[other, good], other, 1],
    ];
    for (const isCold of [true, false]) {
      for (const [results, expected, times] of table) {
        const left = [...results];
        assertEquals(
          await createColdCache(() => isCold)(() => Promise.resolve(left.shift()!)),
          expected,
        );
        assertEquals(results.length - left.length, times);
      }
    }
  },
);

Deno.test("createColdCache() runs later calls even if the first one fails", {
  permissions: "none",
}, async () => {
  const run = createColdCache(() => true);
  const first = run(() => Promise.reject(new Error("no"))).catch((error) => error.message);
  assertEquals([await first, await run(() => Promise.resolve(good))], ["no", good]);
});

Deno.test("lacksEsbuild() searches DENO_DIR for an unpacked esbuild", async () => {
  const before = Deno.env.get("DENO_DIR");
  const folder = await Deno.makeTempDir();
  try {
    Deno.env.set("DENO_DIR", folder);
    const answers = [lacksEsbuild()];
    await Deno.mkdir(`${folder}/dl/esbuild-0.25.5-1`, { recursive: true });
    answers.push(lacksEsbuild());
    await Deno.writeTextFile(`${folder}/dl/esbuild-0.25.5-1/.esbuild-7.tmp`, "");
    answers.push(lacksEsbuild());
    await Deno.writeTextFile(`${folder}/dl/esbuild-0.25.5-1/esbuild-linux-x64`, "");
    answers.push(lacksEsbuild());
    assertEquals(answers, [true, true, true, false]);
  } finally {
    if (before === undefined) Deno.env.delete("DENO_DIR");
    else Deno.env.set("DENO_DIR", before);
    await Deno.remove(folder, { recursive: true });
  }
});
