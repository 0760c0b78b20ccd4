/** The X.509 library is loaded only if it is needed. */
import { assert, assertEquals } from "@std/assert";
import { runToEnd } from "../waiting.ts";

const root = new URL("../../", import.meta.url);

interface Graph {
  redirects: Record<string, string>;
  modules: {
    specifier: string;
    dependencies?: { code?: { specifier: string }; isDynamic?: boolean }[];
  }[];
}

/** Returns the modules that a module imports; with `later`, also its dynamic imports. */
async function loadedBy(module: string, later = false): Promise<string[]> {
  const { stdout } = await runToEnd(Deno.execPath(), {
    args: ["info", "--json", new URL(module, root).href],
    cwd: root,
  });
  const { modules, redirects }: Graph = JSON.parse(new TextDecoder().decode(stdout));
  const found = new Map(modules.map((one) => [one.specifier, one]));
  const seen = new Set<string>();
  const queue = [new URL(module, root).href];
  for (let next; (next = queue.pop()) !== undefined;) {
    const specifier = redirects[next] ?? next;
    if (seen.has(specifier)) continue;
    seen.add(specifier);
    for (const { code, isDynamic } of found.get(specifier)?.dependencies ?? []) {
      if (code !== undefined && (later || !isDynamic)) queue.push(code.specifier);
    }
  }
  return [...seen];
}

const isX509 = (specifier: string) => /peculiar|x509/.test(specifier);

Deno.test("The command line, serve and the daemon start without the X.509 library", async () => {
  for (const module of ["src/cli/main.ts", "src/cli/serve.ts", "src/daemon/program.ts"]) {
    const loaded = await loadedBy(module);
    assert(loaded.length > 5, module);
    assertEquals(loaded.filter(isX509), [], module);
  }
});

Deno.test("cert can load the X.509 library, but the daemon cannot", async () => {
  assertEquals((await loadedBy("src/daemon/program.ts", true)).filter(isX509), []);
  assert((await loadedBy("src/cli/cert.ts", true)).some(isX509));
});
