/** Reloads of a running daemon with a new agent, new settings and a new certificate. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { sendQuery } from "../../src/client/mod.ts";
import { askOnce } from "../asking.ts";
import { AUTHORITY, certificateFolder, openssl, SERVER } from "../openssl.ts";
import { createProject, type Project } from "../project.ts";
import { serve, type Served } from "../serving.ts";
import { isMissing } from "../tools.ts";
import { later, runToEnd, until } from "../waiting.ts";

/** Returns an agent whose answers contain a marker. */
function agent(marker: string, more = ""): string {
  return `
import { defineAgent, defineCheck, ok, option, plugin, shell } from "@checkwright/checkwright";
const says = (output: string, permissions = {}) =>
  defineCheck({ description: "Says it", permissions, run: () => ok(output) })({});
export default defineAgent({
  commands: {
    says: says("${marker}"),
    also: says("also ${marker}"),
    ${more}
  },
});
`;
}

/** Reloads the daemon, and waits until the reload succeeded or was refused. */
async function reload(served: Served): Promise<string> {
  const before = served.log().length;
  served.process.kill("SIGHUP");
  return await until("a reload or its refusal", () => {
    const said = served.log().slice(before);
    // A refusal is logged after its diagnostics.
    return / (?:info reload|error reload refused) .*\n/.test(said) && said;
  });
}

async function start(source: string, ...args: string[]): Promise<
  & { served: Served; project: Project; says: (command?: string) => Promise<string> }
  & AsyncDisposable
> {
  const project = await createProject(source);
  const served = await serve(project.agent, "--no-tls", ...args);
  return {
    served,
    project,
    says: (command = "says") => askOnce(served, [command]),
    async [Symbol.asyncDispose]() {
      await served.stop();
      await project[Symbol.asyncDispose]();
    },
  };
}

Deno.test("The first query after a reload gets the answer of the changed check", async () => {
  await using user = await start(agent("one"));
  assertEquals(await user.says(), "OK one");
  await user.project.write("agent.ts", agent("two", 'more: says("more two"),'));
  assertEquals(await user.says(), "OK one");
  assertStringIncludes(await reload(user.served), "info reload commands=");
  assertEquals(await user.says(), "OK two");
  assertEquals(await user.says("more"), "OK more two");
  await user.project.write("agent.ts", agent("three"));
  await reload(user.served);
  assertMatch(await user.says("more"), /^UNKNOWN NRPE: Command 'more' not defined/);
});

Deno.test("A reload applies new allowed hosts and limits from the settings file", async () => {
  await using project = await createProject(agent("one"));
  const settings = await project.write("settings.yaml", 'allowedHosts: ["127.0.0.0/8"]\n');
  await using served = await serve(project.agent, "--no-tls", "--settings", settings);
  const from = (bind: string) =>
    sendQuery({ host: "127.0.0.1", port: served.port, tls: false, command: "says", bind });
  assertEquals((await from("127.0.0.1")).text, "one");
  assertEquals((await from("127.0.0.9")).text, "one");

  await project.write("settings.yaml", "allowedHosts: [127.0.0.9]\nlimits: { perAddress: 1 }\n");
  await reload(served);
  await assertRejects(() => from("127.0.0.1"));
  assertEquals((await from("127.0.0.9")).text, "one");
  {
    using holder = await Deno.connect({ port: served.port });
    assert(holder.remoteAddr.port === served.port);
    await project.write("settings.yaml", "limits: { perAddress: 1 }\n");
    await reload(served);
    assertEquals((await from("127.0.0.9")).text, "one");
  }
});

Deno.test({
  name:
    "A reload uses the new certificate for the next handshake, and keeps the old one if the new one is invalid",
  ignore: isMissing(openssl),
  async fn() {
    await using folder = await certificateFolder();
    const authority = await folder.issue("ca", { subject: "/CN=ca", extensions: AUTHORITY });
    const [one, two] = await Promise.all(
      ["one", "two"].map((name) =>
        folder.issue(name, { subject: `/CN=${name}`, issuer: authority, extensions: SERVER })
      ),
    );
    await using project = await createProject(agent("one"));
    const install = async (cert: string, key: string) => {
      await project.write("server.crt", cert);
      await project.write("server.key", key);
    };
    await install(one!.cert, one!.key);
    const settings = await project.write(
      "settings.yaml",
      `tls: { cert: ${project.folder}/server.crt, key: ${project.folder}/server.key }\n`,
    );
    await using served = await serve(project.agent, "--settings", settings);
    const shown = async () => {
      const { stdout } = await runToEnd(openssl, {
        args: ["s_client", "-connect", `127.0.0.1:${served.port}`],
        stdin: "null",
      });
      return /subject=CN ?= ?(\w+)/.exec(new TextDecoder().decode(stdout))?.[1];
    };
    assertEquals(await shown(), "one");
    await install(two!.cert, two!.key);
    assertEquals(await shown(), "one");
    await reload(served);
    assertEquals(await shown(), "two");

    await install(one!.cert, two!.key);
    assertStringIncludes(await reload(served), "error reload refused");
    await install("no certificate", one!.key);
    assertStringIncludes(await reload(served), "error reload refused");
    await Deno.remove(`${project.folder}/server.key`);
    assertStringIncludes(await reload(served), "tls.key");
    assertEquals(await shown(), "two");
    assertEquals(await askOnce(served, ["says"], { tls: true }), "OK one");
  },
});

Deno.test("A reload refuses an invalid agent with all errors and leaves the running agent in place", async () => {
  const table: [source: string, errors: string[]][] = [
    ["export default {", ["Cannot bundle"]],
    ["throw new Error('no database');", ["no database"]],
    ["export default 42;", ["expected a default export made by defineAgent()"]],
    ["import './missing.ts'; export default {};", ["missing.ts"]],
    [
      agent(
        "bad",
        `timed: defineCheck({ description: "x", run: () => ok("x") })({}, { timeout: "soon" }),
         option: defineCheck({ description: "x", options: { n: option.integer({ description: "n" }) },
           run: () => ok("x") })({ m: 2 } as never),
         missing: plugin(["/no/such/plugin"]),`,
      ),
      ["commands.timed.timeout", "commands.option.options.m", "/no/such/plugin"],
    ],
  ];
  await using user = await start(agent("one"));
  for (const [source, errors] of table) {
    await user.project.write("agent.ts", source);
    const said = await reload(user.served);
    assertStringIncludes(said, "error reload refused");
    for (const error of errors) assertStringIncludes(said, error);
    assertEquals(await user.says(), "OK one");
  }
  await Deno.remove(user.project.agent);
  assertStringIncludes(await reload(user.served), "No such file");
  assertEquals(await user.says(), "OK one");
  await user.project.write("agent.ts", agent("two"));
  await reload(user.served);
  assertEquals(await user.says(), "OK two");
});

Deno.test("A reload refuses invalid settings with all errors and keeps the old settings", async () => {
  const table: [settings: string, errors: string[]][] = [
    ["allowedHosts: [", ["settings.yaml"]],
    ["- a list\n", ["Invalid settings: expected a map"]],
    ["commands: { gone: {} }\n", ['settings.yaml:1: commands.gone: Unknown command "gone"']],
    ["alowedHosts: []\ntimeout: soon\nlimits: { running: 0 }\n", [
      "alowedHosts",
      "timeout",
      "limits.running",
    ]],
  ];
  await using project = await createProject(agent("one"));
  const settings = await project.write("settings.yaml", "timeout: 5s\n");
  await using served = await serve(project.agent, "--no-tls", "--settings", settings);
  for (const [text, errors] of table) {
    await project.write("settings.yaml", text);
    const said = await reload(served);
    assertStringIncludes(said, "error reload refused");
    for (const error of errors) assertStringIncludes(said, error);
    assertEquals(await askOnce(served, ["says"]), "OK one");
  }
});

Deno.test("A reload refuses changes that need a restart, and names these changes", async () => {
  await using project = await createProject(agent("one", 'held: says("x", { env: ["HELD"] }),'));
  const settings = await project.write("settings.yaml", "tls: false\n");
  await using served = await serve(project.agent, "--settings", settings);
  const table: [more: string, settings: string, lacking: string][] = [
    ['more: says("x", { net: ["127.0.0.1:6379"] }),', "tls: false", "net 127.0.0.1:6379"],
    ['more: plugin(["/bin/echo"]),', "tls: false", "run /"],
    ['held: says("x", { env: ["HELD", "MORE"] }),', "tls: false", "env MORE"],
    ["", `state: ${project.folder}\n`, "tls was turned on or off"],
  ];
  for (const [more, text, lacking] of table) {
    await project.write("agent.ts", agent("two", more));
    await project.write("settings.yaml", text);
    const said = await reload(served);
    assertMatch(
      said,
      /error reload refused reason=.*restart the daemon to (?:grant them|apply it)/,
    );
    assertStringIncludes(said, lacking);
    assertEquals(await askOnce(served, ["says"]), "OK one");
  }
  // A reload to fewer permissions succeeds without a restart.
  await project.write("agent.ts", agent("two"));
  await project.write("settings.yaml", "tls: false\n");
  assertStringIncludes(await reload(served), "info reload");
  assertEquals(await askOnce(served, ["says"]), "OK two");
});

Deno.test("Several SIGHUPs in a row cause at most two reloads, and the last change is served", async () => {
  await using user = await start(agent("0"));
  await user.project.write("agent.ts", agent("1"));
  for (let count = 0; count < 20; count++) user.served.process.kill("SIGHUP");
  await until("the last change", async () => await user.says() === "OK 1");
  // Any reload that is still pending is logged before the next reload.
  await user.served.logged("info reload");
  await later(500);
  const reloads = user.served.log().split(" info reload ").length - 1;
  assert(reloads <= 2, `${reloads} reloads`);
});

Deno.test("A command that runs during a reload returns the answer of the old agent", async () => {
  const slow = (marker: string) => `
    worker: defineCheck({ description: "Slow", permissions: { env: ["A"] }, async run() {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      return ok("${marker}");
    } })({}),
    process: defineCheck({ description: "Slow", async run() {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      return ok("${marker}");
    } })({}, { isolation: "process" }),
    plugin: shell("sleep 1.5; echo ${marker}"),`;
  await using user = await start(agent("one", slow("one")));
  const asked = ["worker", "process", "plugin"].map((command) => user.says(command));
  await later(300);
  await user.project.write("agent.ts", agent("two", slow("two")));
  await reload(user.served);
  assertEquals(await user.says(), "OK two");
  assertEquals(await Promise.all(asked), ["OK one", "OK one", "OK one"]);
  assertEquals(await user.says("plugin"), "OK two");
});

Deno.test("A connection that was opened before a reload can send its query after the reload", async () => {
  await using user = await start(agent("one"));
  assertEquals(await user.says(), "OK one");
  const { encodePacket } = await import("../../src/protocol/encode_packet.ts");
  const text = new TextEncoder().encode("says");
  const query = encodePacket({ version: 2, type: "query", text });
  using connection = await Deno.connect({ port: user.served.port });
  await connection.write(query.subarray(0, 100));
  await user.project.write("agent.ts", agent("two"));
  await reload(user.served);
  // The old generation has no running command and has ended by now.
  await later(300);
  await connection.write(query.subarray(100));
  const answer = new Uint8Array(2048);
  let length = 0;
  for (let count; (count = await connection.read(answer.subarray(length))) !== null;) {
    length += count;
  }
  assertStringIncludes(new TextDecoder().decode(answer.subarray(10, length)), "two");
});

Deno.test("A reload empties the quarantine", async () => {
  const spin = (body: string) => `
    spin: defineCheck({ description: "Spins", permissions: { env: ["A"] }, run() {
      ${body}
      return ok("spun");
    } })({}, { timeout: "1s" }),`;
  await using user = await start(
    agent("one", spin("const end = Date.now() + 6000; while (Date.now() < end);")),
  );
  assertMatch(await user.says("spin"), /^UNKNOWN NRPE: Command timed out/);
  await user.served.logged("quarantined command=spin");
  assertMatch(await user.says("spin"), /^UNKNOWN Command 'spin' is quarantined/);
  await user.project.write("agent.ts", agent("two", spin("")));
  await reload(user.served);
  assertEquals(await user.says("spin"), "OK spun");
});

Deno.test("A reload while the daemon dies is applied by the next daemon", async () => {
  const eater = `
    eat: defineCheck({ description: "Eats memory", permissions: { env: ["A"] }, run() {
      const kept = [];
      for (;;) kept.push(new Array(1_000_000).fill(Math.random()));
    } })({}),`;
  await using user = await start(agent("one", eater));
  const eaten = user.says("eat").catch(() => {});
  await user.project.write("agent.ts", agent("two", eater));
  // One of these reloads is in progress when the daemon dies.
  await until("the end of the daemon", async () => {
    user.served.process.kill("SIGHUP");
    await later(50);
    return user.served.log().includes("restart reason=");
  }, 60_000);
  await eaten;
  // The command that took the memory belongs to an agent that is no longer served.
  // If a new sandbox was starting, the agent's module is a suspect, too.
  await until(
    "the suspects",
    () => /suspects commands=(?:eat|"\(agent\), eat") reason=/.test(user.served.log()),
  );
  await until(
    "the next daemon",
    async () => await user.says().catch(() => "") === "OK two",
  );
  assertEquals(user.served.log().includes("reload refused"), false, user.served.log());
});
