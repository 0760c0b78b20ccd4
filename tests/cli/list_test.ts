import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createProject } from "../project.ts";
import { run } from "../serving.ts";

Deno.test("list and validate report the options that arguments cannot use", async () => {
  await using project = await createProject(`
    import { defineAgent } from "@checkwright/checkwright";
    import { disk, load, users } from "@checkwright/checkwright/checks";
    export default defineAgent({ commands: {
      check_load: load({ warning: 5 }, { acceptArguments: true }),
      check_srv: disk({ path: "/srv", warning: "20%" }, { acceptArguments: true }),
      check_fixed: load({ warning: 5 }),
      check_users: users({}),
    } });
  `);
  const list = await run("list", project.agent);
  assertEquals(list.code, 0);
  const lines = list.stdout.split("\n");
  const [found, fixed] = lines.filter((line) => line.includes("--procsToShow"));
  assertMatch(
    found!,
    /\(integer: 0; refused as an argument if it needs further run "\/bin\/ps"\)$/,
  );
  assertMatch(fixed!, /\(integer: 0\)$/);
  const path = lines.find((line) => line.includes("--path"));
  assertMatch(path!, /\(list: "\/srv"; refused as an argument if it needs further read\)$/);

  const { code, stderr } = await run("validate", project.agent);
  assertEquals(code, 0);
  assertStringIncludes(stderr, "check_load.acceptArguments: Arguments cannot extend permissions");
  assertMatch(stderr, /check_load\.acceptArguments: .*: procsToShow \(run "\/bin\/ps"\)$/m);
  assertEquals(stderr.includes("path (read)"), false, stderr);
  assertMatch(
    stderr,
    /commands\.check_users\.options: The command can never alert: set "warning" or "critical", or acceptArguments: true$/m,
  );
});
