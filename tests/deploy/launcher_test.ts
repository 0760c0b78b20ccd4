import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { launcherScript, quote } from "../../src/deploy/launcher.ts";
import { runToEnd } from "../waiting.ts";

const plain = {
  agent: "agent.ts",
  agentVersion: "2.0",
  version: "1.2.3",
  digest: "0123",
  files: {},
  runFlags: ["--no-prompt"],
  permissions: ["--allow-net=127.0.0.1:5666"],
  processes: false,
  resolves: false,
  ownCertificate: false,
};

Deno.test(
  "quote() quotes a word so that the shell reads it unchanged, or refuses the word",
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
      assertThrows(() => quote(word), SyntaxError, "expected a word without control characters");
    }
  },
);

Deno.test("The launcher passes its permissions on unchanged, even with shell syntax in them", async () => {
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

Deno.test("The launcher refuses a folder with a comma, which a permission cannot contain", async () => {
  const folder = await Deno.makeTempDir({ prefix: "a,b " });
  await Deno.writeTextFile(`${folder}/checkwright`, launcherScript(plain), { mode: 0o755 });
  const { code, stderr } = await runToEnd(`${folder}/checkwright`, {
    env: { CHECKWRIGHT_DENO: "/bin/true" },
  });
  assertEquals(code, 3);
  assertStringIncludes(new TextDecoder().decode(stderr), "expected a path without a comma");
  await Deno.remove(folder, { recursive: true });
});

/**
 * Calls a function with a launcher and its state directory. The Deno of the launcher prints its
 * arguments and environment.
 */
async function withStub(
  use: (start: (env?: Record<string, string>) => Promise<string>, state: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const state = `${folder}/state`;
  await Deno.writeTextFile(`${folder}/stub`, '#!/bin/sh\nprintf "%s\\n" "$@"\nenv\n', {
    mode: 0o755,
  });
  await Deno.writeTextFile(`${folder}/checkwright`, launcherScript(plain), { mode: 0o755 });
  await use(async (env = {}) => {
    const { stdout, stderr } = await runToEnd(`${folder}/checkwright`, {
      clearEnv: true,
      env: {
        PATH: "/usr/bin:/bin",
        CHECKWRIGHT_DENO: `${folder}/stub`,
        STATE_DIRECTORY: state,
        ...env,
      },
    });
    const decoder = new TextDecoder();
    return decoder.decode(stderr) + decoder.decode(stdout);
  }, state);
  await Deno.remove(folder, { recursive: true });
}

Deno.test("The launcher removes variables that change the runtime, and does not need HOME", async () => {
  await withStub(async (start) => {
    const names = [
      ...["NODE_OPTIONS", "NODE_DEBUG", "SSLKEYLOGFILE", "OTEL_DENO", "DENO_AUDIT_PERMISSIONS"],
      ...["DENO_COVERAGE_DIR", "DENO_PERMISSION_BROKER_PATH", "DENO_V8_FLAGS"],
      ...["NODE_CHANNEL_FD", "NODE_UNIQUE_ID"],
    ];
    const all = await start({
      ...Object.fromEntries(names.map((name) => [name, "/x"])),
      KEPT: "1",
    });
    assertStringIncludes(all, "\nKEPT=1\n");
    for (const name of names) assertEquals(all.includes(name), false, name);
    assertStringIncludes(await start(), "\nDENO_DIR=/dev/null/none\n");
    assertEquals((await start({ HOME: "/home/me" })).includes("DENO_DIR"), false);
    assertStringIncludes(
      await start({ NOTIFY_SOCKET: "/run/a,b" }),
      'Cannot use NOTIFY_SOCKET "/run/a,b": expected a path without a comma',
    );
    assertStringIncludes(
      await start({ NOTIFY_SOCKET: "/run/a", RUNTIME_DIRECTORY: "/etc,/root" }),
      'Cannot use RUNTIME_DIRECTORY "/etc,/root": expected a path without a comma',
    );
    assertStringIncludes(
      await start({ NOTIFY_SOCKET: "/run/a", RUNTIME_DIRECTORY: "/run/one:/run/two" }),
      "notifyFrom=/run/one/notify.sock",
    );
  });
});

Deno.test("The launcher does not trust a state directory that another user could replace", async () => {
  await withStub(async (start, state) => {
    const inner = `${state}/a b/$(id)/state`;
    await Deno.mkdir(inner, { recursive: true, mode: 0o700 });
    const above = `${state}/a b`;
    const trusts = async () =>
      !(await start({ STATE_DIRECTORY: inner })).includes(
        `Cannot trust "${inner}": another user can replace its folder "${above}"`,
      );
    const modes: [mode: number, trusted: boolean][] = [
      ...[0o700, 0o755, 0o775, 0o1777].map((mode): [number, boolean] => [mode, true]),
      ...[0o777, 0o757, 0o702].map((mode): [number, boolean] => [mode, false]),
    ];
    for (const [mode, trusted] of modes) {
      await Deno.chmod(above, mode);
      assertEquals(await trusts(), trusted, mode.toString(8));
    }
    await Deno.chmod(above, 0o755);
    // A link in a folder of another user can get another target.
    await Deno.mkdir(`${state}/links`);
    await Deno.symlink(inner, `${state}/links/state`);
    const trustsLink = async () =>
      !(await start({ STATE_DIRECTORY: `${state}/links/state` })).includes("Cannot trust ");
    assertEquals(await trustsLink(), true);
    await Deno.chmod(`${state}/links`, 0o777);
    assertEquals(await trustsLink(), false);
    if (Deno.uid() !== 0) return;
    await Deno.chmod(`${state}/links`, 0o755);
    await Deno.chown(`${state}/links`, 65534, 0);
    assertEquals(await trustsLink(), false);
    await Deno.chown(above, 65534, 0);
    assertEquals(await trusts(), false);
  });
});

Deno.test("The launcher does not trust a state directory that another user could have written to", async () => {
  const trust = "Cannot trust ";
  await withStub(async (start, state) => {
    // The first start creates the folder. It may be a link, because systemd creates one.
    assertEquals((await start()).includes(trust), false);
    await Deno.rename(state, `${state}.real`);
    await Deno.symlink(`${state}.real`, state);
    assertEquals((await start()).includes(trust), false);
    await Deno.chmod(`${state}.real`, 0o770);
    assertStringIncludes(await start(), `${trust}"${state}": expected a folder of this user`);
    await Deno.chmod(`${state}.real`, 0o700);

    const kept = `${state}/quarantine.json`;
    const table: [name: string, make: () => Promise<unknown>, trusted: boolean][] = [
      ["a file", () => Deno.writeTextFile(kept, "{}", { mode: 0o600 }), true],
      ["a world-readable file", () => Deno.chmod(kept, 0o644), true],
      ["a world-writable file", () => Deno.chmod(kept, 0o666), false],
      ["a link", async () => {
        await Deno.rename(kept, `${kept}.real`);
        await Deno.chmod(`${kept}.real`, 0o600);
        await Deno.symlink(`${kept}.real`, kept);
      }, false],
      ["a FIFO", async () => {
        await Deno.remove(kept);
        await runToEnd("/usr/bin/mkfifo", { args: [kept] });
      }, false],
    ];
    for (const [name, make, trusted] of table) {
      await make();
      assertEquals((await start()).includes(`${trust}"${kept}"`), !trusted, name);
    }
    await Deno.remove(kept);

    const folder = `${state}/check_state`;
    const folders: [make: () => Promise<unknown>, trusted: boolean][] = [
      [() => Deno.mkdir(folder, { mode: 0o700 }), true],
      [() => Deno.chmod(folder, 0o755), true],
      [() => Deno.chmod(folder, 0o777), false],
      [() => Deno.chmod(folder, 0o1777), false],
      [async () => {
        await Deno.rename(folder, `${folder}.real`);
        await Deno.chmod(`${folder}.real`, 0o700);
        await Deno.symlink(`${folder}.real`, folder);
      }, false],
      [() => Deno.remove(`${folder}.real`), false],
      [async () => {
        await Deno.remove(folder);
        await Deno.writeTextFile(folder, "", { mode: 0o600 });
      }, false],
    ];
    for (const [at, [make, trusted]] of folders.entries()) {
      await make();
      assertEquals((await start()).includes(`${trust}"${folder}"`), !trusted, `${at}`);
    }
    await Deno.remove(folder);
    if (Deno.uid() !== 0) return;
    await Deno.writeTextFile(`${state}/self-signed.pem`, "", { mode: 0o600 });
    await Deno.chown(`${state}/self-signed.pem`, 65534, 65534);
    assertStringIncludes(await start(), `${trust}"${state}/self-signed.pem"`);
  });
});

Deno.test("The launcher uses the real path of the state directory: a link in it may change later", async () => {
  await withStub(async (start, state) => {
    await Deno.mkdir(`${state}.real`, { mode: 0o700 });
    await Deno.symlink(`${state}.real`, state);
    const output = await start();
    assertStringIncludes(output, `state=${state}.real\n`);
    assertEquals(output.includes(`${state}/`), false, output);
  });
});
