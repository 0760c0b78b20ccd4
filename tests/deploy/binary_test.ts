import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { AgentError } from "../../src/agent/diagnostic.ts";
import { type BinaryOptions, buildBinary } from "../../src/deploy/binary.ts";
import type { DeployableFile } from "../../src/deploy/deployable.ts";

const files: Record<string, DeployableFile> = {
  "daemon.js": { text: "console.log(import.meta.dirname);\n", mode: 0o644 },
  "sandbox.js": { text: "export const sandbox = true;\n", mode: 0o644 },
  "manifest.json": { text: '{"commands":{}}\n', mode: 0o644 },
  "unused.js": { text: "export const unused = true;\n", mode: 0o644 },
};

const options: Omit<BinaryOptions, "output"> = {
  entry: "daemon.js",
  include: ["sandbox.js", "manifest.json"],
  flags: ["--no-config", "--no-prompt", "--allow-net=127.0.0.1:5666", "--allow-read=/srv/a"],
  args: ["serve"],
};

/** Returns a minimal executable. It prints a string, even if data is appended to it. */
function elf(text: string): Uint8Array<ArrayBuffer> {
  const message = new TextEncoder().encode(text);
  const code = Uint8Array.of(
    ...[0xb8, 1, 0, 0, 0], // mov eax, 1: write
    ...[0xbf, 1, 0, 0, 0], // mov edi, 1: standard output
    ...[0x48, 0x8d, 0x35, 16, 0, 0, 0], // lea rsi, [rip+16]: the text, after the code
    ...[0xba, message.length, 0, 0, 0], // mov edx, its length
    ...[0x0f, 0x05], // syscall
    ...[0xb8, 60, 0, 0, 0, 0x31, 0xff, 0x0f, 0x05], // exit(0)
  );
  const size = 120 + code.length + message.length;
  const file = new Uint8Array(size);
  const view = new DataView(file.buffer);
  const base = 0x400000n;
  // The header: 64 bit, little-endian, an executable for x86-64.
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, 62, true);
  view.setUint32(20, 1, true);
  view.setBigUint64(24, base + 120n, true);
  view.setBigUint64(32, 64n, true);
  view.setUint16(52, 64, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 1, true);
  view.setUint16(58, 64, true);
  // A single segment contains the whole file, readable and executable.
  view.setUint32(64, 1, true);
  view.setUint32(68, 5, true);
  view.setBigUint64(80, base, true);
  view.setBigUint64(88, base, true);
  view.setBigUint64(96, BigInt(size), true);
  view.setBigUint64(104, BigInt(size), true);
  view.setBigUint64(112, 0x1000n, true);
  file.set(code, 120);
  file.set(message, 120 + code.length);
  return file;
}

/** Calls a function with another program in place of denort, and a temporary folder. */
async function withRuntime<T>(
  runtime: Uint8Array | string | undefined,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "checkwright-test-" });
  const before = Deno.env.get("DENORT_BIN");
  try {
    if (runtime === undefined) Deno.env.delete("DENORT_BIN");
    else if (typeof runtime === "string") Deno.env.set("DENORT_BIN", runtime);
    else {
      await Deno.writeFile(`${folder}/denort`, runtime, { mode: 0o755 });
      Deno.env.set("DENORT_BIN", `${folder}/denort`);
    }
    return await use(folder);
  } finally {
    if (before === undefined) Deno.env.delete("DENORT_BIN");
    else Deno.env.set("DENORT_BIN", before);
    await Deno.remove(folder, { recursive: true });
  }
}

const foreign = Deno.build.target !== "x86_64-unknown-linux-gnu";

Deno.test("buildBinary() appends the program, its files and exactly its permissions to denort", {
  ignore: foreign,
}, async () => {
  await withRuntime(elf(`${Deno.version.deno}\n`), async (folder) => {
    const made = [];
    for (const name of ["one", "two"]) {
      const output = `${folder}/${name}`;
      await buildBinary(files, { ...options, output });
      assertEquals((await Deno.stat(output)).mode! & 0o111, 0o111);
      made.push(new TextDecoder("latin1").decode(await Deno.readFile(output)));
    }
    const [binary] = made;
    assert(made[0] === made[1], "Two builds differ");
    for (const name of [options.entry, ...options.include]) {
      assertStringIncludes(binary!, files[name]!.text);
    }
    assert(!binary!.includes(files["unused.js"]!.text));
    // Deno stores a description of the program as JSON; this is one value of it.
    const text = /"permissions":(\{[^}]*\})/.exec(binary!)![1]!;
    const permissions: Record<string, unknown> = JSON.parse(text);
    // An empty list denies everything of its kind; null means that the flag is not set.
    assertEquals(permissions.deny_import, []);
    assertEquals(permissions.prompt, false);
    const granted = Object.entries(permissions).filter(([name, value]) =>
      name.startsWith("allow_") && name !== "allow_import" && value !== null
    );
    assertEquals(Object.fromEntries(granted), {
      allow_net: ["127.0.0.1:5666"],
      allow_read: ["/srv/a"],
    });
    assertStringIncludes(binary!, '"argv":["serve"]');
  });
});

Deno.test("buildBinary() reports the reason why the given denort cannot be used", {
  ignore: foreign,
}, async () => {
  const wanted = `expected the denort of Deno ${Deno.version.deno} for ${Deno.build.target}`;
  const table: [Uint8Array | string, string][] = [
    ["/nowhere/denort", "Could not find denort at '/nowhere/denort'"],
    [new TextEncoder().encode("no program"), "Not an ELF file"],
    [elf("1.46.0\n"), 'it is not denort, or not of this Deno version, and printed "1.46.0"'],
  ];
  for (const [runtime, reason] of table) {
    await withRuntime(runtime, async (folder) => {
      const error = await assertRejects(
        () => buildBinary(files, { ...options, output: `${folder}/out` }),
        AgentError,
      );
      assertStringIncludes(error.message, "--binary: Cannot use DENORT_BIN=");
      assertStringIncludes(error.message, reason);
      assertStringIncludes(error.message, wanted);
      assertEquals(error.message.includes("\n"), false);
    });
  }
});

Deno.test("If denort is missing and cannot be downloaded, buildBinary() names both ways to get it", async () => {
  const [folder, proxy, cache] = [Deno.makeTempDirSync(), "HTTPS_PROXY", "DENO_DIR"];
  const before = [proxy, cache].map((name) => [name, Deno.env.get(name)] as const);
  // No server listens at this address, and an empty cache hides earlier downloads.
  Deno.env.set(proxy, "http://127.0.0.1:9");
  Deno.env.set(cache, `${folder}/cache`);
  try {
    await withRuntime(undefined, async () => {
      const error = await assertRejects(
        () => buildBinary(files, { ...options, output: `${folder}/out` }),
        AgentError,
        "--binary: Cannot build an executable without denort",
      );
      assertStringIncludes(
        error.message,
        `set DENORT_BIN to the denort of Deno ${Deno.version.deno}`,
      );
      assertStringIncludes(error.message, "or let deno compile download it from https://");
      assertEquals(error.message.includes("\n"), false);
    });
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
    await Deno.remove(folder, { recursive: true });
  }
});
