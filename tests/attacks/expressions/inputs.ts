/**
 * Input that is made to end or to block the parsers of the runtime: source maps, modules, messages,
 * numbers. It is evaluated in a process, so that a crash would show as its end.
 */
import { type Expression, node, type Surroundings } from "./expression.ts";

/** Source maps as expressions of their text. */
const sourceMaps: Readonly<Record<string, string>> = {
  "an empty object": '"{}"',
  "null": '"null"',
  "a list": '"[]"',
  "a column that overflows": map('mappings: "ggggggggggC"'),
  "a million lines": map('mappings: ";".repeat(1e6) + "AAAA"'),
  "negative lines": map('mappings: "ADDD,DDDD,DDDD"'),
  "a missing source": map('sources: [], mappings: "AACA,gggB"'),
  "a missing name": map('mappings: "AAAAgggB,CAAAgggB"'),
  "sections": sections("{ line: 0, column: 0 }"),
  "sections with an offset that overflows": sections("{ line: 4294967295, column: 4294967295 }"),
  "sections with a negative offset": sections("{ line: -1, column: -1 }"),
  "a section of a file": `JSON.stringify({ version: 3,
    sections: [{ offset: { line: 0, column: 0 }, url: "file:///etc/passwd" }] })`,
  "nested sections":
    `(() => { let map = { version: 3, sources: ["a"], names: [], mappings: "AAAA" };
    for (let depth = 0; depth < 40; depth++) {
      map = { version: 3, sections: [{ offset: { line: 1, column: 1 }, map }] } }
    return JSON.stringify(map) })()`,
  "100,000 brackets": '"[".repeat(1e5)',
  "scopes of functions": map(
    'mappings: "AAAA", x_facebook_sources: [[{ names: ["x"], mappings: "AAA,ggggB;;D" }]]',
  ),
  "offsets of functions": map('mappings: "AAAA", x_facebook_offsets: [4294967295, null]'),
  "an invalid identifier": map('mappings: "AAAA", debugId: "zz"'),
  "ranges": map('mappings: "AAAA,CAAA;AACA", rangeMappings: "B;;g/////"'),
  "strange sources": map(
    'sourceRoot: "\\0", sources: [null, "", "data:,", "http://["], mappings: "AAAA;ACAA;ACAA;ACAA"',
  ),
  "a prefix": `")]}'\\n" + ${map('mappings: "AAAA"')}`,
  "bytes that are not UTF-8": '"\\xff\\xfe\\x00"',
  "an ignored source that is missing": map('mappings: "AAAA", ignoreList: [4294967295, 7]'),
};

function map(members: string): string {
  return `JSON.stringify({ version: 3, sources: ["a"], names: [], ${members} })`;
}

function sections(offset: string): string {
  return `JSON.stringify({ version: 3, sections: [{ offset: ${offset}, map: ${
    map('mappings: "AAAA;;AAAA,CAAA"').slice("JSON.stringify(".length, -1)
  } }] })`;
}

/** Bytes behind the header of a WebAssembly module. */
const modules: Readonly<Record<string, readonly number[]>> = {
  "nothing": [],
  "half a section": [1],
  "a section that is too long": [2, 255, 255, 255, 255, 15],
  "a number without end": [2, 10, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128],
  "a name that is too long": [2, 7, 1, 255, 255, 255, 255, 15, 0],
  "a name that is not UTF-8": [7, 5, 1, 1, 255, 0, 0],
  "too many types": [1, 5, 255, 255, 255, 255, 15],
  "too many globals": [6, 5, 255, 255, 255, 255, 15],
  "half a custom section": [0, 2, 255, 255],
  "a missing function": [7, 8, 1, 4, 107, 105, 108, 108, 0, 99],
  "a missing type": [3, 2, 1, 99, 7, 8, 1, 4, 107, 105, 108, 108, 0, 0],
  "an exported memory": [5, 3, 1, 0, 1, 7, 5, 1, 1, 109, 2, 0],
  "a missing table": [7, 5, 1, 1, 109, 1, 99],
  "a missing tag": [13, 3, 1, 0, 99, 7, 5, 1, 1, 109, 4, 0],
  "a structure": [1, 5, 1, 95, 1, 127, 1, 7, 5, 1, 1, 109, 0, 0],
  "too many recursive types": [1, 5, 1, 78, 255, 255, 15],
};

const header = [0, 97, 115, 109, 1, 0, 0, 0];

/** Texts whose nesting could overflow a stack. */
const nested: Readonly<Record<string, string>> = {
  "JSON in a module":
    `await import("data:application/json," + "[".repeat(1e5) + "]".repeat(1e5), { with: { type: "json" } })`,
  "a pattern of braces": 'new URLPattern({ pathname: "{".repeat(1e5) + "}".repeat(1e5) })',
  "a pattern of groups":
    'new URLPattern({ pathname: "(" + "(?:".repeat(5e4) + ")".repeat(5e4) + ")" })',
  "a regular expression": 'new RegExp("(?:".repeat(1e5) + ")".repeat(1e5)).test("a")',
  "a lookbehind": 'new RegExp("(?<=".repeat(5e4) + "a" + ")".repeat(5e4)).test("a")',
  "a set of characters": 'new RegExp("[".repeat(1e5) + "a" + "]".repeat(1e5), "v").test("a")',
  "parentheses": 'new Function("return " + "(".repeat(1e6) + "1" + ")".repeat(1e6))',
  "templates": 'new Function("return " + "`${".repeat(1e5) + "1" + "}`".repeat(1e5))',
  "arrow functions": 'new Function("return " + "a=>".repeat(2e5) + "1")',
  "classes": 'new Function("return " + "class{static x=".repeat(3e4) + "1" + "}".repeat(3e4))',
  "sums": 'new Function("return " + "1+".repeat(2e6) + "1")()',
  "a pattern of variables":
    'new Function("var " + "[".repeat(1e5) + "a" + "]".repeat(1e5) + "=[]")',
  "optional members": 'new Function("a", "return a" + "?.b".repeat(5e5))({})',
};

/** Functions that read a list in a list in a list …, 100,000 times. */
const readers: Readonly<Record<string, string>> = {
  "as JSON": "JSON.stringify(list).length",
  "as a clone": "typeof structuredClone(list)",
  "as a message":
    "(() => { const { port1 } = new MessageChannel(); try { port1.postMessage(list) } finally { port1.close() } })()",
  "as bytes": `${node("v8")}.serialize(list).length`,
  "as a flat list": "list.flat(Infinity).length",
  "as a string": "String(list).length",
  "as text": "Deno.inspect(list, { depth: Infinity }).length",
  "as text of Node": `${node("util")}.inspect(list, { depth: Infinity }).length`,
  "for the log": "console.log(list)",
  "for a comparison": `${node("util")}.isDeepStrictEqual(list, [list])`,
};

const other: Readonly<Record<string, string>> = {
  "import bytes that are not Base64":
    `await import("data:text/plain;base64,%%%", { with: { type: "bytes" } })`,
  "import text by a type of a million characters":
    `await import("data:text/plain,a", { with: { type: "x".repeat(1e6) } })`,
  "import a module in another encoding":
    `await import("data:text/javascript;charset=utf-16le,a%00b")`,
  "import a module by an encoding of a million characters":
    `await import("data:text/javascript;charset=" + "x".repeat(1e6) + ",export{}")`,
  "import a style sheet that is not closed":
    `await import("data:text/css,a{", { with: { type: "css" } })`,
  "read serialized values of noise":
    `for (let count = 0; count < 1_000; count++) { const bytes = Buffer.alloc(40);
       crypto.getRandomValues(bytes); bytes[0] = 255; bytes[1] = 13 + count % 3;
       try { ${node("v8")}.deserialize(bytes) } catch {} }`,
  "read serialized lists of 1,000,000 levels":
    `const bytes = Buffer.alloc(2e6, 1); bytes[0] = 255; bytes[1] = 15;
     for (let at = 2; at < bytes.length; at += 2) bytes[at] = 0x41;
     try { ${node("v8")}.deserialize(bytes) } catch {}`,
  "sort a list that shrinks": `const list = Array.from({ length: 1e5 }, Math.random);
     list.sort(() => { list.length = 0; return Math.random() - 0.5 })`,
  "send a port to itself": `const { port1, port2 } = new MessageChannel();
     try { port1.postMessage(1, [port1]) } catch {} try { port1.postMessage(1, [port2, port2]) } catch {}
     port1.close(); port2.close()`,
  "send a port that is closed": `const { port1, port2 } = new MessageChannel(); port1.close();
     try { port2.postMessage(1, [port1]) } catch {} port2.close()`,
  "move a buffer twice": `const buffer = new ArrayBuffer(8);
     try { structuredClone(buffer, { transfer: [buffer, buffer] }) } catch {}`,
  "move the memory of WebAssembly": `const { buffer } = new WebAssembly.Memory({ initial: 1 });
     try { structuredClone(buffer, { transfer: [buffer] }) } catch {}`,
  "decode shared memory in all encodings":
    `for (const label of ["utf-16le", "gb18030", "iso-2022-jp", "big5", "shift_jis", "euc-kr"]) {
       const decoder = new TextDecoder(label);
       for (const size of [0, 1, 3, 1e6]) {
         try { decoder.decode(new Uint8Array(new SharedArrayBuffer(size)).fill(255), { stream: true }) }
         catch {}
       } }`,
  "compute digests with strange lengths":
    `for (const name of ["cSHAKE128", "TurboSHAKE128", "KT128", "SHA3-256"]) {
       for (const length of [-1, 7, NaN, "x"]) { try {
         await crypto.subtle.digest({ name, length, outputLength: length }, new Uint8Array(3));
       } catch {} } }`,
  "import keys of new kinds":
    `for (const name of ["ML-KEM-768", "ML-DSA-44", "ChaCha20-Poly1305", "Argon2id", "Ed448"]) {
       for (const format of ["raw-seed", "raw-public", "raw-secret", "pkcs8", "spki"]) {
         for (const size of [0, 1, 32, 64, 1184]) { try {
           await crypto.subtle.importKey(format, new Uint8Array(size), name, true, ["sign"]);
         } catch {} } } }`,
};

/** The attempts. */
export function inputs({ folder }: Surroundings): Expression[] {
  const file = `${folder}/allowed/file`;
  const survives = (attempt: string, code: string, command = "env_process"): Expression => [
    attempt,
    command,
    code,
    /^OK (?!.*ended)/,
  ];
  const module = (type: string, map: string) =>
    `const map = btoa(${map}); try {
       await import("data:${type}," + encodeURIComponent("function f() { throw new Error('x') }\\nf()" +
         "\\n//# sourceMappingURL=data:application/json;base64," + map));
     } catch ({ stack }) { return typeof stack }`;
  return [
    ...Object.entries(sourceMaps).flatMap(([name, map]) => [
      survives(`end its process by a source map: ${name}`, module("text/javascript", map)),
      survives(
        `end its process by a source map of TypeScript: ${name}`,
        module("application/typescript", map),
      ),
    ]),
    ...Object.entries(modules).map(([name, bytes]) =>
      survives(
        `end its process by a WebAssembly module: ${name}`,
        `await import("data:application/wasm;base64,${
          btoa(String.fromCharCode(...header, ...bytes))
        }")`,
      )
    ),
    ...Object.entries(nested).map(([name, code]) =>
      survives(`end its process by nested text: ${name}`, `return typeof (${code})`)
    ),
    ...Object.entries(readers).map(([name, code]) =>
      survives(
        `end its process by a nested list ${name}`,
        `let list = []; for (let depth = 0; depth < 1e5; depth++) list = [list]; return ${code}`,
      )
    ),
    ...Object.entries(other).map(([name, code]) => survives(`end its process: ${name}`, code)),
    survives(
      "end its process by times that do not exist",
      `for (const time of [1e300, -1e300, NaN, Infinity, 2 ** 63, new Date(NaN), new Date(8.64e15)]) {
         for (const set of [Deno.utimeSync, ${node("fs")}.utimesSync, ${node("fs")}.lutimesSync]) {
           try { set("${file}", time, time) } catch {}
         } }
       return typeof Deno.statSync("${file}").mtime`,
      "files_process",
    ),
    survives(
      "end its process by positions that do not exist",
      `const file = Deno.openSync("${file}"), fs = ${node("fs")}, own = fs.openSync("${file}", "r");
       for (const at of [-1, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 64n, 2 ** 53, 1e300, NaN]) {
         for (const whence of [0, 1, 2, 7]) { try { file.seekSync(at, whence) } catch {} }
         try { fs.readSync(own, new Uint8Array(4), 0, 4, at) } catch {}
         try { fs.readvSync(own, [new Uint8Array(4)], at) } catch {}
       }
       file.close(); fs.closeSync(own)`,
      "files_process",
    ),
  ];
}
