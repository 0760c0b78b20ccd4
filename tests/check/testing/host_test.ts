import { assertEquals } from "@std/assert";
import fs from "node:fs";
import os from "node:os";
import type { TestSettings } from "../../../src/check/testing.ts";
import { attempt } from "./attempt.ts";

Deno.test("testCheck() runs programs of the test", { permissions: "none" }, async () => {
  const run = {
    "/bin/ps": "PID\n1\n",
    "/bin/ps -x": { stdout: "x", stderr: "bad", code: 2 },
    "/usr/bin/df": "by name",
    "/bin/absent": new Deno.errors.NotFound("Failed to spawn '/bin/absent': entity not found"),
  };
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const rows: [() => unknown, unknown][] = [
    [async () => text((await new Deno.Command("/bin/ps").output()).stdout), "PID\n1\n"],
    [() => text(new Deno.Command("/bin/ps", { args: ["-e"] }).outputSync().stdout), "PID\n1\n"],
    [() => text(new Deno.Command("df").outputSync().stdout), "by name"],
    [() => new Deno.Command("/bin/ps", { args: ["-x"] }).outputSync().code, 2],
    [async () => {
      const { success, code, signal, stderr } = await new Deno.Command("/bin/ps", { args: ["-x"] })
        .output();
      return [success, code, signal, text(stderr)];
    }, [false, 2, null, "bad"]],
    [async () => {
      await using child = new Deno.Command("/bin/ps", { stdin: "piped", stdout: "piped" }).spawn();
      const writer = child.stdin.getWriter();
      await writer.write(new Uint8Array(3));
      await writer.close();
      return [await child.stdout.text(), (await child.status).success];
    }, ["PID\n1\n", true]],
    [() => {
      try {
        return new Deno.Command("/bin/ps").spawn().stdout;
      } catch (error) {
        return (error as Error).message;
      }
    }, "Cannot get 'stdout': 'stdout' is not piped"],
    [() => new Deno.Command("/bin/absent").output().catch((error) => error.name), "NotFound"],
  ];
  for (const [code, expected] of rows) {
    assertEquals(
      await attempt({ run: ["/bin/ps", "/bin/absent", "/usr/bin/df"] }, code, { run }),
      expected,
      String(code),
    );
  }
});

Deno.test(
  "testCheck() uses environment variables and system information of the test",
  { permissions: "none" },
  async () => {
    const settings: TestSettings = {
      env: { HOME: "/root", APP_KEY: "k" },
      sys: {
        loadavg: [1, 2, 3],
        cpus: [{ model: "x" }],
        statfs: (path: unknown) => ({ path }),
        hostname: new Error("no name"),
      },
    };
    const permissions = {
      env: ["HOME", "APP_*"],
      sys: ["loadavg", "cpus", "statfs", "hostname"],
      read: ["/"],
    };
    const rows: [() => unknown, unknown][] = [
      [() => Deno.env.get("HOME"), "/root"],
      [() => globalThis.process.env.APP_KEY, "k"],
      // Not declared.
      [() => globalThis.process.env.PATH ?? "none", "none"],
      [() => "PATH" in globalThis.process.env, false],
      [() => Object.keys(globalThis.process.env).sort(), ["HOME"]],
      [() => [Deno.env.has("APP_KEY"), Deno.env.delete("APP_KEY"), Deno.env.has("APP_KEY")], [
        true,
        null,
        false,
      ]],
      [() => [Deno.env.set("APP_NEW", "n"), Deno.env.get("APP_NEW")], [null, "n"]],
      [() => Deno.loadavg(), [1, 2, 3]],
      [() => os.loadavg(), [1, 2, 3]],
      [() => os.cpus().length, 1],
      [() => fs.promises.statfs("/srv"), { path: "/srv" }],
      [() => new Promise((resolve) => fs.statfs("/", (_, stats) => resolve(stats))), { path: "/" }],
      [() => Deno.hostname(), "UNKNOWN no name"],
    ];
    for (const [code, expected] of rows) {
      assertEquals(await attempt(permissions, code, settings), expected, String(code));
    }
  },
);
