/** A compiled daemon with hostile settings, in unusual folders, and started in unusual ways. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { compile, type Deployed } from "../deployed/deploying.ts";
import { createProject } from "../project.ts";
import { outputOf, runToEnd } from "../waiting.ts";

const nested = (open: string, close: string, count: number) =>
  `a: ${open.repeat(count)}1${close.repeat(count)}\n`;

/** A chain of maps, in which each key merges the map before it nine times. */
const merges = Array.from(
  { length: 200 },
  (_, at) => `x${at + 1}: &x${at + 1} {<<: [${Array(9).fill(`*x${at}`)}], b${at}: 1}\n`,
);

/** Settings files, and a part of the error. */
const invalid: readonly [attempt: string, text: string, error: string][] = [
  ["merge maps without an end", `x0: &x0 {a: 1}\n${merges.join("")}`, "merge keys exceeded"],
  ["nest 5,000 lists", nested("[", "]", 5_000), "nesting exceeded"],
  ["nest 3,000 maps", nested("{a: ", "}", 3_000), "nesting exceeded"],
  ["nest lists without an end", `a: ${"[".repeat(200_000)}`, "nesting exceeded"],
  ["contain itself", "a: &a [*a]\n", "the value contains itself"],
  ["contain itself as a command", "commands: &c {ok: *c}\n", "the value contains itself"],
  ["set __proto__", "__proto__: {tls: false}\n", 'Unknown setting "__proto__"'],
  ["merge __proto__", "commands: {ok: {<<: {__proto__: {}}}}\n", 'Unknown setting "__proto__"'],
  ["set a key twice", "tls: false\ntls: {minVersion: '1.3'}\n", "Duplicate key"],
  ["call a function by a tag", "timeout: !!js/function 'f'\n", "Cannot parse YAML"],
  ["start a program by a tag", "timeout: !!python/object/apply:os.system [id]\n", "Cannot parse"],
  ["contain bytes", "env: {A: !!binary aGk=}\n", "Invalid value"],
  ["contain two documents", "timeout: 1s\n---\ntls: false\n", "single document"],
  ["contain a NUL", "timeout: \x0030s\n", "null byte"],
  ["add a flag by a line break", 'tls: {cert: "/x\\n--allow-all", key: /y}\n', "control char"],
  ["add a path by a comma", 'tls: {cert: "/x,/etc/shadow", key: /y}\n', "without commas"],
  ["add an address by a comma", 'listen: "127.0.0.1:1,0.0.0.0:2"\n', "expected HOST:PORT"],
  ["add a program by a comma", "commands: {z: {plugin: ['/bin/true,/bin/sh']}}\n", "commas"],
  ["start a plugin with a flag", "commands: {z: {plugin: [--allow-all]}}\n", "absolute path"],
  ["read other files as procfs", "procfs: /tmp/a,/etc\n", "without commas"],
  ["move the state by a line break", 'state: "/tmp/x\\nstate=/etc"\n', "state: Invalid value"],
  ["move the state to a relative path", "state: state\n", "state: Invalid value"],
  ["allow shell lines itself", "hostShell: true\ncommands: {z: {shell: id}}\n", "hostShell"],
  ["allow a host by a wildcard", "allowedHosts: ['*']\n", "wildcards are not supported"],
  ["allow hosts by a comma", "allowedHosts: ['127.0.0.1,0.0.0.0/0']\n", "one host per entry"],
  ["load a library", "env: {LD_PRELOAD: /tmp/x.so}\n", "LD_"],
  ["hide a NUL in a variable", 'env: {A: "a\\0b"}\n', "env.A: Invalid value"],
  ["set limits without an end", "limits: {connections: 1e309}\n", "whole number"],
  ["set a negative limit", "limits: {running: -1}\n", "whole number"],
  ["include endless files", "include: [/dev/zero, /proc/self/environ]\n", "below /dev, /proc"],
  ["include all files of a host", "include: ['/*/*/*']\n", "below /dev, /proc"],
  ["replace a check by a plugin", "commands: {ok: {plugin: [/bin/sh]}}\n", "commands.ok"],
  ["set the version", "version: 9.9\n", 'Unknown setting "version"'],
];

/** Settings files that are valid. */
const valid: readonly [attempt: string, text: string][] = [
  ["merge itself", "commands: &c {<<: *c}\n"],
  ["begin with a byte order mark", "\ufefftimeout: 30s\r\nlog: json\r\n"],
  ["contain nothing", "~\n"],
];

/** Names of folders with a deployable. */
const folders = [
  ...["a%41", "a#b?c", "a'b\"c", "a$(touch pwned)b", "*", "-a", "a\\b", "a:b"],
  ...["[x]", "a;b&c", "~", "a\tb\nc", "é"],
];

/** Shell lines that start the launcher `$1`. */
const starts: readonly string[] = [
  'umask 0; exec "$1" check',
  'umask 777; exec "$1" check',
  'ulimit -n 40; exec "$1" check',
  'exec <&-; exec "$1" check',
  'exec 2>&-; exec "$1" check',
  'cd "${1%/*}"; exec sh checkwright check',
  'PATH="${1%/*}:$PATH"; exec checkwright check',
  'ln -s "$1" "$1 link"; exec "$1 link" check',
  'cd "${1%/*}"; set -- ./checkwright; exec "$1" check',
  "trap '' HUP INT TERM PIPE CHLD; exec \"$1\" check",
];

async function check(
  { folder, state }: Pick<Deployed, "folder" | "state">,
  line: string,
  ...words: string[]
): Promise<{ code: number; text: string }> {
  const command = new Deno.Command("/bin/sh", {
    args: ["-c", line, "sh", `${folder}/checkwright`, ...words],
    clearEnv: true,
    env: {
      PATH: "/usr/bin:/bin",
      CHECKWRIGHT_DENO: Deno.execPath(),
      STATE_DIRECTORY: state,
      NO_COLOR: "1",
    },
    cwd: "/",
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await outputOf(command.spawn(), line);
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, text: decode(stdout) + decode(stderr) };
}

Deno.test("A compiled daemon refuses hostile settings, and runs in any folder", async (t) => {
  await using project = await createProject(
    'export default { listen: "127.0.0.1:0", tls: false, commands: { ok: () => "fine" } };\n',
  );
  await using deployed = await compile(project.agent);
  const settings = `${project.folder}/settings.yaml`;
  const read = async (text: string) => {
    await Deno.writeTextFile(settings, text);
    return await check(deployed, 'exec "$1" check --settings "$2"', settings);
  };
  for (const [attempt, text, error] of invalid) {
    await t.step(`A settings file cannot ${attempt}`, async () => {
      const checked = await read(text);
      assertEquals(checked.code, 3, checked.text);
      assertStringIncludes(checked.text, error);
      assert(!/^\s+at /m.test(checked.text), checked.text);
    });
  }
  for (const [attempt, text] of valid) {
    await t.step(`A settings file may ${attempt}`, async () => {
      const checked = await read(text);
      assertEquals(checked.code, 0, checked.text);
    });
  }
  for (const name of folders) {
    await t.step(`A deployable may be in the folder ${JSON.stringify(name)}`, async () => {
      const folder = `${project.folder}/${name}`;
      await runToEnd("/bin/cp", { args: ["-r", "--", deployed.folder, folder] });
      const checked = await check({ ...deployed, folder }, 'exec "$1" check');
      assertEquals(checked.code, 0, checked.text);
      await Deno.remove(folder, { recursive: true });
    });
  }
  for (const line of starts) {
    await t.step(`A launcher may be started by ${line}`, async () => {
      const checked = await check(deployed, line);
      assertEquals(checked.code, 0, checked.text);
    });
  }
});
