/** Leftover processes when a sandbox ends and when the daemon is killed. */
import { assert, assertEquals } from "@std/assert";
import { sendQuery } from "../../src/client/mod.ts";
import { serve, type Served } from "../serving.ts";
import { tools } from "../tools.ts";
import { until } from "../waiting.ts";
import { childrenOf, descendantsOf, isAlive } from "../processes.ts";

const fixture = new URL("../fixtures/leaving_agent.ts", import.meta.url).href;

const ignore = tools.setsid === undefined;

/**
 * A script that leaves a process behind. The process left its group and has no parent and no
 * output, so only its mark identifies it.
 */
const leaver = `#!/bin/sh
if [ "$1" = hang ]; then echo $$ > "$0.hangs"; /usr/bin/setsid sleep 61 & sleep 61; fi
/usr/bin/setsid /bin/sh -c 'echo $$; exec sleep 62 >/dev/null 2>&1' &
sleep 0.2
`;

interface Scene extends AsyncDisposable {
  served: Served;
  /** The file into which the hanging plugin writes its id. */
  hangs: string;
  ask(command: string): Promise<string>;
}

async function open(): Promise<Scene> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/leaver`;
  await Deno.writeTextFile(path, leaver, { mode: 0o755 });
  await Deno.writeTextFile(
    `${folder}/agent.ts`,
    `import { leavingAgent } from "${fixture}";\nexport default leavingAgent("${path}");\n`,
  );
  const served = await serve(`${folder}/agent.ts`, "--no-tls");
  return {
    served,
    hangs: `${path}.hangs`,
    ask: async (command) =>
      (await sendQuery({ host: "127.0.0.1", port: served.port, command, tls: false, timeout: 40 }))
        .text,
    async [Symbol.asyncDispose]() {
      await served.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Returns the process id of the daemon, which is the launcher's child. */
function daemonOf({ process }: Served): number {
  return childrenOf(process.pid)[0]!.pid;
}

Deno.test({
  name: "Processes that a check leaves behind end with its sandbox",
  ignore,
  async fn() {
    await using scene = await open();
    const pids: number[] = [];
    for (const command of ["leaves", "leaves_in_process"]) {
      const pid = Number(await scene.ask(command));
      assert(pid > 0 && isAlive(pid), command);
      pids.push(pid);
    }
    scene.served.process.kill("SIGHUP");
    await scene.served.logged("info reload");
    for (const pid of pids) await until("the end of the leftovers", () => !isAlive(pid));
    assertEquals(await scene.ask("ok"), "fine");
  },
});

Deno.test({
  name: "Processes that a check leaves behind end with the daemon",
  ignore,
  async fn() {
    const scene = await open();
    const pid = Number(await scene.ask("leaves"));
    assertEquals(isAlive(pid), true);
    await scene[Symbol.asyncDispose]();
    assertEquals(isAlive(pid), false);
  },
});

Deno.test({
  name:
    "A killed daemon leaves no process behind, a new one answers, and a second daemon is unaffected",
  ignore,
  async fn() {
    await using scene = await open();
    await using neighbour = await open();
    const asked = ["hangs", "blocks"].map((command) => scene.ask(command).catch(() => "gone"));
    const kept = neighbour.ask("hangs").catch(() => "gone");
    const pidIn = (path: string) => Deno.readTextFile(path).then(Number, () => 0);
    await until(
      "the plugins",
      async () => await pidIn(scene.hangs) > 0 && await pidIn(neighbour.hangs) > 0,
    );
    const left = Number(await scene.ask("leaves"));
    const daemon = daemonOf(scene.served);
    // The plugin, its child, the process of the check, and the process helper.
    await until("all expected processes", () => descendantsOf(daemon).length >= 4);
    const started = [...descendantsOf(daemon).map(({ pid }) => pid), left];
    Deno.kill(daemon, "SIGKILL");
    await scene.served.logged("restart reason=");
    assertEquals(await Promise.all(asked), ["gone", "gone"]);
    for (const pid of started) await until("the end of the started processes", () => !isAlive(pid));
    await until(
      "another daemon",
      () => scene.ask("ok").then((text) => text === "fine", () => false),
    );
    assertEquals(isAlive(await pidIn(neighbour.hangs)), true);
    assertEquals(await neighbour.ask("ok"), "fine");
    Deno.kill(await pidIn(neighbour.hangs), "SIGKILL");
    await kept;
  },
});
