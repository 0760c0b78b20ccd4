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
  [
    "load",
    load({ warning: 10000 }),
    { sys: ["loadavg"], run: [] },
    /^LOAD OK - total load average: \d/,
  ],
  [
    "load with percpu",
    load({ warning: 10000, percpu: true }),
    { sys: ["loadavg", "cpus"], run: [] },
    /^LOAD OK - scaled load average: \d/,
  ],
  [
    "load with processes",
    load({ warning: 10000, procsToShow: 2 }),
    { sys: ["loadavg"], run: ["/bin/ps"] },
    /\nSTAT .*\n.*\n.*$/,
  ],
  [
    "memory",
    memory({ critical: 100, caches: true }),
    { sys: ["systemMemoryInfo"], proc: ["spl/kstat/zfs/arcstats"] },
    /^OK - [\d.]+% \(\d+ kB\) used\./,
  ],
  ["swap", swap({ noSwap: "ok" }), { sys: ["systemMemoryInfo"] }, /^SWAP OK - \d+% free/],
  [
    "uptime",
    uptime({ critical: "10000w", since: true }),
    { sys: ["osUptime"] },
    /^OK: Uptime is \d+ seconds\./,
  ],
  [
    "disk",
    disk({ path: "/usr", critical: "0%" }),
    { read: ["/usr"], sys: ["statfs"] },
    /^DISK OK - free space: \/usr \d+MiB \(/,
  ],
  [
    "users",
    users({ critical: 1_000_000 }),
    {
      read: ["/run/utmp", "/run/systemd/sessions"],
      env: ["XDG_SESSION_ID"],
      sys: ["getPriority"],
    },
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

// A test process cannot have the permission for a file below /proc; `memory` works without it.
function grant(
  { sys = [], read = [], run = [], env = [] }: Permissions,
): Deno.PermissionOptionsObject {
  type Sys = Extract<Deno.PermissionOptionsObject["sys"], unknown[]>;
  return { sys: [...sys] as Sys, read: [...read], run: [...run], env: [...env] };
}

for (const [name, command, permissions, output] of cases) {
  Deno.test(`${name} needs exactly the permissions that it declares`, {
    ignore: (permissions.run ?? []).some(isMissing),
    permissions: grant(permissions),
  }, async () => {
    const declared = command.definition.permissions;
    const actual = typeof declared === "function"
      ? declared(optionsOf(command as Check, ""), { acceptArguments: false })
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
  const text = await run(disk({ path: "/etc", critical: "0%" }));
  assertEquals(text, 'Permission refused: read "/etc" is not among the declared permissions');
});

Deno.test("disk returns CRITICAL if a path is missing", {
  permissions: { read: ["/nonexist"], sys: ["statfs"] },
}, async () => {
  const { output } = await executeCheck(
    disk({ path: "/nonexist", critical: "0%" }),
    [],
    context,
  );
  assertEquals(output, {
    state: "CRITICAL",
    text: "DISK CRITICAL - /nonexist is not accessible: No such file or directory",
  });
});
