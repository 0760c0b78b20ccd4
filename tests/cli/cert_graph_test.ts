/** What writes and reads X.509 is loaded where it is needed, and nowhere else. */
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

/** Everything that a module loads when it is loaded itself; what it imports later too, if asked. */
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

Deno.test("The library of X.509 is not loaded with the command line, serve or the daemon", async () => {
  for (const module of ["src/cli/main.ts", "src/cli/serve.ts", "src/daemon/program.ts"]) {
    const loaded = await loadedBy(module);
    assert(loaded.length > 5, module);
    assertEquals(loaded.filter(isX509), [], module);
  }
});

Deno.test("The library of X.509 is out of the daemon's reach, and within that of cert", async () => {
  assertEquals((await loadedBy("src/daemon/program.ts", true)).filter(isX509), []);
  assert((await loadedBy("src/cli/cert.ts", true)).some(isX509));
});
