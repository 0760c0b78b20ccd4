/** One deployable for several environments: the settings of a host choose among declared hosts. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { askOnce } from "../asking.ts";
import { createProject } from "../project.ts";
import { compile } from "./deploying.ts";

/** A server that sends its name to each client. */
function startServer(hostname: string, name: string): { address: string } & AsyncDisposable {
  const listener = Deno.listen({ hostname, port: 0 });
  const serving = (async () => {
    for await (const connection of listener) {
      await connection.write(new TextEncoder().encode(name)).catch(() => {});
      connection.close();
    }
  })();
  return {
    address: `${hostname}:${listener.addr.port}`,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}

Deno.test("The settings of a host choose one of the hosts that the agent declares, and no other", async () => {
  await using staging = startServer("127.0.0.2", "staging");
  await using production = startServer("127.0.0.3", "production");
  await using other = startServer("127.0.0.4", "other");
  const hosts = JSON.stringify([staging.address, production.address]);
  await using project = await createProject(`
    import { connect, defineAgent, defineCheck, ok, option } from "@checkwright/checkwright";
    const shop = defineCheck({
      description: "Name of the shop's server",
      options: {
        host: option.oneOf({ description: "Server", values: ${hosts}, required: true }),
      },
      permissions: { net: ${hosts} },
      async run({ host }, { signal }) {
        const [hostname, port] = host.split(":");
        const connection = await connect({ hostname: hostname!, port: Number(port) }, { signal });
        const bytes = await connection.read();
        connection.close();
        return ok(new TextDecoder().decode(bytes ?? undefined));
      },
    });
    export default defineAgent({
      tls: false,
      listen: "127.0.0.1:0",
      commands: { check_shop: shop({ host: "${staging.address}" }) },
    });
  `);
  await using deployed = await compile(project.agent);
  const settings = (host: string) =>
    project.write("settings.yaml", `commands: { check_shop: { options: { host: "${host}" } } }\n`);
  const ask = async (...args: string[]) => {
    await using served = await deployed.start(...args);
    return await askOnce(served, ["check_shop"]);
  };
  assertEquals(await ask("--no-settings"), "OK staging");
  assertEquals(await ask("--settings", await settings(production.address)), "OK production");
  const { code, stderr } = await deployed.run("--settings", await settings(other.address));
  assertEquals(code, 3);
  assertStringIncludes(
    stderr,
    `settings.yaml:1: commands.check_shop.options.host: Invalid value "${other.address}": ` +
      `expected one of ${staging.address}, ${production.address}`,
  );
});
