import { assert, assertEquals } from "@std/assert";
import { disk } from "../../checks/disk/disk.ts";
import { dummy } from "../../checks/dummy.ts";
import { load } from "../../checks/load.ts";
import { swap } from "../../checks/swap.ts";
import { users } from "../../checks/users.ts";
import { executeCheck } from "../../src/check/execute.ts";
import { splitWords } from "../../src/check/split_words.ts";
import {
  type Check,
  type ParsedOutput,
  parsePluginOutput,
  type PluginOutput,
  stateOf,
} from "../../src/mod.ts";
import { isMissing, pluginFolder } from "../tools.ts";
import { runToEnd } from "../waiting.ts";

/** Arguments for a plugin and for the check with the same name. */
// deno-lint-ignore no-explicit-any -- checks with different option types are in one list
const cases: [plugin: string, check: Check<any>, args: string[]][] = [
  ["check_load", load, [
    "-w 15,10,5 -c 30,25,20",
    "-w 1000 -c 2000",
    "-r -w 15,10 -c 30",
    "-w 0,0,0 -c 1000",
    "-r -w 0 -c 0",
    "-w 1005,1004,1003, -c 2010,2008,2006",
    "-rw 1000 -c 1000",
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
    "-w 20% -c 10% -p / -p /",
    "-w 20% -c 10% -p // -p /./",
    "-ew 20% -c 10% -p /",
    "-w 20% -c 10% -p /proc",
    "-w 20% -c 10% -p /nonexist",
    "-w 20% -c 10% -p /etc/passwd/x",
  ]],
  ["check_dummy", dummy, [
    "0",
    "1 foo",
    "2 'a b'",
    "3 x",
    "4 x",
    "-1 x",
    "02 x",
    "0 ''",
    "2 'a|b=1'",
  ]],
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

/**
 * Runs the plugin between two runs of the check, until both runs of the check have the same output:
 * only then did the machine not change in between.
 */
// deno-lint-ignore no-explicit-any -- as above
async function runBoth(plugin: string, check: Check<any>, args: string[]) {
  for (let attempt = 0; attempt < 50; attempt++) {
    const before = await runCheck(check, args);
    const expected = await runPlugin(plugin, args);
    const after = await runCheck(check, args);
    if (before.text === after.text) return { expected, actual: after };
  }
  return undefined;
}

/** Returns whether the plugin is not of version 2.3: the output of 2.4 and 3.0 has another form. */
function isOtherVersion(plugin: string): boolean {
  if (isMissing(plugin)) return true;
  try {
    const { stdout } = new Deno.Command(plugin, { args: ["--version"] }).outputSync();
    return !new TextDecoder().decode(stdout).includes("monitoring-plugins 2.3");
  } catch {
    return false;
  }
}

/**
 * Parses an output. For file systems of which space is reserved for root, the thresholds of
 * check_disk do not agree with its state, except with -f. Those of the check do, so they differ.
 */
function comparable(plugin: PluginOutput, args: string): ParsedOutput {
  const parsed = parsePluginOutput(plugin);
  if (args.includes("-f")) return parsed;
  const perfdata = parsed.perfdata.map(({ warning, critical, ...datum }) =>
    datum.label === "/" ? datum : { ...datum, warning, critical }
  );
  return { ...parsed, perfdata };
}

for (const [name, check, argLists] of cases) {
  const plugin = `${pluginFolder}/${name}`;
  const ignore = isOtherVersion(plugin);
  for (const args of argLists) {
    Deno.test({
      name: `The check has the same output as ${name} ${args} on this machine`,
      ignore,
      async fn() {
        const both = await runBoth(plugin, check, splitWords(args));
        assert(both !== undefined, "the values of this machine change too fast");
        const actual = comparable(both.actual, args);
        // Only the check has long output: it lists the file systems without a size.
        assertEquals({ ...actual, longOutput: "" }, comparable(both.expected, args));
      },
    });
  }
}
