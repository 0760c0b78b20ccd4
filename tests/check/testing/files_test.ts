import { assertEquals } from "@std/assert";
import fs from "node:fs";
import { defineCheck } from "../../../src/check/define_check.ts";
import { testCheck, type TestSettings } from "../../../src/check/testing.ts";
import { attempt } from "./attempt.ts";

const files: TestSettings = {
  read: {
    "/srv/app/state.json": '{"depth":3}',
    "/srv/app/log/a.log": new Uint8Array([1, 2, 3]),
    "/srv/app/log/b.log": { content: "old", mtime: new Date(0) },
    "/srv/app/gone": new Deno.errors.NotFound("No such file or directory (os error 2)"),
    "/srv/app/locked": new Deno.errors.PermissionDenied("Permission denied (os error 13)"),
  },
};

Deno.test(
  "testCheck() reads files of the test instead of files on the disk",
  { permissions: "none" },
  async () => {
    const rows: [() => unknown, unknown][] = [
      [() => Deno.readTextFile("/srv/app/state.json"), '{"depth":3}'],
      [() => Deno.readTextFileSync("/srv//app/./x/../state.json"), '{"depth":3}'],
      [async () => [...await Deno.readFile("/srv/app/log/a.log")], [1, 2, 3]],
      [() => [...Deno.readFileSync(new URL("file:///srv/app/log/a.log"))], [1, 2, 3]],
      [() => Deno.statSync("/srv/app/log/a.log").size, 3],
      [async () => (await Deno.stat("/srv/app/log/b.log")).mtime, "1970-01-01T00:00:00.000Z"],
      [async () => (await Deno.lstat("/srv/app/log")).isDirectory, true],
      [() => Date.now() - Deno.statSync("/srv/app/state.json").mtime!.getTime() < 60_000, true],
      [() => Deno.realPathSync("/srv/app/log/../state.json"), "/srv/app/state.json"],
      [async () => (await Array.fromAsync(Deno.readDir("/srv/app"))).map(({ name }) => name), [
        "state.json",
        "log",
        "locked",
      ]],
      [
        () =>
          [...Deno.readDirSync("/srv/app")].filter((entry) => entry.isDirectory).map(({ name }) =>
            name
          ),
        ["log"],
      ],
      [() => Deno.readTextFile("/srv/app/gone").catch((error) => error.name), "NotFound"],
      [() => Deno.stat("/srv/app/locked").catch((error) => error.name), "PermissionDenied"],
      [() => Deno.readTextFile("/srv/app/log").catch((error) => error.name), "IsADirectory"],
      [
        () => Array.fromAsync(Deno.readDir("/srv/app/state.json")).catch((error) => error.name),
        "NotADirectory",
      ],
      [() => fs.readFileSync("/srv/app/state.json", "utf8"), '{"depth":3}'],
      [() => fs.promises.readFile("/srv/app/state.json", { encoding: "utf8" }), '{"depth":3}'],
      [
        () =>
          new Promise((resolve) =>
            fs.readFile("/srv/app/state.json", (_, data) => resolve(String(data)))
          ),
        '{"depth":3}',
      ],
      [() => fs.readdirSync("/srv/app/log"), ["a.log", "b.log"]],
      [() => fs.existsSync("/srv/app/log"), true],
      [() => fs.statSync("/srv/app/log/a.log").size, 3],
      [async () => await (await fetch("file:///srv/app/state.json")).json(), { depth: 3 }],
    ];
    for (const [code, expected] of rows) {
      assertEquals(await attempt({ read: ["/srv/app"] }, code, files), expected, String(code));
    }
  },
);

Deno.test("testCheck() opens files of the test", { permissions: "none" }, async () => {
  const answer = await attempt({ read: ["/f"] }, async () => {
    using file = await Deno.open("/f");
    const into = new Uint8Array(4);
    const first = await file.read(into);
    file.seekSync(-2, Deno.SeekMode.End);
    const rest = await new Response(file.readable).text();
    await file.seek(0, Deno.SeekMode.End);
    return [
      first,
      new TextDecoder().decode(into),
      rest,
      file.readSync(into),
      (await file.stat()).size,
    ];
  }, { read: { "/f": "0123456789" } });
  assertEquals(answer, [4, "0123", "89", null, 10]);
});

Deno.test("testCheck() keeps files in memory that are written beside a file of the test", {
  permissions: "none",
}, async () => {
  const both = { read: ["/var/lib/check"], write: ["/var/lib/check"] };
  const read = { "/var/lib/check/seen": "1" };
  const answer = await attempt(both, async () => {
    const before = await Deno.readTextFile("/var/lib/check/seen");
    await Deno.mkdir("/var/lib/check", { recursive: true });
    await Deno.writeTextFile("/var/lib/check/seen.new", "2");
    await Deno.writeFile("/var/lib/check/seen.new", new TextEncoder().encode("3"), {
      append: true,
    });
    await Deno.chmod("/var/lib/check/seen.new", 0o600);
    await Deno.rename("/var/lib/check/seen.new", "/var/lib/check/seen");
    Deno.copyFileSync("/var/lib/check/seen", "/var/lib/check/copy");
    Deno.truncateSync("/var/lib/check/copy", 1);
    const names = [...Deno.readDirSync("/var/lib/check")].map(({ name }) => name).sort();
    const copy = await Deno.readTextFile("/var/lib/check/copy");
    await Deno.remove("/var/lib/check/copy");
    const gone = await Deno.stat("/var/lib/check/copy").catch((error) => error.name);
    return [before, await Deno.readTextFile("/var/lib/check/seen"), copy, names, gone];
  }, { read });
  assertEquals(answer, ["1", "23", "2", ["copy", "seen"], "NotFound"]);
  assertEquals(read, { "/var/lib/check/seen": "1" });
});

const counter = defineCheck({
  description: "Number of its runs",
  permissions: { read: ["/var/lib/check"], write: ["/var/lib/check"] },
  async run() {
    const before = await Deno.readTextFile("/var/lib/check/runs").catch((error) => {
      if (error instanceof Deno.errors.NotFound) return "0";
      throw error;
    });
    const runs = Number(before) + 1;
    await Deno.writeTextFile("/var/lib/check/runs.new", `${runs}`);
    await Deno.rename("/var/lib/check/runs.new", "/var/lib/check/runs");
    return `run ${runs}`;
  },
});

Deno.test("testCheck() returns written files in the fixture, and the next run reads them", {
  permissions: "none",
}, async () => {
  const write: Record<string, string> = {};
  assertEquals((await testCheck(counter, { write })).text, "run 1");
  assertEquals(write, { "/var/lib/check/runs": "1" });
  assertEquals((await testCheck(counter, { write })).text, "run 2");
  assertEquals(write, { "/var/lib/check/runs": "2" });
  // A file of both fixtures is the written one.
  const read = { "/var/lib/check/runs": "7" };
  assertEquals((await testCheck(counter, { read, write })).text, "run 3");
  assertEquals((await testCheck(counter, { read, write: {} })).text, "run 8");
  assertEquals(read, { "/var/lib/check/runs": "7" });
});

Deno.test("testCheck() returns the written files of a check that fails, and bytes as bytes", {
  permissions: "none",
}, async () => {
  const write: Record<string, string | Uint8Array> = { "/w//old": "1", "/w/kept": "2" };
  const answer = await attempt({ read: ["/w"], write: ["/w"] }, async () => {
    await Deno.writeFile("/w/bytes", Uint8Array.of(0xff, 0));
    await Deno.writeTextFile("/w/text", "ä");
    await Deno.writeTextFile("/w/text", "ö", { append: true });
    await Deno.mkdir("/w/folder");
    await Deno.remove("/w/old");
    throw new Error("torn");
  }, { write });
  assertEquals(answer, "UNKNOWN torn");
  const expected = { "/w/kept": "2", "/w/bytes": Uint8Array.of(0xff, 0), "/w/text": "äö" };
  assertEquals<unknown>(write, expected);
});

Deno.test("testCheck() keeps writes in memory as a file system would", {
  permissions: "none",
}, async () => {
  const name = (error: Error) => error.name;
  const rows: [() => unknown, unknown][] = [
    [() => Deno.readTextFile("/w/a").catch(name), "NotFound"],
    [() => Deno.stat("/w/a").catch(name), "NotFound"],
    [() => Deno.remove("/w/a").catch(name), "NotFound"],
    [() => Deno.writeTextFile("/w/a", "", { create: false }).catch(name), "NotFound"],
    [() => Deno.writeTextFile("/w/f", "", { createNew: true }).catch(name), "AlreadyExists"],
    [() => Deno.mkdir("/w").catch(name), "AlreadyExists"],
    [() => Deno.mkdir("/w", { recursive: true }).then(() => "made"), "made"],
    [() => Deno.writeTextFile("/w", "").catch(name), "IsADirectory"],
    [async () => {
      await Deno.mkdir("/w/new");
      return (await Deno.stat("/w/new")).isDirectory && [...Deno.readDirSync("/w/new")];
    }, []],
    [async () => {
      using file = await Deno.open("/w/o", { read: true, write: true, create: true });
      await file.write(new TextEncoder().encode("0123456789"));
      file.seekSync(2, Deno.SeekMode.Start);
      file.writeSync(new TextEncoder().encode("xy"));
      await file.truncate(6);
      return await Deno.readTextFile("/w/o");
    }, "01xy45"],
    [async () => {
      using file = await Deno.create("/w/f");
      await new Blob(["a", "b"]).stream().pipeTo(file.writable);
      using more = await Deno.open("/w/f", { append: true });
      more.writeSync(new TextEncoder().encode("c"));
      return Deno.readTextFileSync("/w/f");
    }, "abc"],
    [async () => {
      using file = await Deno.open("/w/f");
      return await file.write(new Uint8Array(1)).catch(name);
    }, "BadResource"],
    [() => Deno.open("/w/f", { write: true, createNew: true }).catch(name), "AlreadyExists"],
    [() => Deno.open("/w/a").catch(name), "NotFound"],
    [() => Deno.link("/w/f", "/w/g").catch(name), "NotSupported"],
    [() => Deno.makeTempFile({ dir: "/w" }).catch(name), "NotSupported"],
    [() => {
      fs.writeFileSync("/w/n", "YQ==", "base64");
      fs.appendFileSync("/w/n", "b");
      fs.mkdirSync("/w/m", { recursive: true });
      fs.renameSync("/w/n", "/w/m/n");
      fs.copyFileSync("/w/m/n", "/w/m/o");
      fs.rmSync("/w/m/n");
      fs.rmSync("/w/absent", { force: true });
      return [fs.readFileSync("/w/m/o", "utf8"), fs.existsSync("/w/m/n"), fs.readdirSync("/w/m")];
    }, ["ab", false, ["o"]]],
    [async () => {
      await fs.promises.writeFile("/w/p", "1");
      await new Promise((resolve) => fs.appendFile("/w/p", "2", resolve));
      return fs.readFileSync("/w/p", "utf8");
    }, "12"],
    [() => fs.promises.open("/w/p", "w").catch(name), "NotSupported"],
  ];
  for (const [code, expected] of rows) {
    const write = { "/w/f": "old" };
    const both = { read: ["/w"], write: ["/w"] };
    assertEquals(await attempt(both, code, { write }), expected, String(code));
  }
});
