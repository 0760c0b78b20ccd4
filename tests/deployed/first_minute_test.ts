/** From `init` to the first answer of the compiled daemon. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { run, started } from "../serving.ts";
import { tools } from "../tools.ts";
import { command } from "./deploying.ts";
import { runToEnd } from "../waiting.ts";

Deno.test(
  "The task of a new project compiles it, and the daemon answers check_nrpe",
  {
    ignore: tools.checkNrpe === undefined,
  },
  async () => {
    const root = await Deno.makeTempDir({ prefix: "checkwright-minute-" });
    const project = `${root}/my-checks`;
    assertEquals((await run("init", project)).code, 0);
    // The agent listens on the port of NRPE, which another program may use on this machine.
    await Deno.writeTextFile(`${root}/settings.yaml`, "listen: 127.0.0.1:0\n");

    const task = await runToEnd(Deno.execPath(), {
      args: ["task", "--quiet", "compile"],
      cwd: project,
      env: { NO_COLOR: "1" },
      stdout: "piped",
      stderr: "piped",
    });
    assertEquals([task.code, new TextDecoder().decode(task.stderr)], [0, ""]);
    assertMatch(new TextDecoder().decode(task.stdout), /^dist: 13 files, \d+ KiB\n/);

    {
      await using daemon = await started(
        command(`${project}/dist`, `${root}/state`, {}, ["--settings", `${root}/settings.yaml`]),
      );
      const line = await Deno.readTextFile(`/proc/${daemon.process.pid}/cmdline`);
      assertStringIncludes(line, "--allow-read=/var/tmp\0");
      assertStringIncludes(line, "--allow-sys=loadavg\0");
      const ask = async (name: string, ...args: string[]) => {
        const { code, stdout } = await runToEnd(tools.checkNrpe!, {
          args: ["-H", "127.0.0.1", "-p", `${daemon.port}`, "-c", name, ...args],
        });
        return { code, text: new TextDecoder().decode(stdout) };
      };
      assertMatch((await ask("check_load")).text, /^LOAD \w+ - .*\|load1=/);
      assertMatch((await ask("check_spool")).text, /^\d+ files waiting in \/var\/tmp\|files=/);
      const elsewhere = await ask("check_spool", "-a", "--folder=/root");
      assertEquals(elsewhere.code, 3);
      assertStringIncludes(elsewhere.text, "Permission refused: read");
    }
    await Deno.remove(root, { recursive: true });
  },
);
