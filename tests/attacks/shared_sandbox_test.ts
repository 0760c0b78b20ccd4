/** Attacks of a check on another check in the same sandbox. Each attack must have no effect. */
import { assertEquals } from "@std/assert";
import { unite } from "../../src/agent/granted_permissions.ts";
import { bundle } from "../../src/project/bundle.ts";
import { withoutProcessTree } from "../../src/host/process_tree.ts";
import { sandboxImports } from "../../src/cli/own_bundles.ts";
import { createPool, type Isolation } from "../../src/runner/pool.ts";
import type { SharedAttack } from "../fixtures/attacks/shared.ts";
import { deno } from "../fixtures/attacks/shared_deno.ts";
import { language } from "../fixtures/attacks/shared_language.ts";
import { modules } from "../fixtures/attacks/shared_node.ts";
import { platform } from "../fixtures/attacks/shared_platform.ts";

const context = { hostname: "here", procfs: "/proc" };
const isolations: readonly Isolation[] = ["worker", "process"];

for (const isolation of isolations) {
  Deno.test(`A check cannot read or change another check of its ${isolation} sandbox`, async (t) => {
    await using world = await createWorld();
    for (const attack of [...language, ...platform, ...deno, ...modules]) {
      // Workers of this process have no import map.
      if (isolation === "worker" && attack[1].includes("import(")) continue;
      await t.step(`It cannot ${attack[0]}`, () => world.attack(isolation, attack));
    }
  });
}

async function createWorld() {
  const [agent, runtime, imports] = await Promise.all([
    bundle(new URL("../fixtures/shared_agent.ts", import.meta.url)),
    bundle(new URL("../../src/runner/sandbox_main.ts", import.meta.url)),
    sandboxImports(),
  ]);
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, "contents");
  Deno.env.set("SHARED_VARIABLE", "value");
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response("fine"),
  );
  const { port } = server.addr;
  const permissions = unite([{
    read: [file],
    net: [`127.0.0.1:${port}`],
    env: ["SHARED_VARIABLE"],
    run: ["/bin/echo"],
    sys: ["loadavg"],
  }]);

  async function attack(isolation: Isolation, [, code, victim, answer]: SharedAttack) {
    const pool = createPool({
      code: { agent, runtime, imports },
      most: 1,
      log: () => {},
      processes: withoutProcessTree(),
    });
    try {
      const sandbox = await pool.sandbox(permissions, isolation);
      const args = ["argument", file, String(port)];
      const run = async (name: string, line: string) =>
        (await sandbox.run(name, [line, ...args], context, AbortSignal.timeout(10_000))).output
          .text;
      await run("attacker", `const loot = globalThis.loot = [];\n${code}`);
      const got = await run("victim", victim);
      const loot = await run("attacker", "return globalThis.loot.length");
      assertEquals([got, loot], [answer, "0"]);
    } finally {
      pool.close();
    }
  }

  return {
    attack,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await Deno.remove(file);
    },
  };
}
