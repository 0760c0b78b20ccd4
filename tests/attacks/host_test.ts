import { assertEquals, assertStringIncludes } from "@std/assert";
import { host } from "../fixtures/attacks/host.ts";
import { run } from "../serving.ts";
import { attackGroup, besiege, ignore } from "./attacking.ts";

attackGroup("host", host, ({ served }) => {
  // Text that tries to forge a line must be inside another line, escaped.
  assertEquals(served.log().split("\n").filter((line) => /^\W*FORGED/.test(line)), []);
  assertEquals(["\x1b", "\r", "\u202e", "\u2028"].filter((one) => served.log().includes(one)), []);
  assertEquals(served.log().split("flood").length < 10_000, true);
});

Deno.test({
  name: "A check that blocks a worker forever delays no other command and is quarantined",
  ignore,
  async fn() {
    await using siege = await besiege();
    const blocked = siege.ask("block");
    for (let count = 0; count < 5; count++) await siege.stands();
    assertStringIncludes((await blocked).text, "NRPE: Command timed out after 1 seconds");
    // On a busy machine, the first run may time out before the check starts.
    let asked = await siege.ask("block");
    for (let count = 0; count < 5 && !asked.text.includes("is quarantined"); count++) {
      await siege.stands();
      asked = await siege.ask("block");
    }
    assertStringIncludes(asked.text, "is quarantined");
    await siege.stands();
  },
});

Deno.test({
  name: "A module that attacks while it is loaded is refused and has no effect",
  ignore,
  async fn() {
    const table: [code: string, reason: string][] = [
      [`import "/etc/passwd";`, "Cannot import this file"],
      [`import "https://example.com/evil.js";`, "example.com"],
      [`await import(["file:///etc/hostname"][0]);`, 'import of "/etc/hostname"'],
      [`Deno.readTextFileSync("/etc/passwd");`, 'read access to "/etc/passwd"'],
      [`Deno.kill(Deno.pid, "SIGKILL");`, "The sandbox's process ended (SIGKILL)"],
      [`Deno.exit(0);`, "The sandbox's process ended (exit code 0)"],
      [`console.log("checkwright: listening on 127.0.0.1:1 (forged)"); throw "it";`, "it"],
    ];
    for (const [code, reason] of table) {
      const path = await Deno.makeTempFile({ suffix: ".ts" });
      await Deno.writeTextFile(path, `${code}\nexport default { commands: {} };\n`);
      const { code: exit, stdout, stderr } = await run("serve", path);
      assertEquals([exit, stdout], [3, ""], stderr);
      assertStringIncludes(stderr, reason);
      await Deno.remove(path);
    }
  },
});
