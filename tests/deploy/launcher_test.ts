import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { launcherScript, quote } from "../../src/deploy/launcher.ts";
import { runToEnd } from "../waiting.ts";

const plain = {
  agent: "agent.ts",
  version: "1.2.3",
  digest: "0123",
  runFlags: ["--no-prompt"],
  permissions: ["--allow-net=127.0.0.1:5666"],
  processes: false,
  ownCertificate: false,
};

Deno.test(
  "quote() writes a word for the shell as it is, or not at all",
  { permissions: "none" },
  () => {
    const rows = [
      ["--allow-read=/etc/motd,/srv/a+b", "--allow-read=/etc/motd,/srv/a+b"],
      ["/srv/a b", "'/srv/a b'"],
      ["it's", "'it'\\''s'"],
      ["$(id) `id` ${x}", "'$(id) `id` ${x}'"],
      ["", "''"],
      ["*", "'*'"],
    ] as const;
    for (const [word, expected] of rows) assertEquals(quote(word), expected);
    for (const word of ["a\nb", "a\0b", "\x1b[2J", "\x7f"]) {
      assertThrows(() => quote(word), SyntaxError, "it holds a control character");
    }
  },
);

Deno.test("The launcher hands on its permissions to the letter, whatever is in them", async () => {
  const folder = await Deno.makeTempDir({ prefix: "it's a $(touch made) " });
  const stub = `${folder}/stub`;
  await Deno.writeTextFile(stub, '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
  const permissions = [
    "--allow-read=/srv/it's,/srv/$(touch made),/srv/`touch made`",
    "--allow-env=A B,${IFS},*",
    '--allow-run="/bin/echo"',
  ];
  const script = launcherScript({
    ...plain,
    agent: "$(touch made)`touch made`'\"; touch made.ts",
    permissions,
    state: `${folder}/state of 'things'`,
  });
  await Deno.writeTextFile(`${folder}/checkwright`, script, { mode: 0o755 });
  const { code, stdout, stderr } = await runToEnd(`${folder}/checkwright`, {
    cwd: folder,
    env: { CHECKWRIGHT_DENO: stub },
  });
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  const words = new TextDecoder().decode(stdout).split("\n");
  assertEquals(words.slice(0, 2), ["run", "--no-prompt"]);
  for (const permission of permissions) assertEquals(words.includes(permission), true, permission);
  assertEquals(words.includes(`state=${folder}/state of 'things'`), true);
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  assertEquals(names, ["checkwright", "state of 'things'", "stub"]);

  const help = await runToEnd(`${folder}/checkwright`, { args: ["--help"], cwd: folder });
  assertEquals(help.code, 0);
  assertStringIncludes(new TextDecoder().decode(help.stdout), "$(touch made)`touch made`");
  assertEquals([...Deno.readDirSync(folder)].length, 3);
  await Deno.remove(folder, { recursive: true });
  assertThrows(
    () => launcherScript({ ...plain, agent: "a\nb.ts" }),
    SyntaxError,
    "control character",
  );
});

Deno.test("The launcher refuses a folder that cannot be named in a permission", async () => {
  const folder = await Deno.makeTempDir({ prefix: "a,b " });
  await Deno.writeTextFile(`${folder}/checkwright`, launcherScript(plain), { mode: 0o755 });
  const { code, stderr } = await runToEnd(`${folder}/checkwright`, {
    env: { CHECKWRIGHT_DENO: "/bin/true" },
  });
  assertEquals(code, 3);
  assertStringIncludes(new TextDecoder().decode(stderr), "expected a path without a comma");
  await Deno.remove(folder, { recursive: true });
});
