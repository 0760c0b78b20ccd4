/** A compiled daemon has only the permissions of its manifest: in its flags, and in practice. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { askOnce } from "../asking.ts";
import { isMissing, tools } from "../tools.ts";
import { compile } from "./deploying.ts";
import { runToEnd } from "../waiting.ts";

const agent = fileURLToPath(new URL("../fixtures/deployed_agent.ts", import.meta.url));
const dummy = "/usr/lib/nagios/plugins/check_dummy";

Deno.test(
  "The compiled daemon has the permissions of its manifest, and all others are refused",
  {
    ignore: isMissing(dummy),
  },
  async () => {
    await using deployed = await compile(agent);
    await using daemon = await deployed.start();
    const { folder, state } = deployed;

    const line = (await Deno.readTextFile(`/proc/${daemon.process.pid}/cmdline`)).split("\0");
    const granted: Record<string, string[]> = {};
    for (const word of line) {
      const [, name, list] = /^--allow-(\w+)=(.*)$/.exec(word) ?? [];
      if (name !== undefined) (granted[name] ??= []).push(...list!.split(","));
      assert(!/^(-A|--allow-all|--allow-\w+)$/.test(word), `${word} grants everything`);
    }
    assertEquals(
      Object.fromEntries(Object.entries(granted).map(([name, list]) => [name, list.sort()])),
      {
        env: ["EATER", "MOTD", "SPIN"],
        net: ["127.0.0.1:0"],
        read: [
          "/bin/sleep",
          "/etc/motd",
          "/etc/passwd",
          dummy,
          "/usr/lib/nagios/plugins/check_not_here",
          ...[
            "acceptor.js",
            "agent.js",
            "manifest.json",
            "process_imports.json",
            "refused.txt",
            "sandbox.js",
          ].map(
            (name) => `${folder}/${name}`,
          ),
          ...["check_state", "quarantine.json", "running.txt", "self-signed.pem"].map((name) =>
            `${state}/${name}`
          ),
        ].sort(),
        run: [
          // Given up as soon as the process helper runs, see below.
          "/bin/sh",
          "/bin/sleep",
          dummy,
          "/usr/lib/nagios/plugins/check_not_here",
          Deno.execPath(),
        ].sort(),
        sys: ["loadavg", "uid"],
        write: [`${state}/check_state`, `${state}/quarantine.json`, `${state}/running.txt`],
      },
    );

    const ask = (...words: string[]) => askOnce(daemon, words, { tls: true });
    for (
      const [command, permission] of [
        ["try_read", 'read "/etc/hostname"'],
        ["try_manifest", "read"],
        ["try_write", 'write "/tmp/checkwright-never"'],
        ["try_net", 'net "127.0.0.1:9"'],
        ["try_env", 'env "HOME"'],
        ["try_sys", 'sys "osRelease"'],
        ["try_run", 'run "/bin/true"'],
        ["try_ffi", "ffi"],
      ] as const
    ) {
      const answer = await ask(command);
      assertMatch(answer, /^UNKNOWN /, command);
      if (command !== "try_manifest") {
        assertStringIncludes(answer, `Permission refused: ${permission}`);
      }
    }
    assertMatch(await ask("try_import"), /^UNKNOWN /);
    assertEquals(await ask("ok"), "OK fine");
    assertMatch(await ask("check_load"), /^OK LOAD OK - /);
    assertEquals(await ask("check_contained"), "OK read");
    assertMatch(await ask("check_dummy", "1"), /^WARNING WARNING/);
    assertStringIncludes(
      await ask("check_absent"),
      "Command 'check_absent' is omitted on this host",
    );
    assertEquals(await daemon.stop(), 0);
  },
);

Deno.test("The original check_nrpe and the one in the deployable get the same answer", {
  ignore: tools.checkNrpe === undefined,
}, async () => {
  await using deployed = await compile(agent);
  await using daemon = await deployed.start();
  for (const program of [tools.checkNrpe!, `${deployed.folder}/check_nrpe`]) {
    const { code, stdout } = await runToEnd(program, {
      args: ["-H", "127.0.0.1", "-p", `${daemon.port}`, "-c", "ok"],
      clearEnv: true,
      env: { PATH: "/usr/bin:/bin", CHECKWRIGHT_DENO: Deno.execPath() },
    });
    assertEquals([code, new TextDecoder().decode(stdout)], [0, "fine\n"]);
  }
});
