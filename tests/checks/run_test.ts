import { assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { disk } from "../../checks/disk/disk.ts";
import { load } from "../../checks/load.ts";
import { memory } from "../../checks/memory.ts";
import { swap } from "../../checks/swap.ts";
import { uptime } from "../../checks/uptime.ts";
import { users } from "../../checks/users.ts";
import { type Check, type CheckCommand, testCheck, type TestSettings } from "../../src/mod.ts";

const missing = new Deno.errors.NotFound("No such file or directory");

/** Returns two glibc records for x86_64 or aarch64: a boot and a login. */
function utmp(): Uint8Array {
  const size = Deno.build.arch === "aarch64" ? 400 : 384;
  const bytes = new Uint8Array(2 * size);
  bytes[0] = 2;
  bytes[size] = 7;
  return bytes;
}

const memoryInfo = {
  total: 16_000_000 * 1024,
  free: 4_000_000 * 1024,
  available: 10_000_000 * 1024,
  buffers: 0,
  cached: 0,
  swapTotal: 2 ** 31,
  swapFree: 2 ** 30,
};

const cases: [name: string, command: CheckCommand, settings: TestSettings, expected: string][] = [
  [
    "load",
    load(),
    { args: ["-w 3 -c 6"], sys: { loadavg: [2.72216796875, 1.4462890625, 0.634765625] } },
    "LOAD OK - total load average: 2.72, 1.45, 0.63|" +
    "load1=2.72;3;6;0 load5=1.45;3;6;0 load15=0.63;3;6;0",
  ],
  [
    "load with percpu",
    load({ warning: "1", percpu: true }),
    { sys: { loadavg: [5, 3, 1], cpus: [{}, {}, {}, {}] } },
    "LOAD WARNING - scaled load average: 1.25, 0.75, 0.25 - total load average: 5.00, 3.00, 1.00|" +
    "load1=5;;;0 scaled_load1=1.25;1;;0 load5=3;;;0 scaled_load5=0.75;1;;0 " +
    "load15=1;;;0 scaled_load15=0.25;1;;0",
  ],
  [
    "memory",
    memory({ caches: true }),
    { args: ["-f", "-w", "70", "-c", "20"], sys: { systemMemoryInfo: memoryInfo } },
    "WARNING - 62.5% (10000000 kB) free!|TOTAL=16000000KB USED=6000000KB;4800000;12800000 " +
    "FREE=10000000KB CACHES=6000000KB",
  ],
  [
    "memory with ZFS",
    memory({ caches: true, warning: 80 }),
    {
      sys: { systemMemoryInfo: { ...memoryInfo, available: memoryInfo.free } },
      read: {
        "/proc/spl/kstat/zfs/arcstats": "13 1 0x01 147 39984 7137214510 613312406839\n" +
          "name                            type data\n" +
          "hits                            4    1934242309\n" +
          "size                            4    6144000000\n" +
          "compressed_size                 4    5000000000\n",
      },
    },
    "OK - 37.5% (6000000 kB) used.|TOTAL=16000000KB USED=6000000KB;12800000 FREE=10000000KB " +
    "CACHES=6000000KB",
  ],
  [
    "load with a comma after the last threshold",
    load({ critical: "10,8,6" }),
    { args: ["-w", "5,4,3,"], sys: { loadavg: [2.72216796875, 1.4462890625, 0.634765625] } },
    "LOAD OK - total load average: 2.72, 1.45, 0.63|" +
    "load1=2.72;5;10;0 load5=1.45;4;8;0 load15=0.63;3;6;0",
  ],
  [
    "swap",
    swap({ warning: "60%" }),
    { args: ["-c1GiB"], sys: { systemMemoryInfo: memoryInfo } },
    "SWAP CRITICAL - 50% free (1024MB out of 2048MB)|" +
    "swap=1073741824B;1288490160;1073741824;0;2147483648",
  ],
  [
    "uptime",
    uptime({ for: true }),
    { args: ["-w", "1h:"], sys: { osUptime: 3164 } },
    "WARNING: Uptime is 3164 seconds. Exceeds lower warn threshold. " +
    "Running for 52 minutes and 44 seconds.|uptime=3164s;3600:;;0",
  ],
  [
    "disk",
    disk({ path: "/srv", warning: "80%" }),
    {
      args: ["-P", "-W", "10"],
      sys: {
        statfs: {
          bsize: 65536n,
          frsize: 4096n,
          blocks: 25600n,
          bfree: 18275n,
          bavail: 18275n,
          files: 10n,
          ffree: 8n,
        },
      },
    },
    "DISK WARNING - free space: /srv 71MiB (71% inode=80%);|" +
    "/srv=29360128B;20971519;;0;104857600 '/srv (inodes)'=2;9;;0;10",
  ],
  [
    "users by sessions although utmp is empty",
    users({ warning: 0 }),
    {
      read: {
        "/run/utmp": new Uint8Array(),
        "/run/systemd/sessions/1": "CLASS=user\nSTATE=active\n",
      },
      env: { XDG_SESSION_ID: "0" },
    },
    "USERS WARNING - 1 users currently logged in|users=1;0;;0",
  ],
  [
    "users by sessions without its own session",
    users({ warning: 0 }),
    {
      read: {
        "/run/utmp": utmp(),
        "/run/systemd/sessions/7": "CLASS=user\nSTATE=active\n",
        "/run/systemd/sessions/8": "CLASS=user\nSTATE=active\n",
        "/run/systemd/sessions/c1": "CLASS=user-early\nSTATE=active\n",
      },
      env: { XDG_SESSION_ID: "8" },
    },
    "USERS WARNING - 2 users currently logged in|users=2;0;;0",
  ],
  [
    "users in its own session only",
    users({ warning: 0 }),
    {
      read: { "/run/utmp": utmp(), "/run/systemd/sessions/8": "CLASS=user\nSTATE=active\n" },
      env: { XDG_SESSION_ID: "8" },
    },
    "USERS OK - 0 users currently logged in|users=0;0;;0",
  ],
  [
    "users by utmp if logind has no session",
    users({ warning: 0 }),
    {
      read: {
        "/run/utmp": utmp(),
        "/run/systemd/sessions/3": "CLASS=manager\nSTATE=active\n",
      },
    },
    "USERS WARNING - 1 users currently logged in|users=1;0;;0",
  ],
  [
    "users by utmp without logind",
    users({ warning: 0 }),
    { read: { "/run/utmp": utmp(), "/run/systemd/sessions": missing } },
    "USERS WARNING - 1 users currently logged in|users=1;0;;0",
  ],
  [
    "users by sessions",
    users({ warning: 0 }),
    {
      read: {
        "/run/utmp": missing,
        "/run/systemd/sessions/1": "USER=ann\nCLASS=user\nSTATE=active\n",
        "/run/systemd/sessions/2": "USER=bob\nCLASS=user\nSTATE=online\n",
        "/run/systemd/sessions/3": "USER=bob\nCLASS=manager\nSTATE=active\n",
        "/run/systemd/sessions/2.ref": { isFile: false, isFifo: true },
        "/run/systemd/sessions/4": missing,
      },
      env: { XDG_SESSION_ID: "0" },
    },
    "USERS WARNING - 2 users currently logged in|users=2;0;;0",
  ],
  [
    "users of a system with neither",
    users({ warning: 0 }),
    { read: { "/run/utmp": missing, "/run/systemd/sessions": missing } },
    "USERS OK - 0 users currently logged in|users=0;0;;0",
  ],
];

for (const [name, command, settings, expected] of cases) {
  Deno.test(`${name} returns the expected output for its reading`, async () => {
    assertEquals((await testCheck(command, settings)).text, expected);
  });
}

Deno.test("A check that cannot alert returns UNKNOWN without reading anything", {
  permissions: "none",
}, async () => {
  const text = "Missing thresholds: set warning (-w), critical (-c) or both";
  for (const check of [load, memory, uptime, users] as Check[]) {
    assertEquals(await testCheck(check), { state: "UNKNOWN", text });
    assertNotEquals((await testCheck(check, { args: ["-w", "5"] })).text, text);
  }
  assertStringIncludes(
    (await testCheck(disk, { args: ["-p", "/"] })).text,
    "Missing thresholds: set ",
  );
});
