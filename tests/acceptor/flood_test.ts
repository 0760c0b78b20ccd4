/** Floods of bad connections: good queries are answered meanwhile, and nothing is left over. */
import { assert, assertEquals } from "@std/assert";
import { askOnce } from "../asking.ts";
import { daemonOf } from "../chaos/process_state.ts";
import { createProject } from "../project.ts";
import { serve } from "../serving.ts";
import { until } from "../waiting.ts";
import { floods } from "./bad_peers.ts";
import { flood } from "./flooding.ts";

const agent = `
import { defineAgent, ok } from "@checkwright/checkwright";
export default defineAgent({
  allowedHosts: ["127.0.0.1", "127.0.0.2"],
  limits: { handshake: "1s", query: "1s" },
  commands: { fast: () => ok("fast") },
});
`;

const descriptors = (pid: number) => [...Deno.readDirSync(`/proc/${pid}/fd`)].length;

for (const tls of [false, true]) {
  Deno.test(`Bad connections of each kind do not stop good queries and leave nothing behind, ${tls ? "with TLS" : "in plain text"}`, async () => {
    await using project = await createProject(agent);
    await using served = await serve(project.agent, ...(tls ? [] : ["--no-tls"]));
    const pid = daemonOf(served.process.pid);
    const peers = { port: served.port, tls, count: 300, atOnce: 300, silence: 500 };
    // The first flood starts everything that is started only once.
    await flood(floods[0]!, { ...peers, from: "127.9.9.9" });
    const before = descriptors(pid);
    for (const from of ["127.0.0.2", "127.9.9.9"]) {
      for (const kind of floods) {
        const name = `${kind.name} from ${from}`;
        const { errors, worst } = await flood(kind, { ...peers, from });
        // With TLS, each replacement of the acceptor may refuse or reset a query.
        if (tls) assert(errors.length <= 2, `${name}: ${errors}`);
        else assertEquals(errors, [], name);
        const answer = () => askOnce(served, ["fast"], { tls });
        const repeated = () => until("an answer", () => answer().catch(() => undefined));
        assertEquals(await (tls ? repeated() : answer()), "OK fast", name);
        assert(worst < 5_000, `${name}: a query took ${worst} ms`);
      }
    }
    await until("the descriptors to be closed", () => descriptors(pid) <= before + 4);
    // 3,600 bad connections, but only the first of each kind has a line.
    const lines = served.log().split("\n").filter((line) => !line.includes(" info query "));
    assert(lines.length < 60, lines.slice(0, 100).join("\n"));
  });
}
