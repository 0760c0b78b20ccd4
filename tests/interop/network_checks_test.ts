import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileAge } from "../../checks/file_age.ts";
import { http } from "../../checks/http/http.ts";
import { procs } from "../../checks/procs/procs.ts";
import { tcp } from "../../checks/tcp/tcp.ts";
import { executeCheck } from "../../src/check/execute.ts";
import {
  type Check,
  type ParsedOutput,
  parsePluginOutput,
  type PluginOutput,
  stateOf,
} from "../../src/mod.ts";
import {
  closedPort,
  listen,
  listenOnly,
  type LocalServer,
  makeKeyPair,
  type Peer,
} from "../checks/local_server.ts";
import { openssl } from "../openssl.ts";
import { isMissing, pluginFolder } from "../tools.ts";
import { later, outputOf, runToEnd, statusOf } from "../waiting.ts";

// deno-lint-ignore no-explicit-any -- checks with different option types are in one list
type AnyCheck = Check<any>;

const context = {
  signal: new AbortController().signal,
  hostname: "localhost",
  procfs: "/proc",
  log: () => {},
};

/** Returns whether the plugin is not of version 2.3: later versions have other texts. */
function isOtherVersion(plugin: string): boolean {
  if (isMissing(plugin)) return true;
  try {
    const { stdout } = new Deno.Command(plugin, { args: ["--version"] }).outputSync();
    return !new TextDecoder().decode(stdout).includes("2.3");
  } catch {
    return false;
  }
}

async function runPlugin(plugin: string, args: string[]): Promise<PluginOutput> {
  const { code, stdout } = await runToEnd(plugin, { args, stdin: "null" });
  return { state: stateOf(code), text: new TextDecoder().decode(stdout) };
}

/**
 * Parses an output and replaces the values that change with each run. All lines become one, because
 * the plugins write perfdata on the last line, and the checks on the first.
 */
function masked(plugin: PluginOutput): ParsedOutput & { output: string } {
  const parsed = parsePluginOutput(plugin);
  const lines = [parsed.output, parsed.longOutput].filter(Boolean).join("\n");
  return {
    ...parsed,
    output: lines.replaceAll(/\d+\.\d{3} second/g, "N second"),
    longOutput: "",
    perfdata: parsed.perfdata
      // Only the checks print the remaining days of a certificate.
      .filter(({ label }) => label !== "days")
      .map((datum) => datum.label.startsWith("time") ? { ...datum, value: 0 } : datum),
  };
}

/** How to compare the output of a check with that of its plugin. */
interface Comparison {
  /** Returns the part to compare. */
  select?: ((output: ParsedOutput) => unknown) | undefined;
  /** Changes the output of the plugin. */
  adjust?: ((output: ParsedOutput) => ParsedOutput) | undefined;
  /** The number of attempts. */
  attempts?: number;
}

/** Compares check and plugin; tries again if they differ, because the values may have changed. */
async function assertAgree(
  name: string,
  check: AnyCheck,
  args: string[],
  { select = (output) => output, adjust = (output) => output, attempts = 3 }: Comparison = {},
): Promise<void> {
  let pair: unknown[] = [];
  for (let attempt = 0; attempt < attempts; attempt++) {
    const expected = adjust(masked(await runPlugin(`${pluginFolder}/${name}`, args)));
    const actual = masked((await executeCheck(check, args, context)).output);
    pair = [select(actual), select(expected)];
    if (JSON.stringify(pair[0]) === JSON.stringify(pair[1])) break;
  }
  assertEquals(pair[0], pair[1], `${name} ${args.join(" ")}`);
}

const greeter: Peer = async ({ read, write }) => {
  await write("220 mail.example ESMTP\r\n");
  while (await read() !== "");
};

const echo: Peer = async ({ read, write }) => {
  const request = await read();
  await write("echo: ");
  await later(30);
  await write(request);
  while (await read() !== "");
};

const lines: Peer = async ({ read, write }) => {
  await write("one\ntwo\nthree  \n");
  while (await read() !== "");
};

const tcpCases: [peer: Peer, args: string[][]][] = [
  [greeter, [
    [],
    ["-e", "220"],
    ["-e", "mail", "-j"],
    ["-e", "250", "-e", "220"],
    ["-e", "ESMTP", "-e", "220", "-A"],
    ["-e", "220", "-q", "QUIT"],
    ["-e", "250"],
    ["-e", "250", "-e", "220", "-A", "-M", "ok"],
    // A comma is part of a string.
    ["-e", "220 mail.example, really"],
    ["-e", "250,220"],
    ["-e", "a,b", "-e", "ESMTP"],
    ["-w", "0.00001"],
    ["-c", "0.00001"],
    ["-w", "5", "-c", "9.5", "-t", "3"],
    ["-S"],
  ]],
  [echo, [
    ["-E", "-s", "hi\\r\\n\\t\\\\x", "-e", "x"],
    ["-s", "hi\\n", "-e", "hi\\n"],
    ["-s", "hello", "-e", "hello"],
  ]],
  [lines, [["-e", "one"]]],
  [listenOnly, [["-e", "x", "-t", "1"], ["-t", "1"]]],
  [async () => {}, [["-e", "x"], []]],
];

const ignoreTcp = isOtherVersion(`${pluginFolder}/check_tcp`);

for (const [peer, argLists] of tcpCases) {
  for (const args of argLists) {
    Deno.test({
      name: `The check has the same output as check_tcp ${args.join(" ")} for server ${
        tcpCases.findIndex(([of]) => of === peer)
      }`,
      ignore: ignoreTcp,
      async fn() {
        await using server = listen(peer);
        const where = ["-H", "127.0.0.1", "-p", String(server.port)];
        // Only the first lines are compared, because each TLS library has its own text below.
        const select = args.includes("-S") ? firstLine : undefined;
        await assertAgree("check_tcp", tcp, [...where, ...args], { select });
      },
    });
  }
}

function firstLine({ state, output }: ParsedOutput): unknown {
  return [state, output.split("\n")[0]];
}

Deno.test({
  name: "The check has the same output as check_tcp for a closed port",
  ignore: ignoreTcp,
  async fn() {
    const port = String(closedPort());
    for (const args of [[], ["-r", "ok"], ["-r", "warn"], ["-S"], ["-D", "14"]]) {
      for (const host of ["127.0.0.1", "localhost"]) {
        await assertAgree("check_tcp", tcp, ["-H", host, "-p", port, ...args]);
      }
    }
    await assertAgree(
      "check_tcp",
      tcp,
      ["-H", "nonexist.invalid", "-p", port],
      { select: ({ state }) => state },
    );
  },
});

const dates =
  "Date: Mon, 01 Jan 2024 00:00:00 GMT\r\nLast-Modified: Sun, 31 Dec 2023 00:00:00 GMT\r\n";
const empty = "Content-Length: 0\r\n\r\n";

const pages: Record<string, string> = {
  "/": `HTTP/1.1 200 OK\r\n${dates}Content-Length: 12\r\n\r\nhello world\n`,
  "/chunked": `HTTP/1.1 200 OK\r\n${dates}Transfer-Encoding: chunked\r\n\r\n` +
    "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
  "/nolength": "HTTP/1.0 200 OK\r\n\r\nbody without length",
  "/short": "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello",
  "/lines": "HTTP/1.1 200 OK\r\nX: a|b\r\n\r\nline one\nline two\n",
  "/lf": "HTTP/1.1 200 OK\nX: y\n\nbody\n",
  "/302": `HTTP/1.1 302 Found\r\nLocation: /\r\n${empty}`,
  "/down/302": `HTTP/1.1 301 Moved\r\nLocation: 404\r\n${empty}`,
  "/down/404": `HTTP/1.1 404 Not Found\r\n${empty}`,
  "/loop": `HTTP/1.1 302 Found\r\nLocation: /loop\r\n${empty}`,
  "/ping": `HTTP/1.1 302 Found\r\nLocation: /pong\r\n${empty}`,
  "/pong": `HTTP/1.1 302 Found\r\nLocation: /ping\r\n${empty}`,
  "/nowhere": `HTTP/1.1 302 Found\r\n${empty}`,
  "/404": `HTTP/1.1 404 Not Found\r\n${empty}`,
  "/500": `HTTP/1.1 500 Oops\r\n${empty}`,
  "/999": `HTTP/1.1 999 Odd\r\n${empty}`,
  "/20": `HTTP/1.1 20 Odd\r\n${empty}`,
  "/ssh": "SSH-2.0-OpenSSH_9\r\n",
  "/empty": "",
};

const webServer: Peer = async ({ read, write }) => {
  const path = (await read()).split(" ")[1] ?? "";
  if (path === "/hang") await read();
  await write(pages[path] ?? `HTTP/1.1 200 OK\r\n${empty}`);
};

const httpCases: string[][] = [
  // Only the check returns WARNING for a response that is shorter than announced.
  ...Object.keys(pages).filter((path) => path !== "/short").map((path) => ["-u", path]),
  ["-s", "hello"],
  ["-s", "absent"],
  ["-s", "a string so long that it is cut short", "-H", "shop.example", "-u", "/x/y"],
  ["-s", "hello world", "-u", "/chunked"],
  ["-r", "h.llo"],
  ["-r", "h.LLO"],
  ["-R", "h.LLO"],
  ["-r", "[[:alpha:]]+ w"],
  ["-r", "hello", "--invert-regex"],
  ["-r", "one$", "-u", "/lines"],
  ["-r", "one.line", "-u", "/lines"],
  ["-l", "-r", "one.line", "-u", "/lines"],
  ["-d", "Content-Type"],
  ["-d", "Content-Length"],
  ["-m", "10:20"],
  ["-m", "1000:2000", "-s", "absent"],
  ["-m", "1000"],
  ["-e", "200"],
  ["-e", "404,200 OK"],
  ["-e", "404"],
  ["-e", "404", "-u", "/404", "-s", "absent"],
  ["-w", "0.00001"],
  ["-c", "0.00001"],
  ["-w", "1", "-c", "15"],
  ["-c", "5.5", "-t", "2"],
  ["-M", "1d"],
  ["-M", "1h"],
  ["-M", "60", "-u", "/lf"],
  ["-a", "user:secret", "-k", "X-One: 1", "-A", "probe"],
  ["-P", "a=b", "-T", "text/plain", "-j", "PUT"],
  ["-N"],
  ["-N", "-s", "hello"],
  ["-E"],
  ["-H", "shop.example:99", "-s", "absent"],
  ["-u", "/302", "-f", "warning"],
  ["-u", "/302", "-f", "critical"],
  ["-u", "/302", "-f", "follow"],
  ["-u", "/302", "-f", "sticky", "-H", "shop.example"],
  ["-u", "/302", "-f", "stickyport", "-H", "shop.example"],
  ["-u", "/down/302", "-f", "follow"],
  ["-u", "/loop", "-f", "follow"],
  ["-u", "/ping", "-f", "follow", "--max-redirs=3"],
  ["-u", "/nowhere", "-f", "follow"],
  ["-u", "/hang", "-t", "1"],
];

const ignoreHttp = isOtherVersion(`${pluginFolder}/check_http`);

for (const args of httpCases) {
  Deno.test({
    name: `The check has the same output as check_http ${args.join(" ")}`,
    ignore: ignoreHttp,
    async fn() {
      await using server = listen(webServer);
      const where = ["-I", "127.0.0.1", "-p", String(server.port)];
      await assertAgree("check_http", http, [...where, ...args]);
    },
  });
}

Deno.test({
  name: "The check sends the same requests as check_http, except for the User-Agent",
  ignore: ignoreHttp,
  async fn() {
    await using server = listen(webServer);
    const where = ["-I", "127.0.0.1", "-p", String(server.port)];
    const asked: string[][] = [
      [],
      ["-H", "shop.example", "-u", "/x"],
      ["-H", "shop.example:99"],
      ["-H", "shop.example", "-k", "Host: other.example", "-j", "HEAD"],
      ["-a", "user:secret", "-k", "X-One: 1", "-k", "X-Two: a, b", "-A", "probe"],
      ["-u", "/302", "-f", "follow"],
    ];
    for (const args of asked) {
      server.received.length = 0;
      await runPlugin(`${pluginFolder}/check_http`, [...where, ...args]);
      const theirs = server.received.splice(0);
      await executeCheck(http, [...where, ...args], context);
      const plain = (requests: string[]) =>
        requests.map((request) => request.replace(/^User-Agent: check_http.*$/m, "User-Agent: N"));
      assertEquals(plain(server.received), plain(theirs), args.join(" "));
    }
  },
});

Deno.test({
  name: "The check has the same output as check_http for a closed port",
  ignore: ignoreHttp,
  async fn() {
    const port = String(closedPort());
    for (const args of [["-I", "127.0.0.1"], ["-H", "localhost"], ["-I", "127.0.0.1", "-S"]]) {
      await assertAgree("check_http", http, [...args, "-p", port]);
    }
  },
});

Deno.test({
  name: "The checks have the same output as check_http and check_tcp over TLS",
  ignore: ignoreHttp || ignoreTcp || isMissing(openssl),
  async fn() {
    await using server: LocalServer = listen(
      webServer,
      await makeKeyPair(30, "/O=A/CN=shop.example"),
    );
    const port = ["-p", String(server.port)];
    const web: string[][] = [
      ["-S"],
      ["-S", "-H", "shop.example", "-s", "absent"],
      ["-S", "--sni", "-H", "shop.example"],
      ["-S", "-u", "/nolength"],
      ["-S", "-u", "/302", "-f", "follow"],
      ["-C", "14,7"],
      ["-C", "40"],
      ["-C", "40,35"],
      ["-C", "14", "--continue-after-certificate"],
      ["-C", "40,3", "--continue-after-certificate"],
    ];
    for (const args of web) {
      await assertAgree("check_http", http, ["-I", "127.0.0.1", ...port, ...args]);
    }
    for (const args of [["-S"], ["-D", "14"], ["-D", "40,3"], ["-D", "40,35"]]) {
      await assertAgree("check_tcp", tcp, ["-H", "127.0.0.1", ...port, ...args]);
    }
  },
});

const procsCases: string[][] = [
  ["-s", "S"],
  ["-s", "Z", "-w", "5", "-c", "10"],
  ["-C", "sleep", "-a", "299", "-u", "root", "-s", "S"],
  ["-u", "nobody"],
  ["-p", "1"],
  ["-C", "no-such-command", "-c", "1:1"],
  ["-C", "sleep", "-c", "1:"],
  ["-a", "sleep 29"],
  ["--ereg-argument-array", "sleep 29[[:digit:]]$", "-c", "1:"],
  ["-u", "root", "-C", "sleep", "-a", "299", "-r", "1"],
  ["-m", "RSS", "-C", "sleep", "-w", "1"],
  ["-m", "RSS", "-C", "sleep", "-w", "0", "-c", "1", "-v"],
  ["-m", "VSZ", "-C", "sleep", "-w", "1", "-c", "10000000"],
  ["-m", "CPU", "-C", "sleep", "-w", "101"],
  ["-m", "ELAPSED", "-C", "sleep", "-c", "100000"],
  ["-m", "RSS", "-C", "no-such-command", "-c", "1"],
];

/** Filters that match the `ps` of the check: check_procs 2.3 counts it, later versions do not. */
const procsCasesWithPs: string[][] = [
  [],
  ["-w", "1", "-c", "100000"],
  ["-w", "1:", "-c", "2:"],
  ["-w", "@1:100000"],
  ["-u", "root"],
  ["-u", "0", "-c", "1:"],
  ["-z", "1"],
  ["-k"],
];

/** Subtracts one process from the counts of a plugin. */
function withoutPs<T extends ParsedOutput>(parsed: T): T {
  return {
    ...parsed,
    output: parsed.output.replace(/\d+(?= process)/, (count) => `${Number(count) - 1}`),
    perfdata: parsed.perfdata.map((datum) => ({ ...datum, value: Number(datum.value) - 1 })),
  };
}

const ignoreProcs = isOtherVersion(`${pluginFolder}/check_procs`);

for (const args of [...procsCases, ...procsCasesWithPs]) {
  Deno.test({
    name: `The check counts the same processes as check_procs ${args.join(" ")}`,
    ignore: ignoreProcs,
    async fn() {
      const sleeper = new Deno.Command("/usr/bin/sleep", {
        args: ["299"],
        stdin: "null",
        stdout: "null",
      }).spawn();
      try {
        // Several attempts are necessary, because other processes of the machine start and exit.
        const adjust = procsCasesWithPs.includes(args) ? withoutPs : undefined;
        await assertAgree("check_procs", procs, args, { attempts: 30, adjust });
      } finally {
        sleeper.kill("SIGKILL");
        await statusOf(sleeper, "sleep");
      }
    },
  });
}

Deno.test({
  name: "The check has the same output as check_file_age",
  ignore: isMissing(`${pluginFolder}/check_file_age`),
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const [file, young, link] = [`${folder}/file`, `${folder}/young`, `${folder}/link`];
      await Deno.writeTextFile(file, "x".repeat(100));
      await Deno.utime(file, 1_000_000_000, 1_000_000_000);
      await Deno.writeTextFile(young, "");
      await Deno.symlink("nowhere", link);
      const cases: string[][] = [
        [file],
        ["-f", file, "-w", "5000000000", "-c", "6000000000"],
        ["-f", file, "-w", "1", "-c", "6000000000"],
        ["-f", file, "-w", "5000000000", "-c", "6000000000", "-W", "101"],
        ["-f", file, "-w", "5000000000", "-c", "6000000000", "-W", "200", "-C", "101"],
        ["-f", young],
        ["-f", young, "-W", "1"],
        ["-f", folder, "-w", "10000"],
        ["-f", link],
        ["-i", "-f", link],
        ["-f", `${file}/below`],
        ["-f", `${folder}/absent`],
        ["-i", "-f", `${folder}/absent`],
      ];
      for (const args of cases) await assertAgree("check_file_age", fileAge, args);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** Runs a check in a process with only the given permissions. */
async function runConfined(flags: string[], check: string, args: string[]): Promise<string> {
  const checks = new URL("../../checks/mod.ts", import.meta.url).href;
  const execute = new URL("../../src/check/execute.ts", import.meta.url).href;
  const script = `
    import * as checks from ${JSON.stringify(checks)};
    import { executeCheck } from ${JSON.stringify(execute)};
    const context = { signal: new AbortController().signal, hostname: "h", procfs: "/proc", log() {} };
    const { output } = await executeCheck(checks.${check}, ${JSON.stringify(args)}, context);
    console.log(output.state, output.text);
  `;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--no-check", "--ext=ts", ...flags, "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const stdin = child.stdin.getWriter();
  await stdin.write(new TextEncoder().encode(script));
  await stdin.close();
  return new TextDecoder().decode((await outputOf(child, check)).stdout);
}

Deno.test({
  name: "The checks select the same addresses as check_http and check_tcp for -4 and -6",
  ignore: ignoreHttp || ignoreTcp,
  async fn() {
    await using server = listen(webServer);
    const port = ["-p", String(server.port)];
    for (
      const args of [
        ["-4", "-H", "localhost"],
        ["-6", "-H", "127.0.0.1"],
        ["-4", "-H", "::1"],
        ["-6", "-H", "::1"],
      ]
    ) {
      await assertAgree("check_http", http, [...args, ...port]);
      await assertAgree("check_tcp", tcp, [...args, ...port]);
    }
  },
});

Deno.test({
  name: "The checks run in a process with only their declared permissions",
  ignore: isMissing(openssl) || isMissing("/bin/ps"),
  async fn() {
    await using plain = listen(webServer);
    await using secure = listen(webServer, await makeKeyPair(30, "/CN=shop.example"));
    const [port, securePort] = [String(plain.port), String(secure.port)];
    const self = import.meta.filename!;
    const cases: [flags: string[], check: string, args: string[], output: string][] = [
      [
        [`--allow-net=127.0.0.1:${port}`],
        "tcp",
        ["-H", "127.0.0.1", "-p", port],
        "OK TCP OK - ",
      ],
      [
        [`--allow-net=localhost:${securePort}`],
        "tcp",
        ["-H", "localhost", "-p", securePort, "-D", "14"],
        "OK OK - Certificate 'shop.example'",
      ],
      [
        [`--allow-net=127.0.0.1:${port}`],
        "http",
        ["-I", "127.0.0.1", "-p", port, "-u", "/302", "-f", "follow"],
        "OK HTTP OK: HTTP/1.1 200 OK",
      ],
      [
        [`--allow-net=localhost:${securePort}`],
        "http",
        ["-H", "localhost", "-p", securePort, "-S"],
        "OK HTTP OK: HTTP/1.1 200 OK",
      ],
      [
        [`--allow-net=127.0.0.1:1`],
        "http",
        ["-H", "localhost", "-p", securePort, "-S"],
        `UNKNOWN Permission refused: net "localhost:${securePort}"`,
      ],
      [
        [`--allow-net=localhost:${port}`],
        "http",
        ["-4", "-H", "localhost", "-p", port],
        "OK HTTP OK: HTTP/1.1 200 OK",
      ],
      [
        [`--allow-net=127.0.0.1:1`],
        "tcp",
        ["-4", "-H", "localhost", "-p", port],
        `UNKNOWN Permission refused: net "localhost:${port}"`,
      ],
      [["--allow-run=/bin/ps"], "procs", ["-a", "e", "-c", "1:"], "OK PROCS OK: "],
      [[`--allow-read=${self}`], "fileAge", ["-f", self, "-w", "1:", "-c", "1:"], "OK FILE_AGE OK"],
    ];
    for (const [flags, check, args, output] of cases) {
      assertStringIncludes(await runConfined(flags, check, args), output);
    }
  },
});
