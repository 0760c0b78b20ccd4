/**
 * Sends the same queries to Debian's nrpe with plugins, and to an agent with the built-in checks.
 * The commands are those of Debian's nrpe.cfg. Debian builds nrpe without command arguments: its
 * configuration has one command for each argument line. That is the command line that nrpe runs if
 * it replaces `$ARG1$`, because it passes the line to a shell in both cases.
 */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { sendQuery } from "../../src/client/mod.ts";
import { returnCode } from "../../src/mod.ts";
import { startNrpe } from "../nrpe_daemon.ts";
import { serve } from "../serving.ts";
import { isMissing, pluginFolder } from "../tools.ts";

/** An argument line with the same result, or with another code for a reason. */
type Line = string | [line: string, code: number, reason: string];

const oneIsEnough = "one threshold is enough";
const notANumber = "a value that is not a number is an error; the plugin reads 0";
const superfluous = "a superfluous word is an error; the plugin ignores it";
const noThreshold = "a check without thresholds cannot alert";
const equalsSign = "-w=5 is the same as -w 5";
const quietOption = "the check has no option -v; it would have no effect";
const oneWord = "an argument is split at spaces only if it begins with a dash";

const lines: Record<string, Line[]> = {
  check_users: [
    "-w 5 -c 10",
    "-w 100 -c 200",
    "-w5 -c10",
    "-w=5 -c 10",
    "--warning=5 --critical=10",
    "--warning 5 --critical 10",
    "--warn=5 --crit=10",
    "--w 5 --c 10",
    "-c 10 -w 5",
    "-w '5' -c \"10\"",
    "-w 1 -w 5 -c 0 -c 10",
    "-w 10 -c 5",
    "-w 1000: -c 0:",
    "-w 1000: -c 2000:",
    "-w ~:500 -c 1000",
    "-w @0:500 -c 1000",
    "-w @0:500 -c @0:1000",
    "-w 0:1000 -c @1000:2000",
    "-w 5.5 -c 1000.5",
    "-w -1 -c 1000",
    "-w 5:1 -c 10",
    "",
    "-w",
    "-c",
    "-w -c",
    "-w 5 -c",
    "-x",
    "-x 5 -w 5 -c 10",
    "--unknown=3 -w 5 -c 10",
    "-h",
    "--help",
    "-V",
    "--version",
    ["-w 5", 0, oneIsEnough],
    ["-c 10", 0, oneIsEnough],
    ["-w abc -c 10", 3, notANumber],
    ["-w 5 -c abc", 3, notANumber],
    ["-w 5,4 -c 10", 3, notANumber],
    ["-w 5% -c 10%", 3, notANumber],
    ["-w 5 -c 10 extra", 3, superfluous],
    ["-v -w 5 -c 10", 3, quietOption],
    ["-- -w 5 -c 10", 3, "words after -- are positional; the plugin takes -w as a threshold"],
    ["5 10", 3, oneWord],
  ],
  check_load: [
    "-w 1500,1000,500 -c 3000,2500,2000",
    "-r -w 1000 -c 2000",
    "-w 1000 -c 2000",
    "-w 0 -c 0",
    "-w 0,0,0 -c 1000",
    "-r -w 0 -c 1000,1000,1000",
    "-w 1000,900 -c 2000",
    "-w 1000,900,800, -c 2000,1900,1800,",
    "-w1000 -c2000",
    "--warning=1000,900,800 --critical=2000,1900,1800",
    "--warning 1000 --critical 2000",
    "--warn=1000 --crit=2000",
    "--percpu -w 1000 -c 2000",
    "--per -w 1000 -c 2000",
    "-rw 1000 -c 2000",
    "-r -r -w 1000 -c 2000",
    "-n 2 -w 1000 -c 2000",
    "-r -n 3 -w 1000 -c 2000",
    "--procs-to-show=2 -w 1000 -c 2000",
    "--procs=2 -w 1000 -c 2000",
    "-n 0 -w 1000 -c 2000",
    "-w 1000.5,900.25,800.125 -c 2000",
    "-w 1000 -w 0 -c 2000",
    "-w 2000 -c 1000",
    "-w 2000,900,800 -c 1000",
    "-w 1000,2000 -c 1500",
    "",
    "-w",
    "-w -c",
    "-w abc -c def",
    "-w ,,1000 -c 2000",
    "-x -w 1000 -c 2000",
    "-v -w 1000 -c 2000",
    "-h",
    "--help",
    "-V",
    ["-w 1000,900,800,700 -c 2000", 3, "a fourth threshold is an error; the plugin ignores it"],
    ["-w 1000", 0, oneIsEnough],
    ["-c 1000", 0, "a missing threshold does not alert; the plugin reads 0"],
    ["-r", 3, noThreshold],
    ["-w 1000,abc,800 -c 2000", 3, notANumber],
    ["-w 1000,,800 -c 2000", 3, notANumber],
    ["-n abc -w 1000 -c 2000", 3, notANumber],
    ["-w=1000 -c=2000", 0, equalsSign],
    ["-w 1000: -c 2000", 1, "the check has threshold ranges; the plugin ignores the colon"],
    ["-w 0:1000 -c 0:2000", 0, "the check has threshold ranges; the plugin reads 0"],
    ["-w @0:1000 -c 2000", 1, "the check has threshold ranges"],
    ["-w 1000 -c 2000 extra", 3, superfluous],
    ["1000,900,800 2000", 3, oneWord],
  ],
  check_disk: [
    "-w 1% -c 1% -p /",
    "-w 100% -c 0% -p /",
    "-w 100% -c 100% -p /",
    "-w 1 -c 1 -p /",
    "-w 1000000000 -c 1 -p /",
    "-w 1 -c 1 -u GB -p /",
    "-w 1000 -c 1 -u kB -p /",
    "-w 1 -c 1 -u bytes -p /",
    "-w 1 -c 1 -u foo -p /",
    "-w 1 -c 1 -k -p /",
    "-w 1 -c 1 -p / -m",
    "-w 1% -p /",
    "-c 100% -p /",
    "-W 1% -p /",
    "-W 1 -K 1 -p /",
    "-W 100% -K 0% -p /",
    "-W 100 -K 100 -p /",
    "-w 1% -c 1% -p / -p /",
    "-w 1% -c 1% -p //",
    "-w 1% -c 1% -p /etc",
    "-w 1% -c 1% -p /dev/shm",
    "-w 1% -c 1% -p /dev/shm/",
    "-w 1% -c 1% -p /dev/hda1",
    "-w 1% -c 1% -p / -p /dev/hda1",
    "-w 1% -c 1% -p /nonexist",
    "-w 1% -c 1% -p / -p /nonexist",
    "-w 1% -c 1% -p /proc",
    "-E -w 1% -c 1% -p /",
    "-E -w 1% -c 1% -p /dev/shm",
    "-w 1% -c 1% -e -p /",
    "-ew 1% -c 1% -p /",
    "-P -w 1% -c 1% -p /",
    "-f -w 1% -c 1% -p /",
    "-t 5 -w 1% -c 1% -p /",
    "--warning=1% --critical=1% --path=/",
    "--warn=1% --crit=1% --path=/",
    "--warning 1% --critical 1% --path /",
    "--iwarning=1% --icritical=1% --path=/",
    "--errors-only --exact-match -w 1% -c 1% -p /",
    "-w 1.5% -c 1.25% -p /",
    "-w 1% -c 1% /",
    // All file systems.
    "-w 0% -c 0% -A",
    "-w 0% -c 0% -l",
    "-w 100% -c 100%",
    "-w 100% -c 100% -l -X tmpfs -X devtmpfs",
    "-w 100% -c 0% -N ext4 -N xfs -N overlay -N btrfs",
    "-w 100% -c 100% -r '^/$'",
    "-w 100% -c 100% -r /no-such-path",
    "-w 100% -c 0% -R '^/DEV/SHM$'",
    "-w 100% -c 0% -A -i .",
    "-w 100% -c 0% -A -I /DEV",
    "-w 0% -c 0% -x /dev/shm",
    "-w 0% -c 0% -x /",
    "-w 20% -c 10% -r '('",
    // Thresholds apply to the paths after them.
    "-w 100% -c 100% -p / -w 100% -c 0% -p /dev/shm",
    "-w 1% -c 1% -p / -w 100% -c 0% -p /dev/shm",
    "-w 1% -c 1% -p /dev/shm -c 100% -p /",
    "-w 1% -p /dev/shm -w 1 -c 100% -p /",
    "-w 100% -p /dev/shm -w 1 -p /",
    "-w 1% -p / -w 1 -p /dev/shm",
    "-w 1% -c 1% -p /etc -w 100% -c 100% -p /usr",
    "-W 1 -p / -W 100 -p /dev/shm",
    "-w 1% -c 1% -p / -C -w 100% -c 100% -p /dev/shm",
    "-w 1% -w 100% -c 0% -p /",
    "-w 1% -w 1000000000 -c 1 -p /",
    "-p / -w 1% -c 1%",
    "-p /",
    "",
    "-w",
    "-p",
    "-x",
    "-w -5 -c 1% -p /",
    ["-w 100% -c 100% -C -w 1% -c 1% -p /", 0, "-C discards thresholds without a path"],
    ["-w 1% -p / -c 100%", 3, "a threshold after all paths is an error; the plugin ignores it"],
    ["-w abc -c 1% -p /", 3, notANumber],
    ["-w 1% -c abc -p /", 3, notANumber],
    ["-w 200% -c 1% -p /", 3, "a percentage above 100 % is an error"],
    ["-w @1% -c 1% -p /", 3, "a threshold for free space is not a range"],
    ["-w 10:20 -c 5 -p /", 3, "a threshold for free space is not a range"],
    ["-w 1% -c 1% -p shm", 3, "a path must be absolute"],
    ["-w 1% -c 1% -p / -E", 0, "-E may follow the paths"],
    ["-v -w 1% -c 1% -p /", 3, quietOption],
    ["-w 1% -c 1% -g all -p /", 3, "the check has no groups"],
    ["-w 1% -c 1% -M -p /", 3, "the check always shows the mount point"],
    ["90 95 /", 3, oneWord],
  ],
  check_procs: [
    "-w 100000 -c 200000",
    "-w 0 -c 100000",
    "-w 0 -c 0",
    "-c 1:",
    "-w 1: -c 1:",
    "-w 100000: -c 1:",
    "-w 2:1 -c 100000",
    "-w 1:100000 -c 1:200000",
    "-w :100000 -c 200000",
    "-w @1:100000 -c 200000",
    "-w ~:100000 -c 200000",
    "-w -1 -c 100000",
    "-w 1.5 -c 100000",
    "-w 100000 -c 100000 -s Z",
    "-s XQ -c 1:",
    "-s RSDZT -w 100000 -c 200000",
    "-s S -c 1:",
    "-m PROCS -w 100000 -c 200000",
    "-m VSZ -w 1 -c 1000000000000",
    "-m VSZ -w 100000000000 -c 200000000000",
    "-m RSS -w 100000000000 -c 200000000000",
    "-m CPU -w 100000 -c 200000",
    "-m ELAPSED -w 100000000000 -c 200000000000",
    "--metric=ELAPSED -w 100000000000",
    "-m FOO -w 1",
    "-m procs -w 100000",
    "-C no-such-program -c 1:",
    "-C nrpe -c 1:",
    "-C nrpe -w 0",
    "-C /usr/sbin/nrpe -c 1:",
    "-a nrpe -c 1:",
    "-a no-such-argument -c 1:",
    "--argument-array=nrpe -c 1:",
    "--ereg-argument-array='nrpe.*-f' -c 1:",
    "-u root -c 1:",
    "-u 0 -c 1:",
    "-u nagios -c 1:",
    "-u nosuchuser -c 1:",
    "-p 99999999 -c 1:",
    "-p abc -c 1:",
    "-z 1000000000 -c 1:",
    "-r 1 -c 1:",
    "-P 0 -c 1:",
    "-P 10000 -w 0",
    "-k -c 1:",
    "-v -c 1:",
    "-vv -c 1:",
    "-T -c 1:",
    "-t 5 -c 1:",
    "--command=nrpe -c 1:",
    "--com=nrpe -c 1:",
    "--user=root --critical=1:",
    "--no-kthreads -c 1:",
    "-w 100000 -c 200000 -u root -s S",
    "-s S -s Z -c 100000",
    "",
    "-w",
    "-x",
    "-h",
    "-V",
    ["-w abc -c def", 3, notANumber],
    ["--state=S -c 1:", 0, "the option has the name that the plugin documents"],
    ["-c 1: -C nrpe -C no-such-program", 3, "two names are an error; the plugin takes the first"],
    ["100000 200000", 3, oneWord],
  ],
};

const commandLines: Record<string, string> = {
  check_users: "check_users -w 5 -c 10",
  check_load: "check_load -r -w .15,.10,.05 -c .30,.25,.20",
  check_hda1: "check_disk -w 20% -c 10% -p /dev/hda1",
  check_zombie_procs: "check_procs -w 5 -c 10 -s Z",
  check_total_procs: "check_procs -w 150 -c 200",
};

interface Reply {
  code: number;
  text: string;
}

async function ask(port: number, command: string, args: string[] = []): Promise<Reply> {
  const query = { host: "127.0.0.1", port, tls: false, timeout: 30 } as const;
  const { state, text } = await sendQuery({ ...query, command, args });
  return { code: returnCode(state), text };
}

/** Returns the heading of an answer, such as `DISK CRITICAL`, or `UNKNOWN` if that is the state. */
function heading({ code, text }: Reply): string {
  if (code === 3) return "UNKNOWN";
  return /^\w+ (?:OK|WARNING|CRITICAL)\b/m.exec(text)?.[0] ?? text;
}

/**
 * Sends both queries until the headings are the same: load and processes change in between.
 *
 * @returns the difference; empty if the headings are the same
 */
async function compare(
  name: string,
  askPlugin: () => Promise<Reply>,
  askCheck: () => Promise<Reply>,
): Promise<string[]> {
  for (let attempt = 1;; attempt++) {
    // One after the other: a plugin that runs is a process, and check_procs counts those.
    const plugin = await askPlugin();
    const check = await askCheck();
    if (heading(plugin) === heading(check)) return [];
    if (attempt === 5) return [`${name}: expected ${show(plugin)}, but received ${show(check)}`];
  }
}

function show({ code, text }: Reply): string {
  return `${code} ${text.slice(0, 200)}`;
}

const programs = ["check_users", "check_load", "check_disk", "check_procs"];

Deno.test({
  name: "The built-in checks answer the argument lines of Debian's commands like nrpe",
  ignore: isMissing("/usr/sbin/nrpe") ||
    programs.some((program) => isMissing(`${pluginFolder}/${program}`)),
  async fn(test) {
    const numbered = Object.entries(lines).flatMap(([plugin, all]) =>
      all.map((line, at): [string, string] => {
        const args = typeof line === "string" ? line : line[0];
        return [`${plugin}_${at}`, `${pluginFolder}/${plugin} ${args}`];
      })
    );
    const plain = Object.entries(commandLines).map(([name, line]) => [
      name,
      `${pluginFolder}/${line}`,
    ]);
    const folder = await Deno.makeTempDir();
    await Deno.chmod(folder, 0o755);
    try {
      const commands = Object.fromEntries([...numbered, ...plain]);
      await using nrpe = await startNrpe(folder, { commands, tls: false });
      const agent = new URL("../fixtures/debian_agent.ts", import.meta.url);
      await using served = await serve(fileURLToPath(agent));

      for (const name of Object.keys(commandLines)) {
        await test.step(
          name,
          async () => {
            const askPlugin = () => ask(nrpe.port, name);
            assertEquals(await compare(name, askPlugin, () => ask(served.port, name)), []);
          },
        );
      }
      for (const [plugin, all] of Object.entries(lines)) {
        await test.step(`${plugin} with ${all.length} argument lines`, async () => {
          assert(all.filter((line) => typeof line === "string").length >= 33);
          assert(all.length >= 40);
          const differences: string[] = [];
          for (const [at, line] of all.entries()) {
            const [args, code, reason] = typeof line === "string" ? [line] : line;
            const name = `${plugin} ${args}`;
            const askPlugin = () => ask(nrpe.port, `${plugin}_${at}`);
            const askCheck = () => ask(served.port, `${plugin}_arg`, args === "" ? [] : [args]);
            if (reason === undefined) {
              differences.push(...await compare(name, askPlugin, askCheck));
              continue;
            }
            const [expected, actual] = await Promise.all([askPlugin(), askCheck()]);
            if (actual.code === code && expected.code !== code) continue;
            differences.push(
              `${name}: expected ${code} and not ${show(expected)}, because ` +
                `${reason}; received ${show(actual)}`,
            );
          }
          assertEquals(differences, []);
        });
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
