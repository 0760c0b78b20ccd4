/**
 * Changes the certificate of a daemon again and again while clients send queries at a fixed rate.
 * Prints the number of queries without an answer per change.
 *
 *   deno run -A tests/bench/certificate_change.ts [CHANGES]
 */
import { createSelfSigned } from "../../src/certificate/self_signed.ts";
import { encodePacket } from "../../src/protocol/encode_packet.ts";
import { createProject } from "../project.ts";
import { serve } from "../serving.ts";
import { later } from "../waiting.ts";

const changes = Number(Deno.args[0] ?? 50);
const query = encodePacket({
  version: 4,
  type: "query",
  text: new TextEncoder().encode("fast"),
});

const pairs = await Promise.all([0, 1].map(() => createSelfSigned({ names: ["localhost"] })));
const caCerts = pairs.map(({ cert }) => cert);

async function ask(port: number): Promise<void> {
  using conn = await Deno.connectTls({ hostname: "localhost", port, caCerts });
  await conn.write(query);
  if (await conn.read(new Uint8Array(2_048)) === null) throw new Error("no answer");
}

console.log("| queries/s | changes | queries | lost | lost per change | errors |");
console.log("| ---: | ---: | ---: | ---: | ---: | --- |");
for (const rate of [1, 10, 100, 500]) {
  await using project = await createProject(`
import { defineAgent, ok } from "@checkwright/checkwright";
export default defineAgent({
  tls: { cert: "CERT", key: "KEY" },
  commands: { fast: () => ok("fast") },
});
`);
  const text = await Deno.readTextFile(project.agent);
  await Deno.writeTextFile(
    project.agent,
    text.replace("CERT", `${project.folder}/cert.pem`).replace("KEY", `${project.folder}/key.pem`),
  );
  const use = async ({ cert, key }: typeof pairs[number]) => {
    await project.write("cert.pem", cert);
    await project.write("key.pem", key);
  };
  await use(pairs[0]!);
  await using served = await serve(project.agent);
  let queries = 0;
  let changing = true;
  const errors: string[] = [];
  const clients = (async () => {
    const running = new Set<Promise<void>>();
    for (let next = performance.now(); changing; next += 1000 / rate) {
      await later(Math.max(0, next - performance.now()));
      queries++;
      const asked = ask(served.port).catch((error) => void errors.push(error.message));
      running.add(asked);
      asked.then(() => running.delete(asked));
    }
    await Promise.all(running);
  })();
  for (let change = 1; change <= changes; change++) {
    await use(pairs[change % 2]!);
    served.process.kill("SIGHUP");
    await served.logged("info reload ", change);
    await later(Math.random() * 500);
  }
  changing = false;
  await clients;
  const kinds = [...new Set(errors.map((error) => error.replaceAll(/\d+/g, "#")))].join("; ");
  const each = (errors.length / changes).toFixed(3);
  console.log(`| ${[rate, changes, queries, errors.length, each, kinds].join(" | ")} |`);
}
