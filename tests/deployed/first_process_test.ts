/** A compiled daemon as PID 1, as in a container without an init process. */
import { assertEquals } from "@std/assert";
import { askOnce } from "../asking.ts";
import { childrenOf } from "../processes.ts";
import { started } from "../serving.ts";
import { statusOf, until } from "../waiting.ts";
import { isMissing } from "../tools.ts";
import { createProject } from "../project.ts";
import { compile } from "./deploying.ts";

const unshare = "/usr/bin/unshare";

Deno.test("As PID 1, the launcher reaps orphaned processes, reloads and stops at a signal", {
  ignore: isMissing(unshare) || Deno.uid() !== 0,
}, async () => {
  await using project = await createProject(`
    import { defineAgent, shell } from "@checkwright/checkwright";
    export default defineAgent({ listen: "127.0.0.1:0", tls: false, commands: {
      leaves: shell("(sleep 0.01 >/dev/null 2>&1 &); echo left"),
    } });
  `);
  await using deployed = await compile(project.agent);
  const daemon = await started(
    new Deno.Command(unshare, {
      args: ["--pid", "--fork", "--kill-child", "--mount-proc", `${deployed.folder}/checkwright`],
      clearEnv: true,
      env: {
        PATH: "/usr/bin:/bin",
        CHECKWRIGHT_DENO: Deno.execPath(),
        STATE_DIRECTORY: deployed.state,
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }),
  );
  const [first] = childrenOf(daemon.process.pid);
  for (let count = 0; count < 6; count++) {
    assertEquals(await askOnce(daemon, ["leaves"]), "OK left");
  }
  // Only the daemon itself remains.
  await until("the end of the orphaned processes", () => childrenOf(first!.pid).length === 1);
  Deno.kill(first!.pid, "SIGHUP");
  await daemon.logged("info reload ");
  Deno.kill(first!.pid, "SIGTERM");
  assertEquals((await statusOf(daemon.process, "the launcher")).code, 0);
  await daemon.stop();
});
