import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "../../fast_check.ts";
import { type HttpQuestion, presentPage } from "../../../checks/http/_http_answer.ts";
import { createChunkDecoder } from "../../../checks/http/_http_chunks.ts";
import { collectResponse, KEPT } from "../../../checks/http/_http_collector.ts";
import { decodeBody } from "../../../checks/http/_http_message.ts";
import { http } from "../../../checks/http/http.ts";
import { testCheck } from "../../../src/mod.ts";
import { listen, type Peer } from "../local_server.ts";

const pure = { permissions: "none" } as const;
const encoder = new TextEncoder();
const bytes = (text: string) => encoder.encode(text);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Collects a response that arrives in parts of this size. */
function collect(response: Uint8Array, step = response.length, headOnly = false) {
  const collector = collectResponse(headOnly);
  let complete = false;
  for (let at = 0; at < response.length && !complete; at += step) {
    complete = collector.push(response.subarray(at, at + step));
  }
  return { complete, ...collector.end() };
}

const head = "HTTP/1.1 200 OK\r\n";
const chunked = `${head}Transfer-Encoding: gzip, CHUNKED\r\n\r\n`;

Deno.test("collectResponse() splits any response, in parts of any size", pure, () => {
  type Case = [
    response: string,
    statusLine: string,
    headers: string,
    body: string,
    missing: string | undefined,
  ];
  const unended = "response headers are incomplete";
  const cases: Case[] = [
    [`${head}A: b\r\n\r\nbody`, "HTTP/1.1 200 OK", "A: b\r\n\r\n", "body", undefined],
    ["HTTP/1.1 200 OK\nA: b\n\nbo\n\ndy", "HTTP/1.1 200 OK", "A: b\n\n", "bo\n\ndy", undefined],
    ["HTTP/1.1 204 None\r\n\r\n", "HTTP/1.1 204 None", "", "", undefined],
    // Without a status line, everything is the body.
    ["SSH-2.0-OpenSSH \r\n", "SSH-2.0-OpenSSH", "", "SSH-2.0-OpenSSH \r\n", undefined],
    ["<html>\n\nhello</html>", "<html>", "", "<html>\n\nhello</html>", undefined],
    ["ready", "ready", "", "ready", undefined],
    ["ICY 200 OK\r\nicy-br: 128\r\n\r\nmp3", "ICY 200 OK", "icy-br: 128\r\n\r\n", "mp3", undefined],
    ["HTTP/1.0", "HTTP/1.0", "", "", unended],
    ["HTTP/1.0 OK\nA: b", "HTTP/1.0 OK", "A: b", "", unended],
    [`${head}A: cut sh`, "HTTP/1.1 200 OK", "A: cut sh", "", unended],
    ["", "", "", "", unended],
    [
      `${chunked}5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n`,
      "HTTP/1.1 200 OK",
      "Transfer-Encoding: gzip, CHUNKED\r\n\r\n",
      "hello world",
      undefined,
    ],
    // Interim responses are not the response.
    [
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${head}B: c\r\n\r\nx`,
      "HTTP/1.1 200 OK",
      "B: c\r\n\r\n",
      "x",
      undefined,
    ],
    ["HTTP/1.1 103 Early Hints\r\n\r\n", "", "", "", unended],
    ["HTTP/1.1 101 Switching\r\n\r\nframe", "HTTP/1.1 101 Switching", "", "frame", undefined],
  ];
  for (const [response, statusLine, headers, body, missing] of cases) {
    for (const step of [1, 2, 7, 1000]) {
      const { response: found } = collect(bytes(response), step);
      assertEquals(
        [found.statusLine, found.headers, text(found.body), found.missing],
        [statusLine, headers, body, missing],
        `${response} in parts of ${step}`,
      );
    }
  }
});

Deno.test("collectResponse() finds the end of every kind of body", pure, () => {
  const cases: [response: string, complete: boolean, missing?: string][] = [
    [`${head}Content-Length: 5\r\n\r\nhello`, true],
    [`${head}Content-Length: 5\r\n\r\nhello and more`, true],
    [`${head}Content-Length: 0\r\n\r\n`, true],
    [`${head}Content-Length: 9\r\n\r\nhello`, false, "response is 4 bytes short"],
    [`${head}Content-Length: -9\r\n\r\nhello`, false],
    [`${head}\r\nhello`, false],
    ["HTTP/1.1 204 None\r\n\r\n", true],
    ["HTTP/1.1 304 Same\r\nContent-Length: 9\r\n\r\n", true],
    [`${chunked}5\r\nhello\r\n0\r\n\r\n`, true],
    [`${chunked}5\r\nhello\r\n0\r\nTrailer: x\r\n\r\n`, true],
    // The last chunk is there; only the empty line after it is missing.
    [`${chunked}5\r\nhello\r\n0\r\n`, false],
    [`${chunked}5\r\nhello\r\n`, false, "response ends before its last chunk"],
    [`${chunked}ff\r\nhello\r\n`, false, "response ends before its last chunk"],
    [chunked, false, "response ends before its last chunk"],
    [`${chunked}no chunk\r\n`, true, "response contains a malformed chunk"],
    [`${chunked}5\r\nhello!\r\n0\r\n\r\n`, true, "response contains a malformed chunk"],
    // A transfer encoding takes precedence over a length.
    [`${head}Content-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, true],
    [`${head}Transfer-Encoding: gzip\r\nContent-Length: 3\r\n\r\nhello`, false],
  ];
  for (const [response, complete, missing] of cases) {
    for (const step of [1, 1000]) {
      const found = collect(bytes(response), step);
      assertEquals([found.complete, found.response.missing], [complete, missing], response);
    }
  }
  const announced = collect(bytes(`${head}Content-Length: 9\r\n\r\n`), 5, true);
  assertEquals([announced.complete, announced.response.missing], [true, undefined]);
});

Deno.test("collectResponse() counts the final response only", pure, () => {
  const final = `${head}Content-Length: 2\r\n\r\nok`;
  for (const step of [1, 3, 1000]) {
    assertEquals(collect(bytes(`HTTP/1.1 103 Early\r\n\r\n${final}`), step).size, final.length);
  }
});

Deno.test("createChunkDecoder() joins the available chunks", pure, () => {
  const cases: [chunks: string, content: string, state: string][] = [
    ["5\r\nhello\r\n0\r\n\r\n", "hello", "complete"],
    [
      "5;name=value\r\nhello\r\nA\r\n, world!!\n\r\n0\r\nTrailer: x\r\n\r\n",
      "hello, world!!\n",
      "complete",
    ],
    ["5\nhello\n3\nabc\n0\n\n", "helloabc", "complete"],
    ["5 \r\nhello\r\n0\r\n\r\n", "hello", "complete"],
    ["ff\r\ncut", "cut", "open"],
    ["ffffffffffffffffffffffff\r\nlying", "lying", "open"],
    ["no chunk\r\nat all", "", "malformed"],
    ["5x\r\nhello", "", "malformed"],
    [`${"5".repeat(9000)}`, "", "malformed"],
    ["5", "", "open"],
    ["", "", "open"],
  ];
  for (const [chunks, content, state] of cases) {
    const parts: number[] = [];
    const found = createChunkDecoder().push(bytes(chunks), (part) => parts.push(...part));
    assertEquals([text(new Uint8Array(parts)), found], [content, state], chunks.slice(0, 50));
  }
});

Deno.test("createChunkDecoder() returns all chunks for every split of the data", pure, () => {
  const parts = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }));
  fc.assert(fc.property(parts, fc.integer({ min: 1, max: 40 }), (parts, step) => {
    const whole = new Uint8Array([
      ...parts.flatMap((part) => [
        ...bytes(`${part.length.toString(16)}\r\n`),
        ...part,
        ...bytes("\r\n"),
      ]),
      ...bytes("0\r\n\r\n"),
    ]);
    const decoder = createChunkDecoder();
    const content: number[] = [];
    let state = "open";
    for (let at = 0; at < whole.length; at += step) {
      state = decoder.push(whole.subarray(at, at + step), (part) => content.push(...part));
    }
    assertEquals([content, state], [parts.flatMap((part) => [...part]), "complete"]);
  }));
  fc.assert(fc.property(fc.uint8Array(), (any) => {
    let kept = 0;
    createChunkDecoder().push(any, (part) => kept += part.length);
    assert(kept <= any.length);
  }));
});

Deno.test("decodeBody() decodes with the declared charset", pure, () => {
  const umlaut = new Uint8Array([0x67, 0x72, 0xfc, 0xdf, 0x65]);
  const cases: [type: string, body: Uint8Array, text: string][] = [
    ["text/html; charset=iso-8859-1", umlaut, "grüße"],
    ['text/html;CHARSET="windows-1252"', umlaut, "grüße"],
    ["text/html; charset=utf-8", bytes("grüße"), "grüße"],
    ["text/html", bytes("grüße"), "grüße"],
    ["text/html; charset=nonsense", bytes("grüße"), "grüße"],
    [
      "text/html",
      new Uint8Array([...bytes('<html><meta charset="latin1">'), ...umlaut]),
      '<html><meta charset="latin1">grüße',
    ],
    [
      "text/html",
      new Uint8Array([...bytes("<META http-equiv=x content='text/html; charset=latin1'>"), 0xfc]),
      "<META http-equiv=x content='text/html; charset=latin1'>ü",
    ],
    ["text/plain", bytes("<meta charset=latin1>ü"), "<meta charset=latin1>ü"],
    ["text/html; charset=utf-16le", new Uint8Array([0x61, 0, 0xfc, 0]), "aü"],
  ];
  for (const [type, body, content] of cases) {
    assertEquals(decodeBody({ headers: `Content-Type: ${type}\r\n\r\n`, body }), content, type);
  }
});

const question: HttpQuestion = {
  timeout: 10,
  redirect: "OK",
  invertRegex: false,
  extendedPerfdata: false,
  headOnly: false,
};

/** Judges a page with this body after 200 OK. */
function judge(body: Uint8Array, given: Partial<HttpQuestion>, headers = ""): [string, string] {
  const collector = collectResponse(false);
  collector.push(bytes(`${head}${headers}\r\n`));
  collector.push(body);
  const { response, size } = collector.end();
  const place = { tls: false, address: "192.0.2.1", port: 80, path: "/" };
  const phases = { connect: 0, headers: 0, firstbyte: 0, transfer: 0 };
  const { state = "", output } = presentPage({ place, response, size, seconds: 0, phases }, {
    ...question,
    ...given,
  });
  return [state, /^HTTP \w+: HTTP\/1.1 200 OK - (?:(.*) - )?\d+ bytes/.exec(output)?.[1] ?? ""];
}

Deno.test(
  "presentPage() searches all kept bytes, and reports that the rest was not searched",
  pure,
  () => {
    const needle = bytes("needle");
    const page = new Uint8Array(KEPT);
    page.fill(0x78);
    page.set(needle, KEPT - needle.length);
    const cut = new Uint8Array(KEPT + needle.length);
    cut.fill(0x78);
    cut.set(needle, KEPT);
    const cases: [body: Uint8Array, given: Partial<HttpQuestion>, state: string, text: string][] = [
      [page, { string: "needle" }, "OK", ""],
      [page, { pattern: /needle/ }, "OK", ""],
      [page, { pattern: /needle/, invertRegex: true }, "CRITICAL", "pattern found"],
      [page, { pattern: /absent/, invertRegex: true }, "OK", ""],
      [
        cut,
        { string: "needle" },
        "CRITICAL",
        "string 'needle' not found in the first 16 MiB on 'http://192.0.2.1:80/'",
      ],
      [cut, { pattern: /needle/ }, "CRITICAL", "pattern not found in the first 16 MiB"],
      [
        cut,
        { pattern: /needle/, invertRegex: true },
        "UNKNOWN",
        "pattern not found in the first 16 MiB, the rest was not searched",
      ],
      [cut, { pattern: /x/, invertRegex: true }, "CRITICAL", "pattern found"],
      [
        new Uint8Array(),
        { pattern: /x/, invertRegex: true, headOnly: true },
        "UNKNOWN",
        "pattern not searched, the body was not read",
      ],
    ];
    for (const [body, given, state, text] of cases) assertEquals(judge(body, given), [state, text]);
  },
);

Deno.test("presentPage() never returns OK for an incomplete response", pure, () => {
  const length = "Content-Length: 1000\r\n";
  const short = "response is 991 bytes short";
  assertEquals(judge(bytes("123456789"), {}, length), ["WARNING", short]);
  assertEquals(judge(bytes("123456789"), { string: "9" }, length), ["WARNING", short]);
  assertEquals(judge(bytes("123456789"), { string: "a" }, length), [
    "CRITICAL",
    `${short}, string 'a' not found on 'http://192.0.2.1:80/'`,
  ]);
  assertEquals(judge(bytes("5\r\nhel"), {}, "Transfer-Encoding: chunked\r\n"), [
    "WARNING",
    "response ends before its last chunk",
  ]);
});

Deno.test("presentPage() finds text in the charset of the page", pure, () => {
  const type = "Content-Type: text/html; charset=iso-8859-1\r\n";
  const body = new Uint8Array([0x67, 0x72, 0xfc, 0xdf, 0x65]);
  assertEquals(judge(body, { string: "grüße" }, type), ["OK", ""]);
  assertEquals(judge(body, { pattern: /gr.ße$/m }, type), ["OK", ""]);
});

const responses: Record<string, string> = {
  "/early": "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 500 Broken\r\n\r\n",
  "/204": "HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\n\r\n",
  "/304": "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\nConnection: keep-alive\r\n\r\n",
  "/chunks": `${chunked}5\r\nhello\r\n0\r\n\r\n`,
  "/303": "HTTP/1.1 303 See Other\r\nLocation: /204\r\nContent-Length: 0\r\n\r\n",
};

/** Keeps the connection open after the response. */
const keepAlive: Peer = async ({ read, write }) => {
  const path = (await read()).split(" ")[1] ?? "";
  await write(responses[path] ?? "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  while (await read() !== "");
};

Deno.test("http judges the final response, and does not wait for a body that never comes", async () => {
  await using server = listen(keepAlive);
  const at = { ipAddress: "127.0.0.1", port: server.port, timeout: 60 };
  const cases: [url: string, state: string, text: RegExp][] = [
    ["/early", "CRITICAL", /^HTTP CRITICAL: HTTP\/1.1 500 Broken - /],
    ["/204", "OK", /^HTTP OK: HTTP\/1.1 204 No Content - /],
    ["/304", "OK", /^HTTP OK: HTTP\/1.1 304 Not Modified - /],
    ["/chunks", "OK", /^HTTP OK: HTTP\/1.1 200 OK - /],
  ];
  for (const [url, state, expected] of cases) {
    // Without a length, the response to /early ends when the server closes.
    const limits = url === "/early" ? { noBody: true } : {};
    const result = await testCheck(http({ ...at, ...limits, url }));
    assertEquals(result.state, state, result.text);
    assertMatch(result.text, expected);
  }
  const follows = await testCheck(http({ ...at, url: "/304", onredirect: "follow" }));
  assertMatch(follows.text, /^HTTP OK: HTTP\/1.1 304 Not Modified - /);
  const posts = await testCheck(http({ ...at, url: "/303", post: "a=b", onredirect: "follow" }));
  assertMatch(posts.text, /^HTTP OK: HTTP\/1.1 204 No Content - /);
  assertEquals(server.received.slice(-2).map((request) => request.split("\r\n")[0]), [
    "POST /303 HTTP/1.0",
    "GET /204 HTTP/1.1",
  ]);
});

Deno.test("http ignores empty strings in the list of expected status lines", async () => {
  await using server = listen(keepAlive);
  const at = { ipAddress: "127.0.0.1", port: server.port };
  for (const expect of ["404,", ",404", "404,,"]) {
    assertEquals((await testCheck(http({ ...at, url: "/204", expect }))).state, "CRITICAL", expect);
  }
});

Deno.test("http finds expected strings in a response without status line and headers", async () => {
  await using server = listen(async ({ read, write }) => {
    await read();
    await write("<html>\n<p>hello</p>\n\n</html>");
  });
  const at = { ipAddress: "127.0.0.1", port: server.port };
  const cases: [given: Parameters<typeof http>[0], state: string][] = [
    [{ expect: "<html>", string: "<html>\n<p>hello" }, "OK"],
    [{ expect: "<html>", string: "bye" }, "CRITICAL"],
    [{ expect: "HTTP/1.1" }, "CRITICAL"],
    [{}, "CRITICAL"],
  ];
  for (const [given, state] of cases) {
    const result = await testCheck(http({ ...at, ...given }));
    assertEquals(result.state, state, result.text);
  }
});

Deno.test("http connects to addresses of one family only", async () => {
  await using server = listen(keepAlive);
  const { port } = server;
  const at = { hostname: "localhost", port, url: "/204" };
  assertEquals((await testCheck(http(at), { args: ["-4"] })).state, "OK");
  const unsupported = await testCheck(http({ ...at, hostname: "127.0.0.1" }), { args: ["-6"] });
  assertEquals(unsupported, {
    state: "CRITICAL",
    text: "Address family for hostname not supported\nHTTP CRITICAL - Unable to open TCP socket",
  });
});
