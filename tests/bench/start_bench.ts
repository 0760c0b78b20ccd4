/** Measures the time from the start of a launcher to the ready line, for which systemd waits. */
import { fileURLToPath } from "node:url";
import { compile } from "../deployed/deploying.ts";

const agent = fileURLToPath(new URL("../fixtures/deployed_agent.ts", import.meta.url));
const deployed = await compile(agent);
const settings = `${deployed.folder}/settings.yaml`;
await Deno.writeTextFile(settings, "timeout: 30s\n");
// The certificate is made at the first start, before the measurement.
await (await deployed.start()).stop();

for (const [name, ...args] of [["as compiled"], ["with settings", "--settings", settings]]) {
  Deno.bench({ name: `to listening, ${name}`, n: 20, warmup: 2 }, async (bench) => {
    bench.start();
    const daemon = await deployed.start(...args);
    bench.end();
    await daemon.stop();
  });
}
