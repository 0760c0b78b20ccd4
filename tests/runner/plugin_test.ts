import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Answer } from "../../src/check/answer.ts";
import { type PluginRun, runPlugin as runUnder } from "../../src/runner/plugin.ts";
import { openProcessTree } from "../../src/host/process_tree.ts";
import { encodeText } from "../../src/nagios/text.ts";
import { parseUsers } from "../../src/host/accounts.ts";
import { createReport, type Diagnostic } from "../../src/agent/diagnostic.ts";
import { identify, readAccounts } from "../../src/agent/identify.ts";
import { isMissing, tools } from "../tools.ts";
import { until } from "../waiting.ts";
import { isAlive } from "../processes.ts";

function sh(line: string, ...args: string[]): PluginRun {
  return { argv: ["/bin/sh", "-c", line, "sh", ...args], env: {}, cwd: "/" };
}

const never = new AbortController().signal;

async function runPlugin(run: PluginRun, signal: AbortSignal): Promise<Answer> {
  const processes = openProcessTree();
  try {
    return await runUnder(run, signal, processes);
  } finally {
    await processes.close();
  }
}

Deno.test("runPlugin() returns output and state for exit codes 0 to 3", async () => {
  for (const [code, state] of ["OK", "WARNING", "CRITICAL", "UNKNOWN"].entries()) {
    const { output } = await runPlugin(sh(`echo "x|a=1"; exit ${code}`), never);
    assertEquals(output, { state, text: "x|a=1" } as typeof output);
  }
});

Deno.test("runPlugin() removes one newline at the end and keeps all other bytes", async () => {
  const table: [string, string][] = [
    ["printf 'a\\n\\n'", "a\n"],
    ["printf 'a\\r\\nb'", "a\r\nb"],
    ["printf '\\n'", ""],
    ["printf 'a\\033[1mb'", "a\x1b[1mb"],
  ];
  for (const [line, text] of table) {
    assertEquals((await runPlugin(sh(line), never)).output.text, text);
  }
  const { output } = await runPlugin(sh("printf 'gr\\374n\\0x\\377'"), never);
  assertEquals([...encodeText(output.text)], [0x67, 0x72, 0xfc, 0x6e, 0, 0x78, 0xff]);
});

Deno.test("runPlugin() returns the reason if a plugin gives no valid answer", async () => {
  const table: [PluginRun, string[]][] = [
    [sh("exit 0"), ["NRPE: Unable to read output", "code 0"]],
    [sh("echo oops >&2; exit 2"), ["NRPE: Unable to read output", "code 2", "oops"]],
    [sh("echo x; exit 4"), ["x", "code 4"]],
    [sh("echo x; exit 255"), ["x", "code 255"]],
    [sh("echo x; kill -9 $$"), ["x", "SIGKILL"]],
    [sh("kill -SEGV $$"), ["NRPE: Unable to read output", "SIGSEGV"]],
    [{ argv: ["/no/such/plugin"], env: {}, cwd: "/" }, [
      "NRPE: Unable to read output",
      "No such file",
    ]],
    [{ argv: ["/etc/passwd"], env: {}, cwd: "/" }, [
      "NRPE: Unable to read output",
      "Permission denied",
    ]],
  ];
  for (const [run, [first, ...rest]] of table) {
    const { output, reason } = await runPlugin(run, never);
    assertEquals(output.state, "UNKNOWN");
    assertEquals(output.text.split("\n")[0], first);
    for (const part of rest) assertStringIncludes(output.text, part);
    assert(reason !== undefined);
  }
});

Deno.test("runPlugin() returns stderr as the reason for the log, not in the output", async () => {
  const { output, reason } = await runPlugin(sh("echo fine; echo careful >&2"), never);
  assertEquals(output, { state: "OK", text: "fine" });
  assertEquals(reason, "careful");
});

Deno.test("runPlugin() keeps 64 KiB of large output, and the exit code", async () => {
  const { output } = await runPlugin(sh("head -c 3000000 /dev/zero | tr '\\0' x; exit 1"), never);
  assertEquals(output.state, "WARNING");
  assertEquals(output.text.length, 65_536);
});

Deno.test("runPlugin() sets a clean environment, the working directory and an empty input", async () => {
  const { output } = await runPlugin(
    { ...sh("env | sort; pwd; cat"), env: { EXTRA: "yes" } },
    never,
  );
  const names = output.text.split("\n").map((line) => line.split("=")[0]);
  assertEquals(names, [
    "CHECKWRIGHT_RUN",
    "EXTRA",
    "LANG",
    "NRPE_MULTILINESUPPORT",
    "NRPE_PROGRAMVERSION",
    "PATH",
    "PWD",
    "/",
  ]);
});

Deno.test("runPlugin() sets the variables of the user, which the command can override", async () => {
  const account = { name: "eve", home: "/home/eve", shell: "/bin/zsh" };
  const run = {
    ...sh('set -u; echo "$USER $LOGNAME $HOME $SHELL $LANG $PATH"'),
    account,
    env: { HOME: "/srv", LANG: "de_DE.UTF-8" },
  };
  const { output } = await runPlugin(run, never);
  assertEquals(output.text, "eve eve /srv /bin/zsh de_DE.UTF-8 /usr/bin:/bin:/usr/sbin:/sbin");
});

Deno.test("runPlugin() starts a plugin by its prefix, and compares the digest of the plugin", async () => {
  const prefix = ["/usr/bin/env", "VIA=prefix"];
  const { output } = await runPlugin({ ...sh("echo $VIA $1", "one"), prefix }, never);
  assertEquals(output.text, "prefix one");
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile("/bin/sh"));
  const sha256 = new Uint8Array(digest).toHex();
  const pinned = await runPlugin({ ...sh("echo $VIA"), prefix, sha256 }, never);
  assertEquals(pinned.output.text, "prefix");
  const changed = await runPlugin({ ...sh("echo"), prefix, sha256: "ab".repeat(32) }, never);
  assertStringIncludes(changed.output.text, `its SHA-256 is ${sha256}`);
  const absent = await runPlugin({ ...sh("echo"), prefix: ["/no/such/sudo"] }, never);
  assertStringIncludes(absent.output.text, 'Cannot start "/no/such/sudo": No such file');
});

/** Returns the user in the most groups, so that the test proves the most. */
async function joiner(): Promise<string> {
  const groups = (await Deno.readTextFile("/etc/group")).split("\n");
  const members = groups.flatMap((line) => line.split(":")[3]?.split(",") ?? []);
  const names = parseUsers(await Deno.readTextFile("/etc/passwd")).map(({ name }) => name);
  const count = (name: string) => members.filter((member) => member === name).length;
  return names.filter((name) => name !== "root").toSorted((a, b) => count(b) - count(a))[0]!;
}

Deno.test("runPlugin() runs a plugin of another user in all groups of that user", {
  ignore: Deno.uid() !== 0 || isMissing("/usr/bin/setpriv"),
}, async () => {
  const user = await joiner();
  const accounts = await readAccounts();
  const exec = { user, env: {}, cwd: "/", split: true };
  const diagnostics: Diagnostic[] = [];
  const identity = identify(exec, accounts, createReport(diagnostics));
  assertEquals([identity.allGroups, diagnostics], [true, []]);
  const line = 'echo "$(id -un) $USER $HOME"; id -G; id -G "$USER"';
  const { output } = await runPlugin({ ...sh(line), ...identity }, never);
  const [who, groups, expected] = output.text.split("\n");
  assertEquals(who, `${user} ${user} ${accounts.users.find(({ name }) => name === user)!.home}`);
  assertEquals(groups!.split(" ").toSorted(), expected!.split(" ").toSorted());

  const asRoot = identify({ ...exec, user: "root" }, accounts, createReport([]));
  const root = await runPlugin({ ...sh("id -G; id -G root"), ...asRoot }, never);
  const [given, all] = root.output.text.split("\n");
  assertEquals([given, "uid" in asRoot], [all, false]);
});

Deno.test("runPlugin() kills a plugin that setpriv started", {
  ignore: Deno.uid() !== 0 || isMissing("/usr/bin/setpriv"),
}, async () => {
  const identity = identify(
    { user: "nobody", env: {}, cwd: "/", split: true },
    await readAccounts(),
    createReport([]),
  );
  const folder = await Deno.makeTempDir();
  await Deno.chmod(folder, 0o777);
  const controller = new AbortController();
  const line = `trap '' TERM; echo $$ > ${folder}/pid; while :; do sleep 1; done`;
  const run = runPlugin({ ...sh(line), ...identity }, controller.signal);
  const pid = await until(
    "a plugin that writes its id",
    () => Deno.readTextFile(`${folder}/pid`).then(Number, () => 0),
  );
  controller.abort();
  assertEquals((await run).ending, "KILL");
  assertEquals(isAlive(pid), false);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("runPlugin() passes arguments unchanged", async () => {
  const words = ["$(id)", "`id`", "*", "a b", "", "'", '"', "-x", "größe"];
  const { output } = await runPlugin({
    argv: ["/usr/bin/printf", "<%s>", ...words],
    env: {},
    cwd: "/",
  }, never);
  assertEquals(output.text, words.map((word) => `<${word}>`).join(""));
});

Deno.test("runPlugin() refuses arguments that cannot be passed to an executable", async () => {
  for (const word of ["a\0b", "\udcfc"]) {
    const { output } = await runPlugin({ argv: ["/bin/echo", word], env: {}, cwd: "/" }, never);
    assertStringIncludes(output.text, "argument 1");
  }
});

Deno.test("runPlugin() runs a plugin in a process group of its own", async () => {
  const { output } = await runPlugin(sh("echo $$ $(cut -d ' ' -f 5 /proc/$$/stat)"), never);
  const [pid, group] = output.text.split(" ");
  assertEquals(group, pid);
});

/** Returns the id that a process writes into a file. */
async function idIn(path: string): Promise<string> {
  return await until(
    `an id in ${path}`,
    async () => (await Deno.readTextFile(path).catch(() => "")).trim(),
  );
}

Deno.test("runPlugin() ends the whole group at the deadline, including grandchildren that ignore TERM", async () => {
  const folder = await Deno.makeTempDir();
  const abort = new AbortController();
  const line =
    `trap '' TERM; (trap '' TERM; echo $$ > ${folder}/parent; sleep 60 & echo $! > ${folder}/child; wait) & wait`;
  const running = runPlugin(sh(line), abort.signal);
  const child = await idIn(`${folder}/child`);
  assertEquals(isAlive(child), true);
  abort.abort();
  await running;
  assertEquals(isAlive(child), false);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("runPlugin() ends children that left the group at the deadline", {
  ignore: tools.setsid === undefined,
}, async () => {
  const table: [name: string, line: string][] = [
    ["found by its mark", "setsid sh -c 'echo $$ > $0/pid; exec sleep 60' $1 & exit 0"],
    ["found by its parent", "setsid env -i /bin/sh -c 'echo $$ > $0/pid; exec sleep 60' $1 & wait"],
    [
      "ignores TERM",
      `setsid sh -c 'trap "" TERM; echo $$ > $0/pid; for i in 1 2 3 4 5 6; do sleep 10; done' $1 & wait`,
    ],
  ];
  for (const [name, line] of table) {
    const folder = await Deno.makeTempDir();
    const abort = new AbortController();
    const running = runPlugin(sh(line, folder), abort.signal);
    const child = await idIn(`${folder}/pid`);
    assertEquals(isAlive(child), true, name);
    abort.abort();
    await running;
    assertEquals(isAlive(child), false, name);
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("runPlugin() does not wait for a process that cannot be found", {
  ignore: tools.setsid === undefined,
}, async () => {
  // The process leaves the group and has neither the mark nor a parent. Only its output connects it
  // with the plugin.
  const line = "setsid env -i /bin/sh -c 'echo $$; exec sleep 20' & sleep 0.3";
  const { output } = await runPlugin(sh(line), never);
  assertEquals(output.state, "OK");
  assertEquals(isAlive(output.text), true);
  Deno.kill(Number(output.text), "SIGKILL");
});

Deno.test("runPlugin() does not wait for a child that outlives the plugin and holds its output", async () => {
  const { output } = await runPlugin(sh("sleep 60 & echo $!"), never);
  assertEquals(output.state, "OK");
  assertEquals(isAlive(output.text), false);
});

Deno.test("runPlugin() does not start an executable with another digest", async () => {
  const bytes = await Deno.readFile("/bin/echo");
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  const run = { argv: ["/bin/echo", "x"], env: {}, cwd: "/" };
  assertEquals((await runPlugin({ ...run, sha256: digest }, never)).output.text, "x");
  const refused = await runPlugin({
    ...run,
    sha256: digest.replace(/^./, (c) => c === "0" ? "1" : "0"),
  }, never);
  assertStringIncludes(refused.output.text, "its SHA-256 is");
});

Deno.test("runPlugin() refuses a pinned executable that is a named pipe, or too large to read in time", async () => {
  const folder = await Deno.makeTempDir();
  const [pipe, large] = [`${folder}/pipe`, `${folder}/large`];
  assertEquals((await new Deno.Command("/usr/bin/mkfifo", { args: [pipe] }).output()).code, 0);
  await Deno.writeTextFile(large, "");
  await Deno.truncate(large, 2 ** 40);
  const run = { env: {}, cwd: "/", sha256: "ab".repeat(32) };
  // The runtime has 32 threads for files.
  for (let count = 0; count < 40; count++) {
    const { output } = await runPlugin({ ...run, argv: [pipe] }, never);
    assertStringIncludes(output.text, "it is not a regular file");
  }
  const { output } = await runPlugin({ ...run, argv: [large] }, AbortSignal.timeout(100));
  assertStringIncludes(output.text, "its SHA-256 was not known at the deadline");
  await Deno.remove(folder, { recursive: true });
});
