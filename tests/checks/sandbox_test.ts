import { assertEquals, assertMatch } from "@std/assert";
import { disk } from "../../checks/disk/disk.ts";
import { load } from "../../checks/load.ts";
import { memory } from "../../checks/memory.ts";
import { swap } from "../../checks/swap.ts";
import { uptime } from "../../checks/uptime.ts";
import { users } from "../../checks/users.ts";
import { executeCheck } from "../../src/check/execute.ts";
import type { Check, CheckCommand, Permissions } from "../../src/mod.ts";
import { isMissing } from "../tools.ts";
import { optionsOf } from "./recorded.ts";

/** The permissions that each check declares, and its output with exactly these permissions. */
const cases: [name: string, command: CheckCommand, permissions: Permissions, output: RegExp][] = [
  ["load", load(), { sys: ["loadavg"], run: [] }, /^LOAD OK - total load average: \d/],
  [
    "load with percpu",
    load({ percpu: true }),
    { sys: ["loadavg", "cpus"], run: [] },
    /^LOAD OK - scaled load average: \d/,
  ],
  [
    "load with processes",
    load({ procsToShow: 2 }),
    { sys: ["loadavg"], run: ["/bin/ps"] },
    /\nSTAT .*\n.*\n.*$/,
  ],
  ["memory", memory(), { sys: ["systemMemoryInfo"] }, /^OK - [\d.]+% \(\d+ kB\) used\./],
  ["swap", swap({ noSwap: "ok" }), { sys: ["systemMemoryInfo"] }, /^SWAP OK - \d+% free/],
  ["uptime", uptime({ since: true }), { sys: ["osUptime"] }, /^OK: Uptime is \d+ seconds\./],
  [
    "disk",
    disk({ path: "/usr" }),
    { read: ["/usr"], sys: ["statfs"] },
    /^DISK OK - free space: \/usr \d+MiB \(/,
  ],
  [
    "users",
    users(),
    { read: ["/run/utmp", "/run/systemd/sessions"] },
    /^USERS OK - \d+ users currently logged in/,
  ],
];

const context = {
  signal: new AbortController().signal,
  hostname: "localhost",
  procfs: "/proc",
  log: () => {},
};

async function run(command: CheckCommand): Promise<string> {
  return (await executeCheck(command, [], context)).output.text;
}

function grant({ sys = [], read = [], run = [] }: Permissions): Deno.PermissionOptionsObject {
  type Sys = Extract<Deno.PermissionOptionsObject["sys"], unknown[]>;
  return { sys: [...sys] as Sys, read: [...read], run: [...run] };
}

for (const [name, command, permissions, output] of cases) {
  Deno.test(`${name} needs exactly the permissions that it declares`, {
    ignore: (permissions.run ?? []).some(isMissing),
    permissions: grant(permissions),
  }, async () => {
    const declared = command.definition.permissions;
    const actual = typeof declared === "function"
      ? declared(optionsOf(command as Check, ""))
      : declared;
    assertEquals(actual, permissions);
    assertMatch(await run(command), output);
  });

  Deno.test(`${name} is refused without its permissions`, { permissions: "none" }, async () => {
    assertMatch(await run(command), /^Permission refused: /);
  });
}

Deno.test("disk does not read outside its mount points", {
  permissions: { read: ["/usr"], sys: ["statfs"] },
}, async () => {
  const text = await run(disk({ path: "/etc" }));
  assertEquals(text, 'Permission refused: read "/etc" is not among the declared permissions');
});

Deno.test("disk returns CRITICAL if a path is missing", {
  permissions: { read: ["/nonexist"], sys: ["statfs"] },
}, async () => {
  const { output } = await executeCheck(disk({ path: "/nonexist" }), [], context);
  assertEquals(output, {
    state: "CRITICAL",
    text: "DISK CRITICAL - /nonexist is not accessible: No such file or directory",
  });
});
