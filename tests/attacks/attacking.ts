/** Attacks a real daemon through the real check_nrpe, with one command per attack. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { linksOf } from "../fixtures/attacks/links.ts";
import { type Attacks, commandOf, type World } from "../fixtures/attacks/attack.ts";
import { serve, type Served } from "../serving.ts";
import { isMissing, pluginFolder } from "../tools.ts";
import { runToEnd } from "../waiting.ts";

const checkNrpe = `${pluginFolder}/check_nrpe`;
const fixture = new URL("../fixtures/attack_agent.ts", import.meta.url).href;

/** Whether check_nrpe is absent; pass it as `ignore`. */
export const ignore = isMissing(checkNrpe);

/** A daemon under attack. */
export interface Siege extends AsyncDisposable {
  served: Served;
  world: World;
  /** The number of connections to the port that no check may use. */
  readonly intrusions: number;
  /** Sends a query with check_nrpe, in plain text. */
  ask(command: string, ...args: string[]): Promise<{ code: number; text: string }>;
  /** Fails unless the same daemon still runs and answers correctly. */
  stands(): Promise<void>;
}

/** Makes the files and ports of the attacks, and starts a daemon. */
export async function besiege(): Promise<Siege> {
  const folder = await Deno.makeTempDir();
  let intrusions = 0;
  const other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const watching = (async () => {
    for await (const connection of other) {
      intrusions++;
      connection.close();
    }
  })();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () =>
      new Response(null, {
        status: 302,
        headers: { location: `http://127.0.0.1:${other.addr.port}/` },
      }),
  );
  const world = { folder, port: server.addr.port, other: other.addr.port };
  await furnish(world);
  const served = await serve(`${folder}/agent.ts`, "--no-tls");

  async function ask(command: string, ...args: string[]) {
    const { code, stdout } = await runToEnd(checkNrpe, {
      args: ["-n", "-H", "127.0.0.1", "-p", String(served.port), "-c", command, ...args],
      stdout: "piped",
    });
    return { code, text: new TextDecoder().decode(stdout) };
  }

  return {
    served,
    world,
    get intrusions() {
      return intrusions;
    },
    ask,
    async stands() {
      assertEquals(await ask("ok"), { code: 0, text: "all fine\n" });
      assertEquals(/ restart /.test(served.log()), false, served.log());
    },
    async [Symbol.asyncDispose]() {
      await served.stop();
      other.close();
      await watching;
      await server.shutdown();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function furnish(world: World): Promise<void> {
  const { folder } = world;
  await Deno.mkdir(`${folder}/allowed`);
  await Deno.mkdir(`${folder}/link`);
  await Deno.writeTextFile(`${folder}/allowed/file`, "allowed\n");
  await Deno.mkdir(`${folder}/links/within`, { recursive: true });
  await Deno.mkdir(`${folder}/outside`);
  await Deno.writeTextFile(`${folder}/outside/file`, "outside\n");
  await Deno.writeTextFile(`${folder}/outside/socket`, "");
  await Deno.writeTextFile(`${folder}/links/within/file`, "within\n");
  for (const [name, target] of Object.entries(linksOf(folder))) await Deno.symlink(target, name);
  for (const name of ["secret", "secret.js", "secret.json", "allowed_not"]) {
    await Deno.writeTextFile(`${folder}/${name}`, '"secret"');
  }
  await Deno.copyFile("/usr/bin/printf", `${folder}/printf`);
  await Deno.symlink("/usr/bin/id", `${folder}/link/printf`);
  await Deno.writeTextFile(
    `${folder}/agent.ts`,
    `import { attackAgent } from "${fixture}";\nexport default attackAgent(${
      JSON.stringify(world)
    });\n`,
  );
}

/**
 * Makes a test of a group of attacks. Each must get the answer in its row, and the daemon must still
 * work afterwards.
 *
 * @param group the group's name
 * @param attacksOf its attacks
 * @param after checks for leftovers at the end
 */
export function attackGroup(
  group: string,
  attacksOf: (world: World) => Attacks,
  after: (siege: Siege) => void | Promise<void> = () => {},
): void {
  Deno.test({
    name: `A check cannot reach beyond its permissions: ${group}`,
    ignore,
    async fn(t) {
      await using siege = await besiege();
      for (
        const [attempt, { answer, code = 3, logged }] of Object.entries(attacksOf(siege.world))
      ) {
        await t.step(`It cannot ${attempt}`, async () => {
          const asked = await siege.ask(commandOf(group, attempt));
          if (typeof answer === "string") assertStringIncludes(asked.text, answer);
          else assertMatch(asked.text, answer);
          assertEquals(asked.code, code, asked.text);
          if (logged !== undefined) await siege.served.logged(logged);
          await siege.stands();
        });
      }
      await t.step("The attacks leave nothing behind", () => after(siege));
    },
  });
}
