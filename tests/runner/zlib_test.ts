import { assertEquals, assertStringIncludes } from "@std/assert";
import { runProcess } from "../crash_search/outcome.ts";
import { bundlePrograms, createSetting } from "../crash_search/prepare.ts";

const z = 'node("zlib")';
const text = '"Checkwright ".repeat(20_000)';
/** Throws if bytes are not the text. */
const same = `((bytes) => { if (String(bytes) !== ${text}) throw new Error("not the text") })`;
const promisify = 'node("util").promisify';
const pairs = [
  ...[["gzip", "gunzip"], ["deflate", "inflate"], ["deflateRaw", "inflateRaw"]],
  ...[["gzip", "unzip"], ["brotliCompress", "brotliDecompress"]],
  ["zstdCompress", "zstdDecompress"],
] as const;

/** Writes to a stream, and returns a promise of all that it returns. */
const all =
  `(async (stream) => { const parts = []; for await (const part of stream) parts.push(part); ` +
  `return Buffer.concat(parts) })`;

function createOf(name: string): string {
  return `${z}.create${name[0]!.toUpperCase()}${name.slice(1)}`;
}

/** Normal uses, with the part of a message if an error is expected. */
const uses: readonly (readonly [name: string, code: string, message?: string])[] = [
  ...pairs.flatMap(([pack, unpack]) =>
    [
      [`${pack}Sync, ${unpack}Sync`, `${same}(${z}.${unpack}Sync(${z}.${pack}Sync(${text})))`],
      [
        `${pack}, ${unpack}`,
        `${promisify}(${z}.${pack})(${text}).then(${promisify}(${z}.${unpack})).then(${same})`,
      ],
      [
        `streams ${pack}, ${unpack}`,
        `((packer) => { packer.write(${text}.slice(0, 100)); packer.end(${text}.slice(100)); ` +
        `return ${all}(packer.pipe(${createOf(unpack)}())).then(${same}) })(` +
        `${createOf(pack)}({ chunkSize: 64 }))`,
      ],
    ] as const
  ),
  [
    "params() changes the level",
    `(async (packer) => { const done = ${all}(packer); packer.write(${text}); ` +
    `await new Promise((next) => packer.params(9, 0, next)); packer.end(${text}); ` +
    `const bytes = await done; if (bytes.length < 240_000 || bytes.length > 250_000) ` +
    `throw new Error("length " + bytes.length); ` +
    `if (String(${z}.inflateSync(bytes)) !== ${text}.repeat(2)) throw new Error("not the text") ` +
    `})(${z}.createDeflate({ level: 0 }))`,
  ],
  [
    "reset() starts again",
    `((packer) => { packer.reset(); packer.end(${text}); ` +
    `return ${all}(packer).then((bytes) => ${same}(${z}.gunzipSync(bytes))) })(${z}.createGzip())`,
  ],
  [
    "a direct call of a native object",
    `((stream) => { const out = Buffer.alloc(100); stream._handle.writeSync(4, ` +
    `Buffer.from("x"), 0, 1, out, 0, 100); const end = 100 - stream._writeState[0]; ` +
    `if (String(${z}.inflateSync(out.subarray(0, end))) !== "x") throw new Error("not x") })(` +
    `${z}.createDeflate())`,
  ],
  ["a bad input", `${z}.gunzipSync(Buffer.from("text"))`, "incorrect header check"],
  ["a bad input, later", `${promisify}(${z}.inflate)(Buffer.from("text"))`, "incorrect header"],
  [
    "a bad input of Brotli",
    `${promisify}(${z}.brotliDecompress)(Buffer.alloc(100, 255))`,
    "ERR_ERROR_FORMAT",
  ],
  [
    "the first one of too many open streams",
    `((first) => { for (let i = 0; i < 256; i++) ${z}.createGzip(); ` +
    `return ${promisify}(node("stream").finished)(first.end("x").resume()) })(${z}.createGzip())`,
    "The zlib stream is closed",
  ],
  [
    "the last one of too many open streams",
    `(() => { for (let i = 0; i < 256; i++) ${z}.createGzip(); const last = ${z}.createGzip(); ` +
    `return ${promisify}(node("stream").finished)(last.end("x").resume()) })()`,
  ],
  [
    "200 streams at the same time",
    `Promise.all(Array.from({ length: 200 }, () => ${promisify}(${z}.gzip)("x")))` +
    `.then((all) => { if (all.some((one) => String(${z}.gunzipSync(one)) !== "x")) ` +
    `throw new Error("not x") })`,
  ],
];

Deno.test("A check can use the streams and functions of node:zlib", async (t) => {
  const folder = await Deno.makeTempDir();
  try {
    await bundlePrograms(folder);
    const setting = await createSetting(folder, "none", 1);
    const codes = uses.map(([, code]) => code);
    const { kind, lines, reason } = await runProcess(setting, { kind: "evaluate", codes });
    assertEquals(kind, "done", reason);
    for (const [at, [name, , message]] of uses.entries()) {
      await t.step(name, () => {
        if (message === undefined) assertEquals(lines[at], "");
        else assertStringIncludes(lines[at] ?? "", message);
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
