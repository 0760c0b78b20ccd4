/** Attacks as expressions: one daemon evaluates all of them, and must survive. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { askOnce } from "../asking.ts";
import { serve, type Served } from "../serving.ts";
import { ambushes } from "./expressions/ambushes.ts";
import { answers } from "./expressions/answers.ts";
import { computations } from "./expressions/computations.ts";
import type { Expression, Surroundings } from "./expressions/expression.ts";
import { findChangeable } from "./expressions/hidden_classes.ts";
import { host } from "./expressions/host.ts";
import { inputs } from "./expressions/inputs.ts";
import { modules } from "./expressions/modules.ts";
import { network } from "./expressions/network.ts";
import { probes, probingAmbushes } from "./expressions/probes.ts";
import { realm } from "./expressions/realm.ts";
import { sharedState } from "./expressions/shared_state.ts";

const fixture = new URL("../fixtures/evaluating_agent.ts", import.meta.url).href;

interface Battlefield extends AsyncDisposable {
  served: Served;
  surroundings: Surroundings;
  /** The connections to listeners that no check may reach. */
  readonly intrusions: readonly string[];
  /** Lets a command evaluate code. */
  evaluate(command: string, code: string): Promise<string>;
}

async function open(): Promise<Battlefield> {
  const folder = await Deno.makeTempDir();
  await furnish(folder);
  const intrusions: string[] = [];
  const closed: (() => unknown)[] = [];
  const watch = (listener: Deno.Listener, name: string) => {
    const accepting = (async () => {
      for await (const connection of listener) {
        intrusions.push(name);
        connection.close();
      }
    })();
    closed.push(() => (listener.close(), accepting));
  };
  const other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  watch(other, "TCP");
  watch(Deno.listen({ transport: "unix", path: `${folder}/outside/socket` }), "Unix");
  const { port: otherPort } = other.addr;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ url }) => {
    const { pathname, searchParams } = new URL(url);
    if (pathname !== "/redirect") return new Response("fine");
    const location = searchParams.get("to") ?? `http://127.0.0.1:${otherPort}/`;
    const status = Number(searchParams.get("status") ?? 302);
    return new Response(null, { status, headers: { location } });
  });
  const surroundings = { folder, port: server.addr.port, other: otherPort };
  await Deno.writeTextFile(
    `${folder}/agent.ts`,
    `import { evaluatingAgent } from "${fixture}";\n` +
      `export default evaluatingAgent(${JSON.stringify(surroundings)});\n`,
  );
  const served = await serve(`${folder}/agent.ts`, "--no-tls");
  return {
    served,
    surroundings,
    intrusions,
    evaluate: (command, code) => askOnce(served, [command, btoa(code)]),
    async [Symbol.asyncDispose]() {
      await served.stop();
      for (const close of closed) await close();
      await server.shutdown();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function furnish(folder: string): Promise<void> {
  for (const name of ["allowed", "links", "outside"]) await Deno.mkdir(`${folder}/${name}`);
  await Deno.writeTextFile(`${folder}/allowed/file`, "allowed\n");
  await Deno.writeTextFile(`${folder}/secret`, "secret");
  await Deno.writeTextFile(`${folder}/outside/file`, "outside");
  await Deno.writeTextFile(`${folder}/links/setid`, "runs as its owner");
  await Deno.chmod(`${folder}/links/setid`, 0o4755);
  const links = { out: `${folder}/outside/file`, folder: `${folder}/outside`, loop: "loop" };
  for (const [name, target] of Object.entries(links)) {
    await Deno.symlink(target, `${folder}/links/${name}`);
  }
}

/** Fails unless the same daemon still runs, works, and has no traces of the attacks. */
async function expectUnharmed({ served, surroundings, intrusions, evaluate }: Battlefield) {
  const { folder } = surroundings;
  assertEquals(await evaluate("ok", ""), "OK all fine");
  const log = served.log();
  assertEquals(
    / (?:warning|error) (?:restart|abandoned|separated|quarantined) /.test(log),
    false,
    log,
  );
  assertEquals(log.includes("unexpected output"), false, log);
  assertEquals(log.split("\n").filter((line) => line.startsWith("FORGED")), []);
  assertEquals(intrusions, []);
  assertEquals(Deno.readTextFileSync(`${folder}/outside/file`), "outside");
  const names = (path: string) => [...Deno.readDirSync(path)].map(({ name }) => name).sort();
  assertEquals(names(`${folder}/outside`), ["file", "socket"]);
  assertEquals(names(`${folder}/allowed`), ["file"]);
}

/** All attacks on another check of the same sandbox. */
const allAmbushes = (surroundings: Surroundings) => [
  ...ambushes(surroundings),
  ...sharedState(surroundings),
  ...probingAmbushes(surroundings),
];

const groups: Record<string, (surroundings: Surroundings) => Expression[]> = {
  modules,
  network,
  host,
  answers,
  computations,
  realm,
  inputs,
  probes,
};

for (const [group, expressionsOf] of Object.entries(groups)) {
  Deno.test(`A check cannot reach beyond its permissions by an expression: ${group}`, async (t) => {
    await using field = await open();
    for (const [attempt, command, code, answer] of expressionsOf(field.surroundings)) {
      await t.step(`It cannot ${attempt}`, async () => {
        const got = await field.evaluate(command, code);
        if (typeof answer === "string") assertStringIncludes(got, answer);
        else assertMatch(got, answer);
      });
    }
    await t.step("The attempts do no harm", () => expectUnharmed(field));
  });
}

for (const isolation of ["worker", "process"]) {
  Deno.test(`A check cannot ambush another check of its ${isolation} sandbox`, async (t) => {
    await using field = await open();
    const suffix = isolation === "process" ? "_process" : "";
    const own = (command: string) => `${command}${suffix}`;
    await t.step("The commands share a sandbox", async () => {
      await field.evaluate(own("none"), "globalThis.shared = 7");
      assertEquals(
        await field.evaluate(`${own("none")}_victim`, "return globalThis.shared"),
        "OK 7",
      );
    });
    for (const [attempt, command, attack, victim, answer] of allAmbushes(field.surroundings)) {
      await t.step(`It cannot ${attempt}`, async () => {
        await field.evaluate(own(command), `const loot = globalThis.loot = [];\n${attack}`);
        assertEquals(await field.evaluate(`${own(command)}_victim`, victim), `OK ${answer}`);
        assertEquals(await field.evaluate(own(command), "return loot.length"), "OK 0");
      });
    }
    await t.step("The attacks do no harm", () => expectUnharmed(field));
  });
}

/** Properties that cannot be protected, because each instance assigns a property of this name. */
const accepted = /: (?:length|Symbol\(kCapture\))$/;

Deno.test("A check cannot change a class that it reaches through any object", async () => {
  await using field = await open();
  for (const command of ["net", "net_process", "run", "run_process", "files", "files_process"]) {
    const { folder, port } = field.surroundings;
    const code = `return (await (${findChangeable})(${
      JSON.stringify({ folder, port })
    })).join("\\n")`;
    const [many, ...found] = (await field.evaluate(command, code)).split("\n");
    assertEquals(many, "OK true");
    assertEquals(found.filter((line) => !accepted.test(line)), []);
  }
});

Deno.test("The table has no attempt twice", () => {
  const surroundings = { folder: "/x", port: 1, other: 2 };
  const attempts = [
    ...Object.values(groups).flatMap((group) => group(surroundings)),
    ...allAmbushes(surroundings),
  ].map(([attempt]) => attempt);
  assertEquals(attempts.filter((one, at) => attempts.indexOf(one) !== at), []);
  assert(attempts.length >= 150);
});
