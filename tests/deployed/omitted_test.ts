/** An optional check whose program is missing, with `serve` and with a deployable. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { sendQuery } from "../../src/client/mod.ts";
import { createProject } from "../project.ts";
import { run, serve, type Served } from "../serving.ts";
import { compile } from "./deploying.ts";

const absent = "/nowhere/omitted-test";
const reason = `cannot start "${absent}": No such file or directory`;
const warning = `checkwright: warning: commands.check_absent: Omitted: ${reason}\n`;

const source = (settings: string) => `
import { defineAgent, defineCheck, ok } from "@checkwright/checkwright";
const starter = defineCheck({
  description: "Starts it",
  permissions: { run: ["${absent}"] },
  run: () => ok("fine"),
});
export default defineAgent({
  tls: false,
  listen: "127.0.0.1:0",
  commands: { check_absent: starter({}, ${settings}), check_there: () => ok("there") },
});
`;

async function ask(daemon: Served, command: string): Promise<string> {
  const { state, text } = await sendQuery({
    host: "127.0.0.1",
    port: daemon.port,
    tls: false,
    command,
  });
  return `${state} ${text}`;
}

const answer = `UNKNOWN Command 'check_absent' is omitted on this host: ${reason}`;

Deno.test("If the program of a required check is missing, serve and validate report an error", async () => {
  await using project = await createProject(source("{}"));
  const { code, stderr } = await run("validate", project.agent);
  assertEquals(code, 3);
  assertStringIncludes(stderr, `commands.check_absent.permissions.run: C${reason.slice(1)}`);
});

Deno.test("An optional check with a missing program is omitted with one warning; the answer contains the reason", async () => {
  await using project = await createProject(source("{ optional: true }"));
  const validated = await run("validate", project.agent);
  assertEquals([validated.code, validated.stderr], [0, warning]);
  const listed = await run("list", project.agent);
  assertMatch(listed.stdout, /^check_there {2}[^]*\n\ncheck_absent {2}omitted on this host: /m);
  assertStringIncludes(listed.stdout, reason);
  await using daemon = await serve(project.agent);
  assertEquals(await ask(daemon, "check_absent"), answer);
  assertEquals(await ask(daemon, "check_there"), "OK there");
});

Deno.test("A deployed daemon omits an optional check with a missing program", async () => {
  await using project = await createProject(source("{ optional: true }"));
  await using deployed = await compile(project.agent);
  const checked = await deployed.run("check");
  assertEquals([checked.code, checked.stderr], [0, warning]);
  await using daemon = await deployed.start();
  assertEquals(await ask(daemon, "check_absent"), answer);
  assertEquals(await ask(daemon, "check_there"), "OK there");
});
