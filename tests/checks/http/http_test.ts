import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  type HttpPage,
  type HttpQuestion,
  presentPage,
} from "../../../checks/http/_http_answer.ts";
import { askHttp } from "../../../checks/http/_http_client.ts";
import { collectResponse, KEPT } from "../../../checks/http/_http_collector.ts";
import { judgeDocumentAge } from "../../../checks/http/_http_document_age.ts";
import {
  containsHeader,
  findBody,
  formatRequest,
  headerValue,
  type HttpResponse,
  statusCode,
} from "../../../checks/http/_http_message.ts";
import {
  formatPlace,
  hostHeader,
  type HttpPlace,
  readPlace,
  redirectedPlace,
} from "../../../checks/http/_http_place.ts";
import { followRedirect } from "../../../checks/http/_http_redirect.ts";
import { buildRequest, redirectedRequest } from "../../../checks/http/_http_request.ts";
import { http } from "../../../checks/http/http.ts";
import { describeAgent } from "../../../src/agent/describe_agent.ts";
import { parseRange, presentResult, testCheck } from "../../../src/mod.ts";
import { isMissing } from "../../tools.ts";
import { closedPort, listen, listenOnly, makeKeyPair, type Peer } from "../local_server.ts";
import { openssl } from "../../openssl.ts";
import { permissionsOf } from "../permissions_of.ts";

const pure = { permissions: "none" } as const;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const bytes = (text: string) => encoder.encode(text);
const text = (bytes: Uint8Array) => decoder.decode(bytes);

const home: HttpPlace = { tls: false, address: "192.0.2.1", port: 80, path: "/" };
const requestOptions = { contentType: "a/b", useragent: "probe" };

Deno.test("formatRequest() formats a request with the length of its body in bytes", pure, () => {
  const request = { method: "PUT", path: "/x?y", version: "1.1", headers: ["Host: a"] } as const;
  assertEquals(text(formatRequest(request)), "PUT /x?y HTTP/1.1\r\nHost: a\r\n\r\n");
  assertEquals(
    text(formatRequest({ ...request, body: "ä" })),
    "PUT /x?y HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nä",
  );
});

Deno.test("buildRequest() returns the headers of check_http in the same order", pure, () => {
  const named = { ...home, host: "shop.example" };
  const full = {
    ...requestOptions,
    header: ["X-One: 1", "X-Two: a, b"],
    authorization: "user:päss",
    post: "a=b",
  };
  const cases: [request: ReturnType<typeof buildRequest>, lines: string][] = [
    [buildRequest(home, requestOptions, home), "GET / 1.0|User-Agent: probe|Connection: close"],
    [
      buildRequest(named, requestOptions, named),
      "GET / 1.1|User-Agent: probe|Connection: close|Host: shop.example",
    ],
    [
      buildRequest(named, { ...requestOptions, header: ["host: other"], method: "HEAD" }, named),
      "HEAD / 1.1|User-Agent: probe|Connection: close|host: other",
    ],
    [
      buildRequest(named, full, named),
      "POST / 1.1|User-Agent: probe|Connection: close|Host: shop.example|X-One: 1|X-Two: a, b|" +
      "Authorization: Basic dXNlcjpww6Rzcw==|Content-Type: a/b",
    ],
    // Credentials are not sent to another host.
    [
      buildRequest({ ...named, host: "evil.example" }, {
        ...full,
        header: ["Cookie: secret", "X-One: 1", "Authorization: Bearer secret"],
      }, named),
      "POST / 1.1|User-Agent: probe|Connection: close|Host: evil.example|X-One: 1|Content-Type: a/b",
    ],
  ];
  for (const [{ method, path, version, headers }, lines] of cases) {
    assertEquals([`${method} ${path} ${version}`, ...headers].join("|"), lines);
  }
});

Deno.test("redirectedRequest() requests with GET after 303 only", pure, () => {
  const post = { ...requestOptions, post: "a=b", header: ["X-One: 1", "content-length: 9"] };
  const get = { ...requestOptions, method: "GET", header: ["X-One: 1"] };
  assertEquals(redirectedRequest(post, 303), get);
  assertEquals(redirectedRequest({ ...post, method: "PUT" }, 303), get);
  const head = { ...requestOptions, method: "HEAD" };
  assertEquals(redirectedRequest(head, 303), head);
  for (const code of [301, 302, 307, 308]) assertEquals(redirectedRequest(post, code), post);
});

Deno.test("findBody() finds the body for every split of the data", pure, () => {
  const response = bytes("HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody\r\n\r\n");
  for (let cut = 0; cut <= response.length; cut++) {
    const before = findBody(response.subarray(0, cut));
    assertEquals(before, cut < 25 ? -1 : 25, `cut at ${cut}`);
    if (before < 0) assertEquals(findBody(response, Math.max(cut - 2, 0)), 25, `from ${cut - 2}`);
  }
});

Deno.test("headerValue() ignores case, and joins the lines of a value", pure, () => {
  const headers = "Content-Length:  5 \r\nX-A: 1\r\nx-a: 2\r\nno header\r\n" +
    "Location:\r\n /en\r\nX-B: 1,\n\t 2\n\r\n";
  const cases: [name: string, value: string | undefined][] = [
    ["content-length", "5"],
    ["x-a", "1"],
    ["length", undefined],
    ["", undefined],
    ["location", "/en"],
    ["x-b", "1, 2"],
  ];
  for (const [name, value] of cases) assertEquals(headerValue(headers, name), value, name);
});

Deno.test("containsHeader() ignores the case of names only", pure, () => {
  const headers = "location: https://Shop.example/\r\nSet-Cookie: A=b\r\nX-None\r\n";
  const cases: [wanted: string, found: boolean][] = [
    ["Location: https://Shop", true],
    ["location: https://Shop.example/", true],
    ["Location: https://shop", false],
    ["Location: http:", false],
    ["cookie: A", true],
    ["Cookie: a", false],
    ["SET-COOKIE", true],
    ["A=b", true],
    ["a=b", false],
    ["shop", false],
    ["Host: x", false],
    ["Server", false],
  ];
  for (const [wanted, found] of cases) assertEquals(containsHeader(headers, wanted), found, wanted);
});

Deno.test("statusCode() accepts exactly three digits", pure, () => {
  const cases: [line: string, code: number | undefined][] = [
    ["HTTP/1.1 200 OK", 200],
    ["HTTP/1.1 404", 404],
    ["HTTP/1.1 099 Odd", 99],
    ["HTTP/1.1 20 Odd", undefined],
    ["HTTP/1.1 2000 Odd", undefined],
    ["HTTP/1.1", undefined],
    ["HTTP/1.1  200 OK", undefined],
    ["", undefined],
  ];
  for (const [line, code] of cases) assertEquals(statusCode(line), code, line);
});

Deno.test("readPlace() handles -H, -I, -p and -S like check_http", pure, () => {
  type Options = Parameters<typeof readPlace>[0];
  const cases: [options: Partial<Options>, url: string, connect: string, host?: string][] = [
    [{ ipAddress: "192.0.2.1" }, "http://192.0.2.1:80/", "192.0.2.1 80"],
    [{ hostname: "a.example" }, "http://a.example:80/", "a.example 80", "a.example"],
    [
      { hostname: "a.example:8080" },
      "http://a.example:8080/",
      "a.example 8080",
      "a.example:8080",
    ],
    [
      { hostname: "a.example:99", ipAddress: "192.0.2.1", port: 8080 },
      "http://a.example:8080/",
      "192.0.2.1 8080",
      "a.example:99",
    ],
    [{ hostname: "a.example", ssl: true }, "https://a.example:443/", "a.example 443", "a.example"],
    [
      { hostname: "a.example", ssl: "1.2" },
      "https://a.example:443/",
      "a.example 443",
      "a.example",
    ],
    [
      { hostname: "a.example", verifyCert: true },
      "https://a.example:443/",
      "a.example 443",
      "a.example",
    ],
    [
      { hostname: "a.example", certificate: "14", port: 8443 },
      "https://a.example:8443/",
      "a.example 8443",
      "a.example:8443",
    ],
    [
      { hostname: "[2001:db8::1]:8080" },
      "http://[2001:db8::1]:8080/",
      "2001:db8::1 8080",
      "[2001:db8::1]:8080",
    ],
    [{ hostname: "2001:db8::1" }, "http://[2001:db8::1]:80/", "2001:db8::1 80", "[2001:db8::1]"],
    [{ ipAddress: "[::1]" }, "http://[::1]:80/", "::1 80"],
  ];
  for (const [options, url, connect, host] of cases) {
    const place = readPlace({ url: "/", ssl: false, verifyCert: false, ...options });
    assertEquals(formatPlace(place), url);
    assertEquals(`${place.address} ${place.port}`, connect);
    assertEquals(hostHeader(place), host);
  }
});

Deno.test("redirectedPlace() follows the Location header within its rule", pure, () => {
  const from = { ...home, port: 8080, path: "/a/b?c", host: "a.example" };
  type Follow = Parameters<typeof redirectedPlace>[2];
  const cases: [location: string, follow: Follow, url: string | undefined, connect?: string][] = [
    ["/x?y#z", "follow", "http://a.example:8080/x?y", "a.example 8080"],
    ["x", "sticky", "http://a.example:8080/a/x", "192.0.2.1 8080"],
    ["//b.example/", "follow", "http://b.example:80/", "b.example 80"],
    ["https://b.example", "follow", "https://b.example:443/", "b.example 443"],
    ["https://b.example", "sticky", "https://b.example:443/", "192.0.2.1 443"],
    ["https://b.example:8443", "stickyport", "https://b.example:8080/", "192.0.2.1 8080"],
    ["http://[2001:db8::1]:81/", "follow", "http://[2001:db8::1]:81/", "2001:db8::1 81"],
    ["ftp://b.example/", "follow", undefined],
    ["javascript:alert(1)", "follow", undefined],
    ["http://", "follow", undefined],
    ["/a b\r\nX: y", "follow", "http://a.example:8080/a%20bX:%20y", "a.example 8080"],
  ];
  for (const [location, follow, url, connect] of cases) {
    const place = redirectedPlace(from, location, follow);
    assertEquals(place && formatPlace(place), url, location);
    assertEquals(place && `${place.address} ${place.port}`, connect, location);
  }
});

Deno.test(
  "followRedirect() returns the texts of check_http for redirects that cannot be followed",
  pure,
  () => {
    const rule = { follow: "follow", maxRedirs: 2 } as const;
    const answer = (status: string, location?: string) => ({
      statusLine: `HTTP/1.1 ${status}`,
      headers: location === undefined ? "" : `Location: ${location}\r\n`,
      body: new Uint8Array(),
      isCut: false,
      missing: undefined,
    });
    const from = { ...home, path: "/loop" };
    const follow = (...args: [response: ReturnType<typeof answer>, followed?: number]) =>
      followRedirect(from, args[0], rule, args[1] ?? 0);
    assertEquals(follow(answer("200 OK", "/x")), undefined);
    for (const status of ["404 Gone", "300 Choices", "304 Same", "305 Proxy", "306 Old"]) {
      assertEquals(follow(answer(status, "/x")), undefined, status);
    }
    assertEquals(followRedirect(from, answer("302 F", "/x"), { maxRedirs: 2 }, 0), undefined);
    const expecting = { ...rule, expect: ["302"] };
    assertEquals(followRedirect(from, answer("302 F", "/x"), expecting, 0), undefined);
    assertEquals(follow(answer("302 F", "/x")), { ...from, host: "192.0.2.1", path: "/x" });
    const cases: [response: ReturnType<typeof answer>, followed: number, output: string][] = [
      [answer("302 F"), 0, "HTTP UNKNOWN - Could not find redirect location - HTTP/1.1 302 F"],
      [
        answer("302 F", "gopher://x"),
        0,
        "HTTP UNKNOWN - Could not parse redirect location - gopher://x",
      ],
      [
        answer("302 F", "/loop"),
        0,
        "HTTP CRITICAL - redirection creates an infinite loop - http://192.0.2.1:80/loop",
      ],
      [
        answer("302 F", "/more"),
        2,
        "HTTP WARNING - maximum redirection depth 2 exceeded - http://192.0.2.1:80/more",
      ],
    ];
    for (const [response, followed, output] of cases) {
      const result = follow(response, followed);
      assert(result && "output" in result);
      assertEquals(result.output, output);
      assertStringIncludes(output, `HTTP ${result.state} - `);
    }
  },
);

Deno.test("judgeDocumentAge() returns the texts of check_http -M", pure, () => {
  const at = (server: string, document: string) =>
    `Date: ${server}\r\nLast-Modified: ${document}\r\n`;
  const monday = "Mon, 01 Jan 2024 00:00:00 GMT";
  const cases: [headers: string, maxAge: number, expected: string | undefined][] = [
    [at(monday, "Sun, 31 Dec 2023 00:00:00 GMT"), 86400, undefined],
    [at(monday, "Sun, 31 Dec 2023 00:00:00 GMT"), 86399, "CRITICAL Last modified 24:00:00 ago"],
    [at(monday, "Sun, 31 Dec 2023 23:58:55 GMT"), 60, "CRITICAL Last modified 0:01:05 ago"],
    [at(monday, "Fri, 29 Dec 2023 12:00:00 GMT"), 60, "CRITICAL Last modified 2.5 days ago"],
    [at(monday, "Mon, 01 Jan 2024 00:00:30 GMT"), 60, undefined],
    [
      at(monday, "Mon, 01 Jan 2024 00:00:31 GMT"),
      60,
      "CRITICAL Document is 31 seconds in the future",
    ],
    [`Last-Modified: ${monday}`, 60, "UNKNOWN Server date unknown"],
    [`Date: ${monday}`, 60, "CRITICAL Document modification date unknown"],
    [at("today", monday), 60, 'CRITICAL Server date "today" unparsable'],
    [at(monday, "2024-01-01"), 60, 'CRITICAL Document date "2024-01-01" unparsable'],
  ];
  for (const [headers, maxAge, expected] of cases) {
    const error = judgeDocumentAge(headers, maxAge);
    assertEquals(error && `${error.state} ${error.text}`, expected);
  }
});

const question: HttpQuestion = {
  timeout: 10,
  redirect: "OK",
  invertRegex: false,
  extendedPerfdata: false,
  headOnly: false,
};

function collected(response: string): HttpResponse {
  const collector = collectResponse(false);
  collector.push(bytes(response));
  return collector.end().response;
}

function page(response: string, place: Partial<HttpPlace> = {}): HttpPage {
  return {
    place: { ...home, ...place },
    response: collected(response),
    size: bytes(response).length,
    seconds: 0.005888,
    phases: { connect: 0.0004, headers: 0.0002, firstbyte: 0.001, transfer: 0.002 },
  };
}

const ok = page("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nhello world\n");
const timing = "bytes in 0.006 second response time|time=0.005888s;;;0;10 size=";

Deno.test("presentPage() returns the texts of check_http", pure, () => {
  const port = { port: 8080 };
  const cases: [page: HttpPage, given: Partial<HttpQuestion>, state: string, text: string][] = [
    [ok, {}, "OK", `HTTP OK: HTTP/1.1 200 OK - 57 ${timing}57B;;;0`],
    [
      page("HTTP/1.1 404 Not Found\r\n\r\n"),
      {},
      "WARNING",
      `HTTP WARNING: HTTP/1.1 404 Not Found - 26 ${timing}26B;;;0`,
    ],
    [
      page("HTTP/1.0 500 Oops\n\n"),
      {},
      "CRITICAL",
      `HTTP CRITICAL: HTTP/1.0 500 Oops - 19 ${timing}19B;;;0`,
    ],
    [page("HTTP/1.1 302 F\n\n"), {}, "OK", `HTTP OK: HTTP/1.1 302 F - 16 ${timing}16B;;;0`],
    [
      page("HTTP/1.1 302 F\n\n"),
      { redirect: "WARNING" },
      "WARNING",
      `HTTP WARNING: HTTP/1.1 302 F - 16 ${timing}16B;;;0`,
    ],
    [
      page("HTTP/1.1 999 Odd\n\n"),
      {},
      "CRITICAL",
      "HTTP CRITICAL: Invalid Status (HTTP/1.1 999 Odd)",
    ],
    [page("HTTP/1.1\n\n"), {}, "CRITICAL", "HTTP CRITICAL: Invalid Status Line (HTTP/1.1)"],
    [
      page("SSH-2.0-x\x07\r\n"),
      {},
      "CRITICAL",
      "HTTP CRITICAL - Invalid HTTP response received from host: SSH-2.0-x?",
    ],
    [
      page("SSH-2.0-x\r\n", port),
      {},
      "CRITICAL",
      "HTTP CRITICAL - Invalid HTTP response received from host on port 8080: SSH-2.0-x",
    ],
    [
      page("HTTP/1.1 404 Gone\n\n"),
      { expect: ["200", "404"] },
      "OK",
      `HTTP OK: Status line output matched "200,404" - 19 ${timing}19B;;;0`,
    ],
    [
      page("HTTP/1.1 404 Gone\n\n", port),
      { expect: ["200"] },
      "CRITICAL",
      "HTTP CRITICAL - Invalid HTTP response received from host on port 8080: HTTP/1.1 404 Gone",
    ],
    [ok, { string: "hello" }, "OK", `HTTP OK: HTTP/1.1 200 OK - 57 ${timing}57B;;;0`],
    [
      ok,
      { string: "HTTP/1.1", pagesize: { min: 10, max: 20 } },
      "CRITICAL",
      "HTTP CRITICAL: HTTP/1.1 200 OK - string 'HTTP/1.1' not found on 'http://192.0.2.1:80/', " +
      `page size 57 too large - 57 ${timing}57B;10;0;0`,
    ],
    [
      ok,
      { pagesize: { min: 58, max: 0 } },
      "WARNING",
      `HTTP WARNING: HTTP/1.1 200 OK - page size 57 too small - 57 ${timing}57B;58;0;0`,
    ],
    [
      ok,
      { headerString: "Content-Length" },
      "CRITICAL",
      "HTTP CRITICAL: HTTP/1.1 200 OK - header 'Content-Length' not found on " +
      `'http://192.0.2.1:80/' - 57 ${timing}57B;;;0`,
    ],
    [ok, { headerString: "text/plain" }, "OK", `HTTP OK: HTTP/1.1 200 OK - 57 ${timing}57B;;;0`],
    [
      ok,
      { pattern: /w.rld$/m, invertRegex: true },
      "CRITICAL",
      `HTTP CRITICAL: HTTP/1.1 200 OK - pattern found - 57 ${timing}57B;;;0`,
    ],
    [
      ok,
      { pattern: /W.rld/ },
      "CRITICAL",
      `HTTP CRITICAL: HTTP/1.1 200 OK - pattern not found - 57 ${timing}57B;;;0`,
    ],
    [
      ok,
      { maxAge: 60 },
      "UNKNOWN",
      `HTTP UNKNOWN: HTTP/1.1 200 OK - Server date unknown - 57 ${timing}57B;;;0`,
    ],
    [
      ok,
      { warning: parseRange("0.001"), critical: parseRange("5") },
      "WARNING",
      "HTTP WARNING: HTTP/1.1 200 OK - 57 bytes in 0.006 second response time" +
      "|time=0.005888s;0.001;5;0;10 size=57B;;;0",
    ],
    [
      ok,
      { extendedPerfdata: true },
      "OK",
      `HTTP OK: HTTP/1.1 200 OK - 57 ${timing}57B;;;0 time_connect=0.0004s;;;;10 ` +
      "time_headers=0.0002s;;;;10 time_firstbyte=0.001s;;;;10 time_transfer=0.002s;;;;10",
    ],
  ];
  for (const [page, given, state, text] of cases) {
    const result = presentResult(presentPage(page, { ...question, ...given }));
    assertEquals([result.state, result.text], [state, text]);
  }
});

Deno.test("presentPage() shortens a missing string like check_http", pure, () => {
  for (const [length, shown] of [[29, "a".repeat(29)], [30, `${"a".repeat(26)}...`]] as const) {
    const { output } = presentPage(ok, { ...question, string: "a".repeat(length) });
    assertStringIncludes(output, `string '${shown}' not found`);
  }
});

const pages: Record<string, string> = {
  "/": "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n",
  "/302": "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
  "/out": "HTTP/1.1 302 Found\r\nLocation: http://192.0.2.9:81/\r\nContent-Length: 0\r\n\r\n",
  "/empty": "",
};

const webServer: Peer = async ({ read, write }) => {
  const path = (await read()).split(" ")[1] ?? "";
  await write(pages[path] ?? "HTTP/1.1 404 Not Found\r\n\r\n");
  // The connection stays open, as with keep-alive. The client must use the announced length.
  if (path === "/") await read();
};

Deno.test("http reads a page and does not wait until the server closes", async () => {
  await using server = listen(webServer);
  const { port } = server;
  const bound = http({ ipAddress: "127.0.0.1", port, string: "hello" });
  const { state, text } = await testCheck(bound);
  assertEquals(state, "OK", text);
  assertMatch(
    text,
    /^HTTP OK: HTTP\/1\.1 200 OK - 44 bytes in \d\.\d{3} second response time\|time=[\d.]+s;;;0;10 size=44B;;;0$/,
  );
  assertEquals(server.received, [
    "GET / HTTP/1.0\r\nUser-Agent: check_http (Checkwright)\r\nConnection: close\r\n\r\n",
  ]);
});

Deno.test("http does not wait for the body that the response to HEAD announces", async () => {
  await using server = listen(webServer);
  const { port } = server;
  const { text } = await testCheck(http({ ipAddress: "127.0.0.1", port, method: "HEAD" }));
  assertMatch(text, /^HTTP OK: HTTP\/1.1 200 OK - /);
  assertMatch(server.received[0]!, /^HEAD \/ /);
});

Deno.test("http follows redirects to the same host and to declared hosts only", async () => {
  await using server = listen(webServer);
  const { port } = server;
  const place = { ipAddress: "127.0.0.1", port, onredirect: "follow" } as const;
  const stays = await testCheck(http({ ...place, url: "/302", onredirect: "ok" }));
  assertMatch(stays.text, /^HTTP OK: HTTP\/1.1 302 Found - /);
  const follows = await testCheck(http({ ...place, url: "/302" }));
  assertMatch(follows.text, /^HTTP OK: HTTP\/1.1 200 OK - 44 bytes /);
  const refused = await testCheck(http({ ...place, url: "/out" }));
  assertEquals(refused.state, "UNKNOWN");
  assertEquals(
    refused.text,
    "HTTP UNKNOWN - The redirect to http://192.0.2.9:81/ is not permitted\n" +
      'Permission refused: net "192.0.2.9:81" is not among the declared permissions: add ' +
      '"192.0.2.9:81" to the option redirectHosts in the agent',
  );
  const net = { "192.0.2.9:81": () => "HTTP/1.1 200 OK\r\n\r\nover there" };
  const declared = http({ ...place, url: "/out", redirectHosts: "192.0.2.9:81" });
  const elsewhere = await testCheck(declared, { args: ["-s", "over there"], net });
  assertMatch(elsewhere.text, /^HTTP OK: HTTP\/1.1 200 OK - 29 bytes /);
});

Deno.test("http returns the texts of check_http if the page cannot be read", async () => {
  await using server = listen(webServer);
  const { port } = server;
  const at = { ipAddress: "127.0.0.1", port };
  assertEquals(await testCheck(http({ ...at, url: "/empty" })), {
    state: "CRITICAL",
    text: "HTTP CRITICAL - No data received from host",
  });
  const closed = closedPort();
  assertEquals(await testCheck(http({ ...at, port: closed })), {
    state: "CRITICAL",
    text: `connect to address 127.0.0.1 and port ${closed}: Connection refused\n` +
      "HTTP CRITICAL - Unable to open TCP socket",
  });
  await using silent = listen(listenOnly);
  assertEquals(await testCheck(http({ ...at, port: silent.port, timeout: 0.1 })), {
    state: "CRITICAL",
    text: "CRITICAL - Socket timeout after 0.1 seconds",
  });
  assertEquals(await testCheck(http), {
    state: "UNKNOWN",
    text: "You must specify a server address or host name",
  });
});

Deno.test("http waits longer than its time limit if the critical time is longer", async () => {
  await using server = listen(webServer);
  const { port } = server;
  const { text } = await testCheck(http({ ipAddress: "127.0.0.1", port, critical: 15 }));
  assertMatch(text, /\|time=[\d.]+s;;15;0;16 /);
});

Deno.test("askHttp() counts the whole response and keeps a limited part", async () => {
  const head = "HTTP/1.1 200 OK\r\n\r\n";
  const part = new Uint8Array(1024 * 1024).fill(0x61);
  await using server = listen(async ({ read, write }) => {
    await read();
    await write(head);
    for (let sent = 0; sent < 17; sent++) await write(part);
  });
  const { signal } = new AbortController();
  const address = { hostname: "127.0.0.1", port: server.port };
  const reading = await askHttp(address, bytes("GET / HTTP/1.0\r\n\r\n"), false, { signal });
  assertEquals(reading.size, head.length + 17 * part.length);
  assertEquals([reading.response.body.length, reading.response.isCut], [KEPT, true]);
  const headOnly = await askHttp(address, bytes("GET / HTTP/1.0\r\n\r\n"), true, { signal });
  assert(headOnly.size < 2 * part.length, `${headOnly.size} bytes`);
});

Deno.test({
  name: "http accepts an unverified certificate and checks when it expires",
  ignore: isMissing(openssl),
  async fn() {
    await using server = listen(webServer, await makeKeyPair(30, "/CN=shop.example"));
    const at = { hostname: "shop.example", ipAddress: "127.0.0.1", port: server.port };
    const found = await testCheck(http({ ...at, ssl: true, extendedPerfdata: true }));
    assertMatch(found.text, /^HTTP OK: HTTP\/1.1 200 OK - 44 bytes .* time_ssl=[\d.]+s;;;;10 /);
    assertStringIncludes(server.received[0]!, `Host: shop.example:${server.port}\r\n`);
    const lasts = await testCheck(http({ ...at, certificate: "14,7" }));
    assertMatch(
      lasts.text,
      /^OK - Certificate 'shop.example' will expire on .*\.\|days=(29|30);@~:14;@~:7$/,
    );
    const both = await testCheck(
      http({ ...at, certificate: "60", continueAfterCertificate: true }),
    );
    assertEquals(both.state, "WARNING");
    assertMatch(
      both.text,
      /^WARNING - Certificate .*\|time=.* size=44B;;;0 days=.*\nHTTP WARNING: HTTP\/1.1 200 OK - 44 /,
    );
  },
});

Deno.test("http declares net permission for its possible destinations only", pure, () => {
  const cases: [binding: Parameters<typeof http>[0], net: string[]][] = [
    [{ ipAddress: "192.0.2.1" }, ["192.0.2.1:80"]],
    [{ hostname: "a.example", ipAddress: "192.0.2.1", ssl: true }, ["192.0.2.1:443"]],
    [{ hostname: "[2001:db8::1]:8080" }, ["[2001:db8::1]:8080"]],
    [{ hostname: "a.example", onredirect: "follow" }, ["a.example:80", "a.example:443"]],
    [
      { hostname: "a.example", port: 8080, onredirect: "follow", redirectHosts: ["b.example:443"] },
      ["a.example:8080", "a.example:80", "a.example:443", "b.example:443"],
    ],
    [
      { hostname: "a.example", ipAddress: "192.0.2.1", onredirect: "sticky" },
      ["192.0.2.1:80", "192.0.2.1:443"],
    ],
    [{}, []],
  ];
  for (const [binding, net] of cases) assertEquals(permissionsOf(http(binding)), { net });
  assertEquals(
    permissionsOf(http({ hostname: "a.example", verifyCert: true, caCert: "/ca.pem" })),
    {
      net: ["a.example:443"],
      read: ["/ca.pem"],
    },
  );
});

Deno.test("http refuses options with line breaks and invalid options", pure, async () => {
  const bound = http({ ipAddress: "192.0.2.1" });
  const cases: [args: string[], message: string][] = [
    [["-u", "/ HTTP/1.0\r\nX: y"], 'Option "url": Invalid value'],
    [
      ["-u", "/a b"],
      'Option "url": Invalid value "/a b": expected a path without blanks: write %20 for a blank',
    ],
    ...["1", "1.1", "2", "3"].map((version): [string[], string] => [
      [`-S${version}`],
      `Option "ssl": Invalid value "${version}": expected 1.2, 1.2+, 1.3 or 1.3+, because Deno ` +
      "speaks only TLS 1.2 and 1.3",
    ]),
    [["-4", "-6"], 'Options "useIpv4" and "useIpv6" exclude each other'],
    [["-k", "X: y\r\nZ: z"], 'Option "header": Invalid value'],
    [["-A", "a\nb"], 'Option "useragent": Invalid value'],
    [
      ["-e", "200", "-e", "404"],
      'Option "expect": Set to "200" and to "404": expected one value for the whole command',
    ],
    [["-j", "GET /"], 'Option "method": Invalid value "GET /"'],
    [["-H", "a/b"], 'Option "hostname": Invalid value "a/b"'],
    [["-m", "5:"], 'Option "pagesize": Invalid value "5:"'],
    [["-f", "away"], 'Option "onredirect": Invalid value "away"'],
    [["-r", "("], "Could not compile regular expression"],
  ];
  for (const [args, message] of cases) {
    const { state, text } = await testCheck(bound, { args });
    assertEquals(state, "UNKNOWN", text);
    assertStringIncludes(text, message);
  }
});

Deno.test("http warns of options that are ignored", pure, () => {
  const at = { ipAddress: "192.0.2.1" };
  const certificate = "With certificate (-C), the page is not requested: set " +
    "continueAfterCertificate, or omit ";
  const cases: [binding: Parameters<typeof http>[0], warnings: string[]][] = [
    [{ ...at, certificate: "30" }, []],
    [{ ...at, certificate: "30", expect: "200" }, [`${certificate}expect`]],
    [{ ...at, certificate: "30", string: "a", regex: "b" }, [`${certificate}string, regex`]],
    [{ ...at, certificate: "30", string: "a", continueAfterCertificate: true }, []],
    [
      { ...at, noBody: true, regex: "b" },
      ["With noBody (-N), the body is not searched: omit noBody, string and patterns"],
    ],
    [
      { ...at, invertRegex: true },
      ["invertRegex applies to patterns only: set regex (-r) or eregi (-R)"],
    ],
    [{ ...at, string: "a", regex: "b", invertRegex: true }, []],
  ];
  for (const [binding, warnings] of cases) {
    const { diagnostics } = describeAgent({ commands: { page: http(binding) } });
    assertEquals(diagnostics.map(({ message }) => message), warnings);
  }
});

Deno.test("http with -C judges the page too if continueAfterCertificate is set", {
  ignore: isMissing(openssl),
}, async () => {
  const page: Peer = async ({ read, write }) => {
    await read();
    await write("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
  };
  await using server = listen(page, await makeKeyPair(60, "/CN=shop.example"));
  const at = { ipAddress: "127.0.0.1", port: server.port, certificate: "30", expect: "200" };
  const alone = await testCheck(http(at));
  assertMatch(alone.text, /^OK - Certificate 'shop.example' will expire on /);
  const both = await testCheck(http({ ...at, continueAfterCertificate: true }));
  assertEquals(both.state, "CRITICAL");
  assertStringIncludes(
    both.text,
    "HTTP CRITICAL - Invalid HTTP response received from host on port",
  );
});
