/**
 * Compares all imports with the table of layers in src/README.md.
 */
import { assertEquals } from "@std/assert";

const root = new URL("../", import.meta.url);

/** The allowed imports of each folder. Some folders may import only single files of `net`. */
const allowed: Record<string, readonly string[]> = {
  nagios: [],
  protocol: [],
  net: [],
  host: [],
  certificate: ["net"],
  check: ["nagios", "host"],
  author: ["check", "nagios", "net", "host"],
  agent: [
    "check",
    "nagios",
    "host",
    "net/allowed_hosts.ts",
    "net/host_port.ts",
    "net/wildcard.ts",
  ],
  runner: ["agent", "check", "nagios", "host"],
  acceptor: ["protocol", "net", "nagios"],
  daemon: [
    "acceptor",
    "runner",
    "agent",
    "check",
    "protocol",
    "net",
    "nagios",
    "host",
    "certificate",
  ],
  client: ["protocol", "net", "nagios"],
  project: ["agent", "check", "nagios", "host"],
  lock: ["agent", "check", "nagios", "host", "net/host_port.ts"],
  deploy: ["agent", "check", "nagios", "host", "net/allowed_hosts.ts"],
  migrate: ["agent", "check", "nagios"],
  engine: ["agent", "check", "nagios"],
  cli: [
    "acceptor",
    "agent",
    "check",
    "client",
    "certificate",
    "daemon",
    "deploy",
    "engine",
    "host",
    "lock",
    "migrate",
    "nagios",
    "net",
    "project",
    "protocol",
    "runner",
  ],
  std: [],
};

interface Import {
  from: string;
  to: string;
}

async function modules(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(new URL(folder, root))) {
    const path = `${folder}${entry.name}`;
    if (entry.isDirectory) found.push(...await modules(`${path}/`));
    else if (path.endsWith(".ts")) found.push(path);
  }
  return found.sort();
}

async function imports(folder: string): Promise<Import[]> {
  const all: Import[] = [];
  for (const from of await modules(folder)) {
    const code = (await Deno.readTextFile(new URL(from, root))).replaceAll(
      /^\s*(?:\*|\/\/).*$/gm,
      "",
    );
    for (const [, specifier] of code.matchAll(/(?<![-\w"])(?:from|import|import\()\s*"([^"]+)"/g)) {
      const to = specifier!.startsWith(".")
        ? new URL(specifier!, new URL(from, root)).href.slice(root.href.length)
        : specifier!;
      all.push({ from, to });
    }
  }
  return all;
}

function isAllowed({ from, to }: Import): boolean {
  const [, folder, file] = from.split("/") as [string, string, string?];
  const [, target, targetFile] = to.split("/") as [string, string?, string?];
  if (!to.startsWith("src/")) return true;
  // The public module exports parts of the folders below the daemon.
  if (file === undefined) {
    return folder === "mod.ts" &&
      ["agent", "author", "check", "nagios", "net", "protocol"].includes(target!);
  }
  if (target === folder) return true;
  return allowed[folder]!.includes(target!) || allowed[folder]!.includes(`${target}/${targetFile}`);
}

Deno.test("Every folder of src imports only folders that the table of layers allows", async () => {
  const all = await imports("src/");
  const folders = new Set(
    all.map(({ from }) => from.split("/")[1]!).filter((name) => !name.endsWith(".ts")),
  );
  for (const folder of folders) {
    assertEquals(folder in allowed, true, `src/${folder} is not in the table`);
  }
  assertEquals(all.filter((one) => !isAllowed(one)), []);
});

Deno.test("The built-in checks import only the public module and shared files", async () => {
  const bad = (await imports("checks/")).filter(({ from, to }) => {
    if (to.startsWith("node:") || to === "src/mod.ts") return false;
    if (from === "checks/mod.ts" || from === "checks/agent.ts") return !to.startsWith("checks/");
    // A shared file is in `checks/`, or in the folder of the check that uses it.
    const folder = from.slice(0, from.lastIndexOf("/") + 1);
    return !["checks/", folder].some((shared) =>
      to.startsWith(`${shared}_`) && /^_\w+\.ts$/.test(to.slice(shared.length))
    );
  });
  assertEquals(bad, []);
});

Deno.test("A folder of checks/ contains a check with its name, and shared files", async () => {
  const nested = (await modules("checks/")).filter((path) => path.split("/").length > 2);
  const bad = nested.filter((path) => !/^checks\/(\w+)\/(?:\1|_\w+)\.ts$/.test(path));
  assertEquals(bad, []);
});

Deno.test("The graph of the public module contains only relative imports", async () => {
  const graph = new Map((await imports("src/")).map((one) => [one.from, [] as string[]]));
  for (const { from, to } of await imports("src/")) graph.get(from)!.push(to);
  const seen = new Set<string>();
  const queue = ["src/mod.ts"];
  for (let file; (file = queue.pop()) !== undefined;) {
    if (seen.has(file)) continue;
    seen.add(file);
    queue.push(...graph.get(file) ?? []);
  }
  assertEquals(
    [...seen].filter((file) => !file.startsWith("src/") && !file.startsWith("node:")),
    [],
  );
});

Deno.test("nagios and protocol never use the Deno namespace", async () => {
  for (const file of [...await modules("src/nagios/"), ...await modules("src/protocol/")]) {
    const code = (await Deno.readTextFile(new URL(file, root))).replaceAll(
      /^\s*(?:\*|\/\/).*$/gm,
      "",
    );
    assertEquals(/\bDeno\./.test(code), false, file);
  }
});

Deno.test("The folders of src have no import cycles", async () => {
  const edges = new Map<string, Set<string>>();
  for (const { from, to } of await imports("src/")) {
    const [a, b] = [from.split("/")[1]!, to.split("/")[1]!];
    if (to.startsWith("src/") && a !== b) edges.set(a, (edges.get(a) ?? new Set()).add(b));
  }
  const cycles = [...edges].flatMap(([a, targets]) =>
    [...targets].filter((b) => reaches(b, a)).map((b) => `${a} → ${b}`)
  );
  assertEquals(cycles, []);

  function reaches(from: string, to: string, seen = new Set<string>()): boolean {
    if (from === to) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return [...edges.get(from) ?? []].some((next) => reaches(next, to, seen));
  }
});

Deno.test("The files of src and checks have no import cycles, including type imports", async () => {
  const graph = new Map<string, string[]>();
  for (const { from, to } of [...await imports("src/"), ...await imports("checks/")]) {
    graph.set(from, [...graph.get(from) ?? [], to]);
  }
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]) => {
    const at = path.indexOf(file);
    if (at >= 0) cycles.push([...path.slice(at), file].join(" → "));
    if (at >= 0 || done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  assertEquals(cycles, []);
});

Deno.test("File names and exported type names are unique in src", async () => {
  // The modules in src/std have the names of the @std packages.
  const files = (await modules("src/")).filter((file) => !file.startsWith("src/std/"));
  const names = files.map((file) => file.split("/").at(-1)!).filter((name) => name !== "mod.ts");
  assertEquals(names.filter((name, at) => names.indexOf(name) !== at), []);
  const types: string[] = [];
  for (const file of files) {
    const code = await Deno.readTextFile(new URL(file, root));
    for (const [, name] of code.matchAll(/^export (?:interface|type|class) (\w+)/gm)) {
      types.push(name!);
    }
  }
  assertEquals(types.filter((name, at) => types.indexOf(name) !== at), []);
});
