import { assertEquals } from "@std/assert";
import fs from "node:fs";
import type { TestSettings } from "../../../src/check/testing.ts";
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
