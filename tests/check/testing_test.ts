import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fs from "node:fs";
import { plugin, shell } from "../../src/agent/define_agent.ts";
import { defineCheck } from "../../src/check/define_check.ts";
import { option } from "../../src/check/option.ts";
import { testCheck, type TestSettings } from "../../src/check/testing.ts";
import { readProc } from "../../src/author/read_proc.ts";
import { attempt, refused } from "./testing/attempt.ts";

/** Returns the answer if a declared access has no fixture and the test has no permission. */
function explained(flag: string): string {
  const [kind, target] = flag.split("=");
  return `${kind} "${target}" is declared, but the test has no fixture for it and may not access ` +
    `it: add it to the fixture "${kind}" of testCheck(), or run deno test --allow-${flag}`;
}

Deno.test("testCheck() uses the real resource if the test has no fixture for it", {
  permissions: { read: true, run: ["/bin/echo"], sys: ["osUptime"] },
}, async () => {
  const here = import.meta.filename!;
  assertStringIncludes(
    String(await attempt({ read: [here] }, () => Deno.readTextFile(here))),
    "testCheck() uses the real resource",
  );
  assertEquals(
    await attempt({ read: [here] }, () => fs.readFileSync(here, "utf8").length > 99),
    true,
  );
  assertEquals(
    await attempt({ run: ["/bin/echo"] }, async () => {
      const { stdout } = await new Deno.Command("/bin/echo", { args: ["hi"] }).output();
      return new TextDecoder().decode(stdout);
    }),
    "hi\n",
  );
  assertEquals(await attempt({ sys: ["osUptime"] }, () => Deno.osUptime() > 0), true);
});

Deno.test("testCheck() calls the functions of the test with the permissions of the test", {
  permissions: { read: true },
}, async () => {
  const first = () => Deno.readTextFileSync(import.meta.filename!).slice(0, 6);
  const logged: string[] = [];
  const check = defineCheck({
    description: "Uses each kind of fixture",
    permissions: { net: ["a.example"], sys: ["hostname"] },
    async run(_options, { log }) {
      const fetched = await (await fetch("http://a.example/")).text();
      using connection = await Deno.connect({ hostname: "a.example", port: 1 });
      await connection.write(new Uint8Array(1));
      const received = await new Response(connection.readable).text();
      log("now");
      return [fetched, received, Deno.hostname()].join();
    },
  });
  const { text } = await testCheck(check, {
    net: { "a.example:80": first, "a.example:1": first },
    sys: { hostname: first },
    log: (message) => logged.push(message, first()),
  });
  assertEquals([text, logged], ["import,import,import", ["now", "import"]]);
});

const reader = defineCheck({
  description: "Content of a file",
  options: {
    path: option.text({ short: "p", description: "The file", required: true }),
    extra: option.text({ description: "Another file" }),
  },
  permissions: ({ path, extra = "/default" }) => ({ read: [path, extra] }),
  run: async ({ path, extra = path }, { hostname, procfs, log }) => {
    log(`on ${hostname}, ${procfs}`);
    return await Deno.readTextFile(extra);
  },
});

Deno.test(
  "testCheck() derives permissions from bound values, and from arguments for missing required ones",
  {
    permissions: "none",
  },
  async () => {
    const read = { "/a": "a", "/b": "b" };
    const rows: [Promise<unknown>, unknown][] = [
      [testCheck(reader({ path: "/a" }), { read }), { state: "OK", text: "a" }],
      [testCheck(reader, { args: ["-p", "/a"], read }), { state: "OK", text: "a" }],
      [testCheck(reader({ path: "/a", extra: "/b" }), { read }), { state: "OK", text: "b" }],
      [testCheck(reader({ path: "/a" }), { read, args: ["--extra", "/b"] }), {
        state: "UNKNOWN",
        text: refused('read "/b"').slice("UNKNOWN ".length),
      }],
      [testCheck(reader, { read }), {
        state: "UNKNOWN",
        text: 'Option "path": Missing required value: The file',
      }],
      [testCheck(reader({ path: "/a" }), { read, permissions: { read: ["/b"] } }), {
        state: "UNKNOWN",
        text: refused('read "/a"').slice("UNKNOWN ".length),
      }],
    ];
    for (const [answer, expected] of rows) assertEquals(await answer, expected);
  },
);

Deno.test("testCheck() passes the context, and logs messages and the stack of an error", {
  permissions: "none",
}, async () => {
  const logged: string[] = [];
  const log = (message: string) => logged.push(message);
  await testCheck(reader({ path: "/a" }), {
    read: { "/a": "a" },
    hostname: "web1",
    procfs: "/run/proc",
    log,
  });
  await testCheck(reader({ path: "/a" }), { read: { "/a": new Error("torn") }, log });
  assertEquals(logged.slice(0, 2), ["on web1, /run/proc", "on localhost, /proc"]);
  assertStringIncludes(logged[2] ?? "", "Error: torn\n");
});

Deno.test("testCheck() runs a function with its arguments and without permissions", {
  permissions: "none",
}, async () => {
  assertEquals(await testCheck((args) => args.join("+"), { args: ["1", "2"] }), {
    state: "OK",
    text: "1+2",
  });
  assertEquals((await testCheck(() => Deno.readTextFileSync("/a"))).state, "UNKNOWN");
});

Deno.test(
  "testCheck() refuses plugins, shell commands and other values",
  { permissions: "none" },
  async () => {
    for (const command of [plugin(["/bin/true"]), shell("true")]) {
      await assertRejects(
        // @ts-expect-error a plugin is not a check
        () => testCheck(command),
        TypeError,
        'use runCommand() of "@checkwright/checkwright/daemon"',
      );
    }
    await assertRejects(
      // @ts-expect-error a string is not a check
      () => testCheck("check_load"),
      TypeError,
      "Invalid command of type string: expected a check or a function",
    );
  },
);

Deno.test("testCheck() ends a check that hangs, and restricts the check until it has ended", {
  permissions: "inherit",
}, async () => {
  const refusal = 'Requires read access to "/etc/passwd", run again with the --allow-read flag';
  const read = () => Deno.readTextFile("/etc/passwd").catch((error) => error.message);
  const release = Promise.withResolvers<void>();
  const over = Promise.withResolvers<unknown>();
  const hangs = defineCheck({
    description: "Hangs",
    async run(_options, { signal }) {
      const uponAbort = new Promise((resolve) => signal.onabort = () => resolve(read()));
      await release.promise;
      over.resolve([signal.aborted, signal.reason.name, await uponAbort, await read()]);
      return "late";
    },
  });
  assertEquals(await testCheck(hangs({}, { timeout: "1ms" })), {
    state: "UNKNOWN",
    text: "NRPE: Command timed out after 0.001 seconds",
  });
  release.resolve();
  assertEquals(await over.promise, [true, "TimeoutError", refusal, refusal]);
});

Deno.test("testCheck() restricts neither the test nor another check, and restores the runtime", {
  permissions: { read: true },
}, async () => {
  const originals = Object.getOwnPropertyDescriptors(Deno);
  const here = import.meta.filename!;
  const gate = Promise.withResolvers<void>();
  const waiting = (path: string) =>
    attempt({ read: [path] }, async () => {
      await gate.promise;
      await new Promise((resolve) => setTimeout(resolve));
      return [await Deno.readTextFile(path), await Deno.readTextFile("/b").catch(() => "refused")];
    }, { read: { [path]: `of ${path}`, "/b": "b" } });
  const first = waiting("/a");
  const second = waiting("/c");
  assert((await Deno.readTextFile(here)).length > 0);
  gate.resolve();
  assert((await Deno.readTextFile(here)).length > 0);
  assertEquals(await first, ["of /a", "refused"]);
  assertEquals(await second, ["of /c", "refused"]);
  const after = Object.getOwnPropertyDescriptors(Deno);
  for (const [name, { value, get }] of Object.entries(originals)) {
    const now = after[name as keyof typeof after];
    assert(now?.value === value && now?.get === get, `Deno.${name} was not restored`);
  }
});

Deno.test(
  "testCheck() explains a declared access that has no fixture and that the test may not do",
  {
    permissions: "none",
  },
  async () => {
    const check = (run: () => Promise<string> | string) =>
      defineCheck({
        description: "Accesses the host",
        permissions: {
          ...{ read: ["/srv"], run: ["/bin/true"], net: ["127.0.0.1:7"] },
          ...{ env: ["SHOP"], sys: ["loadavg"] },
        },
        run,
      });
    const rows: [flag: string, access: () => Promise<unknown> | unknown][] = [
      ["read=/srv", () => Array.fromAsync(Deno.readDir("/srv"))],
      ["read=/srv", () => [...Deno.readDirSync("/srv")]],
      ["read=/srv/x", () => Deno.readTextFile("/srv/x")],
      ["read=/srv/x", () => Deno.statSync("/srv/x")],
      ["run=/bin/true", () => new Deno.Command("/bin/true").output()],
      ["run=/bin/true", () => new Deno.Command("/bin/true").spawn()],
      ["net=127.0.0.1:7", () => Deno.connect({ hostname: "127.0.0.1", port: 7 })],
      ["env=SHOP", () => Deno.env.get("SHOP")],
      ["sys=loadavg", () => Deno.loadavg()],
    ];
    for (const [flag, access] of rows) {
      const { text } = await testCheck(check(async () => `${await access()}`));
      assertEquals(text, explained(flag));
    }
    const called = check(() =>
      new Promise((resolve, reject) =>
        fs.readFile("/srv/x", (error) => error ? reject(error) : resolve(""))
      )
    );
    assertEquals((await testCheck(called)).text, explained("read=/srv/x"));
    const write = defineCheck({
      description: "Writes",
      permissions: { write: ["/srv"] },
      run() {
        Deno.writeTextFileSync("/srv/x", "");
        return "";
      },
    });
    assertEquals((await testCheck(write)).text, explained("write=/srv/x"));
    const stat = defineCheck({
      description: "Reads procfs",
      permissions: { proc: ["stat"] },
      run: (_options, context) => readProc(context, "stat"),
    });
    assertStringIncludes((await testCheck(stat)).text, 'read "/proc/stat" is declared, but');
    const refusedText = await testCheck(check(() => Deno.readTextFile("/etc/passwd")));
    assertStringIncludes(refusedText.text, "is not among the declared permissions");
  },
);

Deno.test("testCheck() runs a check at the time of the test", { permissions: "none" }, async () => {
  const now = "2026-03-01T12:00:00Z";
  const time = Date.parse(now);
  const age = defineCheck({
    description: "Age of a file",
    permissions: { read: ["/f"] },
    async run() {
      const { mtime } = await Deno.stat("/f");
      await new Promise((resolve) => setTimeout(resolve, 2));
      const dates = [new Date().getTime(), Date.now(), Date.parse(Date()), Number(new Date(5))];
      class Stamp extends Date {}
      const stamp = new Stamp();
      const kinds = [stamp instanceof Stamp, stamp instanceof Date, stamp.getTime() === dates[0]];
      return JSON.stringify([mtime, ...dates, ...kinds]);
    },
  });
  const read = { "/f": { mtime: new Date(0) } };
  const expected = ["1970-01-01T00:00:00.000Z", time, time, time, 5, true, true, true];
  for (const given of [now, time, new Date(now)]) {
    const { text } = await testCheck(age, { read, now: given });
    assertEquals(JSON.parse(text), expected);
  }
  const fresh = await testCheck(age, { read: { "/f": "" }, now });
  assertEquals(JSON.parse(fresh.text)[0], "2026-03-01T12:00:00.000Z");
});

Deno.test("testCheck() sets the time for its own check only, and restores the clock", {
  permissions: "none",
}, async () => {
  const originals = [Date, Date.now];
  const gate = Promise.withResolvers<void>();
  const clock = async () => {
    await gate.promise;
    return `${new Date().getFullYear()} ${new Date(Date.now()).getFullYear()}`;
  };
  const times: TestSettings[] = [{ now: 864e5 }, { now: "1999-06-01" }, {}];
  const runs = times.map((settings) => testCheck(clock, settings));
  const here = new Date();
  assert(here instanceof Date && Date.now() - here.getTime() < 60_000);
  gate.resolve();
  const years = (await Promise.all(runs)).map(({ text }) => text);
  assertEquals(years, ["1970 1970", "1999 1999", `${here.getFullYear()} ${here.getFullYear()}`]);
  assertEquals([Date, Date.now], originals);
  await assertRejects(
    () => testCheck(clock, { now: "soon" }),
    TypeError,
    'Invalid now "soon": expected a date such as "2026-03-01T12:00:00Z"',
  );
});

const remembers = defineCheck({
  description: "Remembers its last argument",
  options: { next: option.text({ short: "n", description: "The next value", default: "one" }) },
  run({ next }, { state }) {
    const before = state.get<string>();
    if (next === "nothing") return `${before}`;
    state.set(next === "remove" ? undefined : next);
    if (next === "fail") throw new Error("failed");
    return `${before}`;
  },
});

Deno.test("testCheck() passes a stored value to a check, and returns the value that it writes", {
  permissions: "none",
}, async () => {
  const first = await testCheck(remembers);
  assertEquals(first, { state: "OK", text: "undefined", written: "one" });
  const second = await testCheck(remembers, { state: first.written, args: ["-n", "two"] });
  assertEquals(second, { state: "OK", text: "one", written: "two" });
  const third = await testCheck(remembers, { state: "two", args: ["-n", "nothing"] });
  assertEquals(third, { state: "OK", text: "two" });
  assertEquals("written" in third, false);
  const removed = await testCheck(remembers, { state: "two", args: ["-n", "remove"] });
  assertEquals(["written" in removed, removed.written], [true, undefined]);
  const failed = await testCheck(remembers, { args: ["-n", "fail"] });
  assertEquals(failed, { state: "UNKNOWN", text: "failed" });
  assertEquals("written" in failed, false);
});

Deno.test("testCheck() returns no written value after a timeout", {
  permissions: "none",
}, async () => {
  const late = defineCheck({
    description: "Waits for its deadline",
    async run(_options, { signal, state }) {
      state.set("late");
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      return "late";
    },
  });
  const output = await testCheck(late, { timeout: "50ms" });
  assertEquals([output.state, "written" in output], ["UNKNOWN", false]);
});

Deno.test("testCheck() refuses a stored value that is not JSON", {
  permissions: "none",
}, async () => {
  await assertRejects(
    () => testCheck(remembers, { state: new Date() as never }),
    TypeError,
    "Cannot store state of type Date",
  );
});
