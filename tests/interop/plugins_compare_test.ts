import { assert, assertEquals } from "@std/assert";
import { disk } from "../../checks/disk/disk.ts";
import { dummy } from "../../checks/dummy.ts";
import { load } from "../../checks/load.ts";
import { swap } from "../../checks/swap.ts";
import { users } from "../../checks/users.ts";
import { executeCheck } from "../../src/check/execute.ts";
import { splitWords } from "../../src/check/split_words.ts";
import { type Check, parsePluginOutput, type PluginOutput, stateOf } from "../../src/mod.ts";
import { isMissing, pluginFolder } from "../tools.ts";
import { runToEnd } from "../waiting.ts";

/** What the check and the plugin of the same name are both asked. */
// deno-lint-ignore no-explicit-any -- checks of all option types stand side by side
const cases: [plugin: string, check: Check<any>, args: string[]][] = [
  ["check_load", load, [
    "-w 15,10,5 -c 30,25,20",
    "-w 1000 -c 2000",
    "-r -w 15,10 -c 30",
    "-w 0,0,0 -c 1000",
    "-r -w 0 -c 0",
  ]],
  ["check_swap", swap, [
    "-w 20% -c 10%",
    "-w 20% -c 10% -n ok",
    "-w 20% -c 10% -n warning",
    "-w 200000 -c 100000 -n unknown",
  ]],
  ["check_users", users, ["-w 5 -c 10", "-w 100: -c 1000", "-w 0:1000 -c @1000:2000"]],
  ["check_disk", disk, [
    "-w 20% -c 10% -p /",
    "-w 100 -c 50 -p /",
    "-w 99% -c 1% -p / -e",
    "-w 1% -c 1% -p / -e",
    "-w 1 -c 1 -u GB -p /",
    "-w 20% -c 10% -u TB -p /",
    "-w 10.5% -c 5.5% -f -p /",
    "-w 1% -c 1% -W 99 -K 1 -P -p /",
    "-w 20% -c 10% -p /proc",
    "-w 20% -c 10% -p /nonexist",
    "-w 20% -c 10% -p /etc/passwd/x",
  ]],
  ["check_dummy", dummy, ["0", "1 foo", "2 'a b'", "3 x", "4 x", "-1 x", "02 x", "0 ''"]],
];

const context = {
  signal: new AbortController().signal,
  hostname: "localhost",
  procfs: "/proc",
  log: () => {},
};

async function runPlugin(plugin: string, args: string[]): Promise<PluginOutput> {
  const { code, stdout } = await runToEnd(plugin, { args });
  return { state: stateOf(code), text: new TextDecoder().decode(stdout) };
}

// deno-lint-ignore no-explicit-any -- as above
async function runCheck(check: Check<any>, args: string[]): Promise<PluginOutput> {
  return (await executeCheck(check, args, context)).output;
}

/** The plugin's words between two of the check's that are the same: the machine changes meanwhile. */
// deno-lint-ignore no-explicit-any -- as above
async function meanwhile(plugin: string, check: Check<any>, args: string[]) {
  for (let attempt = 0; attempt < 50; attempt++) {
    const before = await runCheck(check, args);
    const said = await runPlugin(plugin, args);
    const after = await runCheck(check, args);
    if (before.text === after.text) return { said, own: after };
  }
  return undefined;
}

/** Later versions word some things otherwise: 2.4 has decimals in percentages, 3.0 another form. */
function isOtherVersion(plugin: string): boolean {
  if (isMissing(plugin)) return true;
  try {
    const { stdout } = new Deno.Command(plugin, { args: ["--version"] }).outputSync();
    return !new TextDecoder().decode(stdout).includes("monitoring-plugins 2.3");
  } catch {
    return false;
  }
}

for (const [name, check, argLists] of cases) {
  const plugin = `${pluginFolder}/${name}`;
  const ignore = isOtherVersion(plugin);
  for (const args of argLists) {
    Deno.test({
      name: `the check says what ${name} ${args} says on this machine`,
      ignore,
      async fn() {
        const both = await meanwhile(plugin, check, splitWords(args));
        assert(both !== undefined, "the machine does not keep still");
        const [own, said] = [parsePluginOutput(both.own), parsePluginOutput(both.said)];
        // A file system that no size can be told of is named below the first line.
        assertEquals({ ...own, longOutput: "" }, said);
      },
    });
  }
}
