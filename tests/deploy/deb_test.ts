import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { buildDeb } from "../../src/deploy/deb.ts";
import type { DeployableFile } from "../../src/deploy/deployable.ts";
import { createProject } from "../project.ts";
import { run, started } from "../serving.ts";
import { isMissing } from "../tools.ts";
import { runToEnd } from "../waiting.ts";

const noDpkg = isMissing("/usr/bin/dpkg-deb");

/** A minimal deployable: the files that the package treats differently. */
const files: Record<string, DeployableFile> = {
  checkwright: { text: "#!/bin/sh\n", mode: 0o755 },
  "daemon.js": { text: "//\n", mode: 0o644 },
  "checkwright.service": { text: "[Service]\nDynamicUser=yes\n", mode: 0o644 },
  "settings.example.yaml": { text: "# listen: 127.0.0.1\n", mode: 0o644 },
};

async function temporary(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "checkwright-test-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

async function stdoutOf(program: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runToEnd(program, {
    args,
    env: { LC_ALL: "C" },
  });
  const decoder = new TextDecoder();
  assertEquals(code, 0, `${program} ${args.join(" ")}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

Deno.test("buildDeb() installs all files with root as owner, and with fixed modes and dates", {
  ignore: noDpkg,
}, async () => {
  await using folder = await temporary();
  const runtime = `${folder.path}/deno`;
  await Deno.writeTextFile(runtime, "a runtime", { mode: 0o600 });
  const umask = Deno.umask(0o077);
  const path = await buildDeb(files, {
    output: `${folder.path}/out`,
    version: "1:2.0~rc1-3",
    runtime,
    architecture: "arm64",
  }).finally(() => Deno.umask(umask));
  assertEquals(path, `${folder.path}/out/checkwright-agent_2.0~rc1-3_arm64.deb`);
  const list = (await stdoutOf("dpkg-deb", "--contents", path)).split("\n")
    .filter((line) => !line.endsWith("/"))
    .map((line) => line.replaceAll(/ +/g, " ").replace(" 2020-01-01 00:00", ""));
  assertEquals(list, [
    "-rw-r--r-- root/root 20 ./etc/checkwright/settings.yaml",
    "-rwxr-xr-x root/root 10 ./usr/lib/checkwright/checkwright",
    "-rw-r--r-- root/root 3 ./usr/lib/checkwright/daemon.js",
    "-rwxr-xr-x root/root 9 ./usr/lib/checkwright/deno",
    "-rw-r--r-- root/root 26 ./usr/lib/systemd/system/checkwright.service",
    list.find((line) => line.endsWith("copyright"))!,
    "lrwxrwxrwx root/root 0 ./usr/bin/checkwright -> ../lib/checkwright/checkwright",
    "",
  ]);
  assertMatch(
    list[5]!,
    /^-rw-r--r-- root\/root \d+ \.\/usr\/share\/doc\/checkwright-agent\/copyright$/,
  );
  assertStringIncludes(
    await stdoutOf("dpkg-deb", "--field", path),
    `Package: checkwright-agent
Version: 1:2.0~rc1-3
Architecture: arm64
Maintainer: Checkwright <root@localhost>
Installed-Size: 2
Depends: libc6 (>= 2.27), libgcc-s1 | libgcc1
`,
  );
});

Deno.test("A package without a runtime is for all architectures", { ignore: noDpkg }, async () => {
  await using folder = await temporary();
  const path = await buildDeb(files, { output: folder.path, version: "1", name: "other-agent" });
  assertEquals(path, `${folder.path}/other-agent_1_all.deb`);
  assertMatch(
    await stdoutOf("dpkg-deb", "--field", path, "Architecture", "Depends"),
    /^(?:Architecture: )?all\n$/,
  );
});

Deno.test("buildDeb() returns the same bytes for the same files, in any order", {
  ignore: noDpkg,
}, async () => {
  await using folder = await temporary();
  const digests = [];
  for (
    const [index, entries] of [files, Object.fromEntries(Object.entries(files).reverse())].entries()
  ) {
    const output = `${folder.path}/${index}`;
    const path = await buildDeb(entries, { output, version: "1" });
    const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(path));
    digests.push(new Uint8Array(digest).toHex());
  }
  assertEquals(digests[0], digests[1]);
});

Deno.test("buildDeb() refuses names and versions that Debian does not allow", async () => {
  const table = [
    [{ version: "v1" }, 'Invalid version "v1"'],
    [{ version: "1_2" }, 'Invalid version "1_2"'],
    [{ version: "1\nDepends: x" }, 'Invalid version "1\\nDepends: x"'],
    [{ version: "1", name: "Agent" }, 'Invalid package name "Agent"'],
    [{ version: "1", name: "../x" }, 'Invalid package name "../x"'],
    [{ version: "1", maintainer: "me" }, 'Invalid maintainer "me"'],
    [{ version: "1", maintainer: "a\nb <c@d>" }, 'Invalid maintainer "a\\nb <c@d>"'],
    [{ version: "1", runtime: "/x", architecture: "a b" }, 'Invalid architecture "a b"'],
  ] as const;
  for (const [options, message] of table) {
    await assertRejects(
      () => buildDeb(files, { output: "/nowhere", ...options }),
      SyntaxError,
      message,
    );
  }
});

Deno.test("buildDeb() reports a missing dpkg-deb in one line", async () => {
  await using folder = await temporary();
  const module = new URL("../../src/deploy/deb.ts", import.meta.url).href;
  const script = `import { buildDeb } from ${JSON.stringify(module)};
    await buildDeb({}, { output: ${JSON.stringify(folder.path)}, version: "1" })
      .catch((error) => console.log(error.name, error.message));`;
  const { stdout } = await runToEnd(Deno.execPath(), {
    args: ["eval", "--no-lock", script],
    env: { PATH: folder.path, NO_COLOR: "1" },
  });
  assertEquals(
    new TextDecoder().decode(stdout),
    "AgentError --deb: Cannot build a Debian package without dpkg-deb: expected it in PATH " +
      "(package dpkg)\n",
  );
});

Deno.test(
  "dpkg installs, removes and purges an agent: it starts after the installation, and no file remains after the purge",
  {
    ignore: noDpkg || isMissing("/usr/bin/dpkg") || Deno.uid() !== 0,
  },
  async () => {
    await using project = await createProject(`
    import { defineAgent, ok } from "@checkwright/checkwright";
    export default defineAgent({
      listen: "127.0.0.1:0",
      commands: { check_deploy: () => ok("release 42 is live") },
    });
  `);
    const out = `${project.folder}/out`;
    const compiled = await run("compile", project.agent, "--out", out);
    assertEquals(compiled.code, 0, compiled.stderr);
    const deployable: Record<string, DeployableFile> = {};
    for (const { name } of Deno.readDirSync(out)) {
      const { mode } = await Deno.stat(`${out}/${name}`);
      deployable[name] = { text: await Deno.readTextFile(`${out}/${name}`), mode: mode! & 0o777 };
    }
    // Replaces the real runtime of 95 MB, which would make the test slower.
    const runtime = await project.write("deno", `#!/bin/sh\nexec '${Deno.execPath()}' "$@"\n`);
    const path = await buildDeb(deployable, { output: project.folder, version: "1.0", runtime });

    // A separate root folder. The scripts run on this system, but DPKG_ROOT tells them not to change
    // it.
    const root = `${project.folder}/root`;
    for (const name of ["info", "updates", "triggers"]) {
      await Deno.mkdir(`${root}/var/lib/dpkg/${name}`, { recursive: true });
    }
    await Deno.writeTextFile(`${root}/var/lib/dpkg/status`, "");
    const dpkg = (...args: string[]) =>
      stdoutOf(
        "dpkg",
        `--root=${root}`,
        "--force-script-chrootless",
        "--force-depends",
        "--log=/dev/null",
        ...args,
      );
    const there = async () =>
      (await stdoutOf(
        "find",
        root,
        "(",
        "-type",
        "f",
        "-o",
        "-type",
        "l",
        ")",
        "-not",
        "-path",
        `${root}/var/lib/dpkg/*`,
      ))
        .split("\n").filter((line) => line !== "").map((line) => line.slice(root.length)).sort();

    await dpkg("--install", path);
    const link = "/etc/systemd/system/multi-user.target.wants/checkwright.service";
    const installed = await there();
    for (const file of ["/usr/bin/checkwright", "/usr/lib/checkwright/deno", link]) {
      assertEquals(installed.includes(file), true, file);
    }
    assertEquals(
      (await Deno.stat(`${root}/usr/lib/checkwright/checkwright`)).mode! & 0o7777,
      0o755,
    );

    const state = `${root}/var/lib/private/checkwright`;
    {
      await using daemon = await started(
        new Deno.Command(`${root}/usr/bin/checkwright`, {
          args: ["--settings", `${root}/etc/checkwright/settings.yaml`],
          env: { STATE_DIRECTORY: state, NO_COLOR: "1" },
          stdin: "null",
          stdout: "piped",
          stderr: "piped",
        }),
      );
      const answer = await stdoutOf(
        `${root}/usr/lib/checkwright/check_nrpe`,
        ...["-H", "127.0.0.1", "-p", String(daemon.port), "-c", "check_deploy"],
      );
      assertEquals(answer, "release 42 is live\n");
    }

    await dpkg("--remove", "checkwright-agent");
    const removed = await there();
    assertEquals(removed.filter((file) => file.startsWith("/usr/")), []);
    assertEquals(removed.includes("/etc/checkwright/settings.yaml"), true);

    await Deno.writeTextFile(
      `${root}/etc/checkwright/mine.pem`,
      "a file of the administrator",
    );
    await dpkg("--purge", "checkwright-agent");
    assertEquals(await there(), []);
    assertEquals(await Deno.lstat(state).catch((error) => error.name), "NotFound");
  },
);
