import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { parseDf } from "../../../checks/disk/_df.ts";
import { limitsOf, unitOf } from "../../../checks/disk/_disk_limits.ts";
import { type DiskSelection, listDisks } from "../../../checks/disk/_list_disks.ts";
import { presentDisk } from "../../../checks/disk/_present_disk.ts";
import type { DiskReading, DiskResult } from "../../../checks/disk/_disk_result.ts";
import { explain, normalizePath, readDisk, readDisks } from "../../../checks/disk/_read_disk.ts";
import { disk } from "../../../checks/disk/disk.ts";
import { evaluate, testCheck } from "../../../src/mod.ts";
import { isMissing } from "../../tools.ts";
import { assertOutput, optionsOf, type Recorded } from "../recorded.ts";

/**
 * The output of `stat -f -c '%S %b %f %a %c %d'`: block size, blocks, free and available blocks,
 * inodes, free inodes.
 */
type StatFs = [number, number, number, number, number, number];

const recorded: Recorded<StatFs>[] = [
  {
    args: "-w 20% -c 10% -p /mnt/data",
    reading: [4096, 25600, 18275, 18275, 3085510, 3085508],
    code: 0,
    text:
      "DISK OK - free space: /mnt/data 71MiB (71% inode=99%);| /mnt/data=29360128B;83886080;94371840;0;104857600",
  },
  {
    args: "-w 20% -c 10% -p /mnt/data",
    reading: [4096, 25600, 5364, 5364, 3085510, 3085508],
    code: 1,
    text:
      "DISK WARNING - free space: /mnt/data 20MiB (20% inode=99%);| /mnt/data=82837504B;83886080;94371840;0;104857600",
  },
  {
    args: "-w 20 -c 10 -p /mnt/data",
    reading: [4096, 25600, 5376, 5376, 3085510, 3085508],
    code: 0,
    text:
      "DISK OK - free space: /mnt/data 21MiB (21% inode=99%);| /mnt/data=82837504B;83886080;94371840;0;104857600",
  },
  {
    args: "-w 20 -c 10 -p /mnt/data",
    reading: [4096, 25600, 5120, 5120, 3085510, 3085508],
    code: 1,
    text:
      "DISK WARNING - free space: /mnt/data 20MiB (20% inode=99%);| /mnt/data=83886080B;83886080;94371840;0;104857600",
  },
  {
    args: "-w 20% -c 10% -p /mnt/data",
    reading: [4096, 25600, 2560, 2560, 3085510, 3085508],
    code: 2,
    text:
      "DISK CRITICAL - free space: /mnt/data 10MiB (10% inode=99%);| /mnt/data=94371840B;83886080;94371840;0;104857600",
  },
  {
    args: "-w 20% -c 10% -p /mnt/data",
    reading: [4096, 25600, 0, 0, 3085510, 3085508],
    code: 2,
    text:
      "DISK CRITICAL - free space: /mnt/data 0MiB (0% inode=99%);| /mnt/data=104857600B;83886080;94371840;0;104857600",
  },
  {
    args: "-w 20% -c 10% -p /mnt/data",
    reading: [4096, 25600, 25600, 25600, 3085510, 3085508],
    code: 0,
    text:
      "DISK OK - free space: /mnt/data 100MiB (100% inode=99%);| /mnt/data=0B;83886080;94371840;0;104857600",
  },
  {
    args: "-w 20971520 -c 10 -u bytes -p /mnt/data",
    reading: [4096, 25600, 5120, 5120, 3085510, 3085508],
    code: 1,
    text:
      "DISK WARNING - free space: /mnt/data 20971520B (20% inode=99%);| /mnt/data=83886080B;83886080;104857590;0;104857600",
  },
  {
    args: "-w 20000 -c 10000 -u kB -p /mnt/data",
    reading: [4096, 25600, 18275, 18275, 3085510, 3085508],
    code: 0,
    text:
      "DISK OK - free space: /mnt/data 73100kiB (71% inode=99%);| /mnt/data=30003200B;84377600;94617600;0;104857600",
  },
  {
    args: "-w 20 -c 10 -u KiB -p /mnt/data",
    reading: [4096, 25600, 18275, 18275, 3085510, 3085508],
    code: 0,
    text:
      "DISK OK - free space: /mnt/data 73100kiB (71% inode=99%);| /mnt/data=30003200B;104837120;104847360;0;104857600",
  },
  {
    args: "-w 20% -p /mnt/data",
    reading: [4096, 25600, 18275, 18275, 3085510, 3085508],
    code: 0,
    text:
      "DISK OK - free space: /mnt/data 71MiB (71% inode=99%);| /mnt/data=29360128B;83886080;;0;104857600",
  },
  {
    args: "-c 20% -p /mnt/data",
    reading: [4096, 25600, 18275, 18275, 3085510, 3085508],
    code: 0,
    text:
      "DISK OK - free space: /mnt/data 71MiB (71% inode=99%);| /mnt/data=29360128B;;83886080;0;104857600",
  },
  {
    args: "-c 20.5% -w 30.7% -p /mnt/data",
    reading: [4096, 25600, 18275, 18275, 3085510, 3085508],
    code: 0,
    text:
      "DISK OK - free space: /mnt/data 71MiB (71% inode=99%);| /mnt/data=29360128B;72666316;83361792;0;104857600",
  },
  {
    args: "-w 10 -c 20 -p /mnt/data",
    reading: [4096, 25600, 18275, 18275, 3085510, 3085508],
    code: 0,
    text:
      "DISK OK - free space: /mnt/data 71MiB (71% inode=99%);| /mnt/data=29360128B;94371840;83886080;0;104857600",
  },
  {
    args: "-W 20% -K 10% -P -p /mnt/data",
    reading: [4096, 25600, 18275, 18275, 10, 8],
    code: 0,
    text:
      "DISK OK - free space: /mnt/data 71MiB (71% inode=80%);| /mnt/data=29360128B;;;0;104857600 '/mnt/data (inodes)'=2;8;9;0;10",
  },
  {
    args: "-W 80 -K 10 -p /mnt/data",
    reading: [4096, 25600, 18275, 18275, 10, 8],
    code: 1,
    text:
      "DISK WARNING - free space: /mnt/data 71MiB (71% inode=80%);| /mnt/data=29360128B;;;0;104857600",
  },
  {
    args: "-W 79 -K 10 -p /mnt/data",
    reading: [4096, 25600, 18275, 18275, 10, 8],
    code: 0,
    text:
      "DISK OK - free space: /mnt/data 71MiB (71% inode=80%);| /mnt/data=29360128B;;;0;104857600",
  },
  {
    args: "-W 90% -K 80% -P -p /mnt/data",
    reading: [4096, 25600, 18275, 18275, 10, 8],
    code: 2,
    text:
      "DISK CRITICAL - free space: /mnt/data 71MiB (71% inode=80%);| /mnt/data=29360128B;;;0;104857600 '/mnt/data (inodes)'=2;0;1;0;10",
  },
  {
    args: "-W 20% -K 10% -p /mnt/data",
    reading: [4096, 25600, 18275, 18275, 0, 0],
    code: 0,
    text: "DISK OK - free space: /mnt/data 71MiB (71% inode=-);| /mnt/data=29360128B;;;0;104857600",
  },
  {
    args: "-w 99.5% -c 33.3% -u kB -W 57% -K 43% -P -p /mnt/data",
    reading: [4096, 25856, 25855, 25855, 7, 5],
    code: 1,
    text:
      "DISK WARNING - free space: /mnt/data 103420kiB (99% inode=71%);| /mnt/data=4096B;529530;70639419;0;105906176 '/mnt/data (inodes)'=2;3;3;0;7",
  },
  {
    args: "-w 80% -c 10% -e -p /mnt/data",
    reading: [4096, 25600, 18275, 18275, 3085510, 3085508],
    code: 1,
    text:
      "DISK WARNING - free space: /mnt/data 71MiB (71% inode=99%);| /mnt/data=29360128B;20971519;94371840;0;104857600",
  },
  {
    args: "-w 20% -c 10% -e -p /mnt/data",
    reading: [4096, 25600, 18275, 18275, 3085510, 3085508],
    code: 0,
    text: "DISK OK| /mnt/data=29360128B;83886080;94371840;0;104857600",
  },
  {
    args: "-w 20% -c 10% -p /mnt/data",
    reading: [4096, 2251799813685248, 2251799813677923, 2251799813677923, 3085510, 3085508],
    code: 0,
    text:
      "DISK OK - free space: /mnt/data 8796093022179MiB (99% inode=99%);| /mnt/data=29360128B;7378697629483821056;8301034833169298432;0;9223372036854775808",
  },
  {
    args: "-w 20% -c 10% -u TB -p /mnt/data",
    reading: [4096, 2473901162496, 2473901155171, 2473901155171, 100, 98],
    code: 0,
    text:
      "DISK OK - free space: /mnt/data 9215TiB (99% inode=98%);| /mnt/data=0B;8106479329266893;9119789245425254;0;10133099161583616",
  },
  {
    args: "-w 1 -c 1 -u GB -p /mnt/data",
    reading: [4096, 786432, 420221, 420221, 3085510, 3085508],
    code: 2,
    text:
      "DISK CRITICAL - free space: /mnt/data 1GiB (53% inode=99%);| /mnt/data=1073741824B;2147483648;2147483648;0;3221225472",
  },
  {
    args: "-w 50% -c 1 -u GiB -p /mnt/data",
    reading: [4096, 786432, 54010, 54010, 3085510, 3085508],
    code: 2,
    text:
      "DISK CRITICAL - free space: /mnt/data 0GiB (6% inode=99%);| /mnt/data=2147483648B;1610612736;2147483648;0;3221225472",
  },
  {
    args: "-w 20% -c 10% -p /",
    reading: [4096, 66053021, 60332786, 20877493, 16777216, 16368350],
    code: 0,
    // check_disk prints thresholds for the total, of which 60 % are reserved: 216442024755 and
    // 243497277849. They do not agree with the free percentage, which excludes the reserved space.
    text:
      "DISK OK - free space: / 81552MiB (78% inode=97%);| /=23429382144B;87155120537;98049510604;0;270552530944",
  },
  {
    args: "-f -w 20% -c 10% -p /",
    reading: [4096, 66053021, 60332786, 20877493, 16777216, 16368350],
    code: 0,
    text:
      "DISK OK - free space: / 81552MiB (78% inode=97%);| /=23429382144B;87155120537;98049510604;0;108943900672",
  },
  {
    args: "-w 2%,100 -c 1% -p /",
    reading: [4096, 66053021, 60332786, 20877493, 16777216, 16368350],
    code: 0,
    text:
      "DISK OK - free space: / 81552MiB (78% inode=97%);| /=23429382144B;106765022658;107854461665;0;270552530944",
  },
];

function read(path: string, values: StatFs): DiskReading {
  const [blockSize, blocks, free, available, inodes, inodesFree] = values.map(BigInt);
  return {
    path,
    device: 1,
    blockSize: blockSize!,
    blocks: blocks!,
    free: free!,
    available: available!,
    inodes: inodes!,
    inodesFree: inodesFree!,
  };
}

function present(values: Record<string, StatFs>, args: string) {
  const options = optionsOf(disk, args);
  return presentDisk(
    options.path!.map((name) => read(name, values[name]!)),
    { ...options, units: unitOf(options) },
    (path) => limitsOf(options, path),
  );
}

for (const { args, reading, code, text } of recorded) {
  Deno.test(
    `presentDisk() returns the output of check_disk ${args} for ${reading.join(" ")}`,
    { permissions: "none" },
    () => {
      const path = args.split(" ").at(-1)!;
      assertOutput(present({ [path]: reading }, args), { code, text });
    },
  );
}

/** 100 MiB in blocks of 4 KiB. */
const roomy: StatFs = [4096, 25600, 18275, 18275, 100, 98];
const full: StatFs = [4096, 25600, 0, 0, 100, 98];

Deno.test(
  "presentDisk() shows several file systems and returns the worst state",
  { permissions: "none" },
  () => {
    const both = { "/srv": roomy, "/var": full };
    const text =
      "DISK CRITICAL - free space: /srv 71MiB (71% inode=98%); /var 0MiB (0% inode=98%);" +
      "| /srv=29360128B;83886080;94371840;0;104857600 /var=104857600B;83886080;94371840;0;104857600";
    assertOutput(present(both, "-w 20% -c 10% -p /srv -p /var"), { code: 2, text });
    const errors = text.replace(" /srv 71MiB (71% inode=98%);", "");
    assertOutput(present(both, "-e -w 20% -c 10% -p /srv,/var"), { code: 2, text: errors });
  },
);

Deno.test(
  "presentDisk() replaces negative thresholds of the plugin with 0",
  { permissions: "none" },
  () => {
    // check_disk prints the threshold 18446744073604694016: the total minus 200 MiB, as an unsigned
    // number of bytes.
    const { state, perfdata } = present({ "/srv": roomy }, "-w 200 -c 50% -p /srv");
    assertEquals(state, "WARNING");
    assertEquals(perfdata?.[0]?.warning, { start: 0, end: 0, inside: false });
    assertEquals(perfdata?.[0]?.critical, { start: 0, end: 52428800, inside: false });
  },
);

Deno.test(
  "presentDisk() accepts sizes with units, and a percentage with a size",
  { permissions: "none" },
  () => {
    const cases: [args: string, state: string, limit: number][] = [
      ["-w 71MiB", "WARNING", 29 * 2 ** 20],
      ["-w 70MiB", "OK", 30 * 2 ** 20],
      ["-w 75MB", "WARNING", 100 * 2 ** 20 - 75e6],
      ["-w 10%,80MiB", "WARNING", 20 * 2 ** 20],
      ["-w 80%,1MiB", "WARNING", 20 * 2 ** 20 - 1],
      ["-u GB -w 71MiB", "WARNING", 0],
    ];
    for (const [args, state, limit] of cases) {
      const result = present({ "/srv": roomy }, `${args} -p /srv`);
      assertEquals(result.state, state, args);
      assertEquals(result.perfdata?.[0]?.warning, { start: 0, end: limit, inside: false }, args);
    }
  },
);

Deno.test(
  "presentDisk() returns CRITICAL for a path that cannot be read, and shows the others",
  { permissions: "none" },
  () => {
    const missing = { path: "/x", problem: "is not accessible: No such file or directory" };
    const late = { path: "/mnt/nfs", problem: "did not answer within 5 s" };
    const alone = "DISK CRITICAL - /x is not accessible: No such file or directory";
    const rest = " - free space: /srv 71MiB (71% inode=98%);";
    const perf = "| /srv=29360128B;;;0;104857600";
    const srv = read("/srv", roomy);
    const cases: [results: Parameters<typeof presentDisk>[0], errorsOnly: boolean, text: string][] =
      [
        [[missing], false, alone],
        [[srv, missing], false, `${alone}${rest}${perf}`],
        [
          [late, srv, missing],
          false,
          `${alone.replace("/x", "/mnt/nfs did not answer within 5 s, /x")}${rest}${perf}`,
        ],
        [[srv, missing], true, `${alone}${perf}`],
      ];
    for (const [results, errorsOnly, text] of cases) {
      assertOutput(presentDisk(results, { errorsOnly }, () => ({})), { code: 2, text });
    }
  },
);

Deno.test("presentDisk() returns thresholds that agree with the state if space is reserved", {
  permissions: "none",
}, () => {
  // 50 % of the blocks are reserved for root, as with `mke2fs -m 50`.
  const reserved: StatFs = [1024, 55284, 48116, 20474, 100, 98];
  const cases: [args: string, state: string][] = [
    ["-w 82%", "WARNING"],
    ["-w 82% -f", "WARNING"],
    ["-w 74%", "WARNING"],
    ["-w 72%", "OK"],
    ["-w 20MiB -u kB", "WARNING"],
    ["-w 19MiB -u kB", "OK"],
    ["-c 90%", "CRITICAL"],
  ];
  for (const [args, state] of cases) {
    const result = present({ "/srv": reserved }, `${args} -p /srv`);
    const [{ value, warning, critical } = { value: NaN }] = result.perfdata ?? [];
    assertEquals([result.state, evaluate({ label: "/srv", value, warning, critical })], [
      state,
      state,
    ], args);
  }
});

Deno.test("presentDisk() ignores file systems without a size", { permissions: "none" }, () => {
  const nothing: StatFs = [4096, 0, 0, 0, 0, 0];
  const alone = present({ "/proc": nothing }, "-w 20% -p /proc");
  assertEquals(alone.state, "UNKNOWN");
  assertEquals(alone.output, "DISK UNKNOWN - free space:");
  const both = present({ "/proc": nothing, "/srv": roomy }, "-w 20% -p /proc,/srv");
  assertEquals(both.output, "DISK OK - free space: /srv 71MiB (71% inode=98%);");
});

Deno.test("presentDisk() alerts if all free blocks are reserved", { permissions: "none" }, () => {
  const reserved: StatFs = [4096, 100, 100, 0, 10, 10];
  const result = present({ "/srv": reserved }, "-w 20% -c 10% -p /srv");
  assertStringIncludes(result.output, "DISK CRITICAL - free space: /srv 0MiB (0% inode=100%);");
});

Deno.test("explain() returns the texts of strerror(3)", { permissions: "none" }, () => {
  const cases: [message: string, reason: string][] = [
    ["ENOENT: no such file or directory, statfs '/nonexist'", "No such file or directory"],
    ["EACCES: permission denied, statfs '/root, statfs'", "Permission denied"],
    ["ENOTDIR: not a directory, statfs '/etc/passwd/x'", "Not a directory"],
    ["odd", "Odd"],
  ];
  for (const [message, reason] of cases) assertEquals(explain(message), reason);
});

Deno.test(
  "disk declares read permission for its mount points only",
  { permissions: "none" },
  () => {
    const { permissions } = disk.definition;
    const options = optionsOf(disk, "-p /srv -p /var");
    const declared = typeof permissions === "function"
      ? permissions(options, { acceptArguments: true })
      : {};
    assertEquals(declared, { read: ["/srv", "/var"], sys: ["statfs"] });
    const exact = optionsOf(disk, "-E -p /srv/www/ -p /");
    assertEquals(
      typeof permissions === "function" && permissions(exact, { acceptArguments: true }),
      {
        read: ["/srv/www", "/", "/srv", "/"],
        sys: ["statfs"],
      },
    );
  },
);

Deno.test("normalizePath() removes slashes that are not needed", { permissions: "none" }, () => {
  const cases: [path: string, normal: string][] = [
    ["/", "/"],
    ["//", "/"],
    ["/srv/", "/srv"],
    ["/srv//www/./", "/srv/www"],
    ["/srv/../x", "/srv/../x"],
  ];
  for (const [path, normal] of cases) assertEquals(normalizePath(path), normal);
});

const never = new AbortController().signal;
const quick = { timeout: 0.05, exactMatch: false };
const patient = { timeout: 60, exactMatch: false };

Deno.test("readDisks() returns one result for each file system", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const paths = [`${folder}/b/c`, `${folder}/b`, `${folder}/b`, `${folder}/absent`];
    await Deno.mkdir(`${folder}/b/c`, { recursive: true });
    const results = await readDisks(paths, patient, never);
    assertEquals(results.map(({ path }) => path), [`${folder}/b`, `${folder}/absent`]);
    const siblings = [`${folder}/b/c`, `${folder}/absent`, folder, `${folder}/b`];
    const [first] = await readDisks(siblings, patient, never);
    assertEquals(first?.path, folder);
    await Deno.mkdir(`${folder}/a`);
    const beside = await readDisks([`${folder}/b/c`, `${folder}/a`], patient, never);
    assertEquals(beside.map(({ path }) => path), [`${folder}/b/c`]);
    const [found, missing] = results as [DiskReading, { problem: string }];
    assertEquals(found.device, (await Deno.stat(folder)).dev);
    assertEquals(missing.problem, "is not accessible: No such file or directory");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("readDisks() limits the time for each path, and never calls a path twice at once", {
  permissions: "none",
}, async () => {
  const calls: string[] = [];
  const hanging = Promise.withResolvers<DiskResult>();
  const stub = (path: string) => {
    calls.push(path);
    return path === "/mnt/nfs" ? hanging.promise : Promise.resolve(read(path, roomy));
  };
  const late = { path: "/mnt/nfs", problem: "did not answer within 0.05 s" };
  const both = ["/mnt/nfs", "/srv"];
  assertEquals(await readDisks(both, quick, never, stub), [late, read("/srv", roomy)]);
  assertEquals(await readDisks(both, quick, never, stub), [late, read("/srv", roomy)]);
  assertEquals(calls, ["/mnt/nfs", "/srv", "/srv"]);
  hanging.resolve(read("/mnt/nfs", roomy));
  await hanging.promise;
  assertEquals(await readDisks(["/mnt/nfs"], patient, never, stub), [read("/mnt/nfs", roomy)]);
  assertEquals(calls.length, 4);
});

Deno.test("disk returns CRITICAL for a folder that should be a mount point and is not", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const args = ["-E", "-c", "0%", "-p", `${folder}/`];
    const { state, text } = await testCheck(disk({ path: folder, exactMatch: true }), { args });
    assertEquals([state, text], ["CRITICAL", `DISK CRITICAL - ${folder} is not a mount point`]);
    const plain = await testCheck(disk({ path: folder }), { args: args.slice(1) });
    assert(plain.text.startsWith(`DISK OK - free space: ${folder} `), plain.text);
    const root = await readDisk("/", true);
    assert("blocks" in root);
    // /proc is a mount point on every Linux.
    assert("blocks" in await readDisk("/proc", true));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("disk applies each threshold in arguments to the paths after it", {
  permissions: "none",
}, () => {
  // 71 % of the space and 98 % of the inodes are free.
  const both = { "/srv": roomy, "/var": roomy };
  const cases: [args: string, state: string, thresholds: string][] = [
    ["-w 72% -c 72% -p /srv -w 72% -c 0% -p /var", "CRITICAL", "28 28, 28 100"],
    ["-w 72% -c 0% -p /srv -c 72% -p /var", "CRITICAL", "28 100, 28 28"],
    ["-w 1% -c 1% -p /srv -w 72% -c 0% -p /var", "WARNING", "99 99, 28 100"],
    ["-w 1% -p /srv -w 72 -p /var", "WARNING", "99 -, 28 -"],
    // The second threshold is a size, so that the percentage still applies.
    ["-w 72% -p /srv -w 1 -p /var", "WARNING", "28 -, 28 -"],
    ["-w 72% -p /srv -C -w 1% -p /var", "WARNING", "28 -, 99 -"],
    ["-w 72% -C -c 1% -p /srv,/var", "OK", "- 99, - 99"],
    ["-W 1 -p /srv -W 98 -p /var", "WARNING", "- -, - -"],
    ["-w 1% -p /srv -p /var -w 72% -p /srv", "OK", "99 -, 99 -"],
    ["-w 72% -w 1% -p /srv,/var", "OK", "99 -, 99 -"],
    ["-w 72% -w 1 -p /srv,/var", "WARNING", "28 -, 28 -"],
    ["--warn=72% --crit=1% --pa=/srv --pa=/var", "WARNING", "28 99, 28 99"],
  ];
  for (const [args, state, thresholds] of cases) {
    const result = present(both, args);
    const found = result.perfdata!.slice(0, 2).map(({ warning, critical }) =>
      [warning, critical].map((range) =>
        range === undefined ? "-" : Math.ceil((range as { end: number }).end / 1048576)
      ).join(" ")
    );
    assertEquals([result.state, found.join(", ")], [state, thresholds], args);
  }
});

Deno.test("disk uses the thresholds of the agent if the arguments set none for a path", {
  permissions: "none",
}, async () => {
  const bound = disk({ path: ["/srv", "/var"], warning: "20%", critical: { "/var": "5%" } });
  const cases: [args: string, message: string][] = [
    ["-w 5% -p /srv -c 1% -p /var", "is declared, but the test has no fixture for it"],
    ["-p /srv -p /var", "is declared, but the test has no fixture for it"],
    ["-p /srv -w 10%", 'Option "warning": Set after the last path: expected it before each path'],
    ["-w 10% -p /srv -c 5%", 'Option "critical": Set after the last path'],
  ];
  for (const [args, message] of cases) {
    const { state, text } = await testCheck(bound, { args: args.split(" ") });
    assertEquals(state, "UNKNOWN", args);
    assertStringIncludes(text, message, args);
  }
  const unset = disk({ path: ["/srv", "/var"] });
  const { text } = await testCheck(unset, { args: ["-p", "/srv", "-c", "1%", "-p", "/var"] });
  assertStringIncludes(text, 'Missing thresholds for "/srv": set warning (-w)');
});

Deno.test("readDisks() applies the thresholds of the first path on a file system", {
  permissions: "none",
}, async () => {
  const stub = (path: string) => Promise.resolve(read(path, roomy));
  const [first] = await readDisks(["/srv/www", "/srv"], patient, never, stub);
  assertEquals([first?.path, (first as DiskReading).asked], ["/srv", "/srv/www"]);
  const [alone] = await readDisks(["/srv", "/srv/www"], patient, never, stub);
  assertEquals([alone?.path, (alone as DiskReading).asked], ["/srv", undefined]);
  const device = { ...read("/srv", roomy), device: undefined, asked: "/dev/sda1" };
  const devices = (path: string) => Promise.resolve(path === "/srv" ? read(path, roomy) : device);
  const joined = await readDisks(["/dev/sda1", "/srv"], patient, never, devices);
  assertEquals(joined, [device]);
});

Deno.test("parseDf() returns the file system of a device", { permissions: "none" }, () => {
  const heading = "     1B-blocks        Used       Avail  Inodes   IFree Filesystem Mounted on\n";
  const line = (target: string) =>
    `${heading} 104857600    10485760    73400320     100      98 /dev/sda1  ${target}\n`;
  const output = (stdout: string) => ({ code: 0, stdout, stderr: "" });
  const found = {
    path: "/mnt/my disk",
    asked: "/dev/sda1",
    device: undefined,
    blockSize: 1n,
    blocks: 104857600n,
    free: 94371840n,
    available: 73400320n,
    inodes: 100n,
    inodesFree: 98n,
  };
  assertEquals(parseDf("/dev/sda1", true, output(line("/mnt/my disk"))), found);
  const { asked: _, ...shm } = { ...found, path: "/dev/shm" };
  assertEquals(parseDf("/dev/shm", true, output(line("/dev/shm"))), shm);
  assertEquals(
    parseDf("/dev/sdb1", false, output(line("/dev"))),
    { path: "/dev/sdb1", problem: "is not mounted" },
  );
  assertEquals(
    parseDf("/dev/shm/x", true, output(line("/dev/shm"))),
    { path: "/dev/shm/x", problem: "is not a mount point" },
  );
  const noInodes = output(`${heading} 100 10 90 - - /dev/sda2 /boot/efi\n`);
  assertEquals((parseDf("/dev/sda2", false, noInodes) as DiskReading).inodes, 0n);
  const missing = {
    code: 1,
    stdout: "",
    stderr: "/bin/df: /dev/hda1: No such file or directory\n",
  };
  assertEquals(parseDf("/dev/hda1", false, missing), {
    path: "/dev/hda1",
    problem: "is not accessible: No such file or directory",
  });
  const other = { code: 1, stdout: "", stderr: "df: unrecognized option: output\n" };
  assertThrows(() => parseDf("/dev/sda1", false, other), Error, "df exited with 1: df: unrecog");
});

Deno.test("disk runs df for a path below /dev only", { permissions: "none" }, () => {
  const { permissions } = disk.definition;
  const declared = typeof permissions === "function" &&
    permissions(optionsOf(disk, "-p /srv -p /dev/sda1 -p /device"), { acceptArguments: false });
  assertEquals(declared, { read: ["/srv", "/device"], sys: ["statfs"], run: ["/bin/df"] });
});

Deno.test("listDisks() selects file systems from the list of df", {
  permissions: "none",
}, async () => {
  const stdout = ["1B-blocks Used Avail Inodes IFree Filesystem Mounted on"].concat(
    ["/dev/sda1 /", "tmpfs /run", "/dev/sdb1 /srv/My Data", "//nas/a share /mnt/nas"]
      .map((names) => `   1000  100  900  10  9 ${names.replace(/ (?=\/)/, "   ")}`),
  ).join("\n");
  const problem = "df: /run/user/1000/doc: Operation not permitted\n";
  const none = { all: false, local: false, timeout: 5, excludeDevice: [], excludeType: [] };
  const noPatterns = { eregPath: [], eregiPath: [], ignoreEregPath: [], ignoreEregiPath: [] };
  const iso = "--exclude-type=iso9660";
  const everything = ["/run/user/1000/doc", "/", "/run", "/srv/My Data", "/mnt/nas"];
  const rows: [selection: Partial<DiskSelection>, args: string[], paths: string[]][] = [
    [{}, [iso], everything],
    [{ local: true }, ["--local", iso], everything],
    [
      { excludeType: ["tmpfs", "nfs"] },
      [iso, "--exclude-type=tmpfs", "--exclude-type=nfs"],
      everything,
    ],
    [{ includeType: ["ext4"] }, [iso, "--type=ext4"], everything],
    [{ includeType: ["ext4", "xfs"], excludeType: ["xfs"] }, [iso, "--type=ext4"], everything],
    [{ includeType: ["iso9660"] }, ["--type=iso9660"], everything],
    [{ excludeDevice: ["/dev/sda1", "/run", "tmpf"] }, [iso], [
      everything[0]!,
      ...everything.slice(3),
    ]],
    [{ eregPath: ["^/srv", "nas"] }, [iso], everything.slice(3)],
    [{ eregPath: ["^/SRV"] }, [iso], []],
    [{ eregiPath: ["^/SRV"] }, [iso], ["/srv/My Data"]],
    [{ eregPath: ["^/srv"], all: true, ignoreEregPath: ["^/run"] }, [iso], [
      "/",
      ...everything.slice(3),
    ]],
    [{ ignoreEregiPath: ["DEV"] }, [iso], ["/run/user/1000/doc", "/run", "/mnt/nas"]],
  ];
  for (const [selection, args, paths] of rows) {
    let received: readonly string[] = [];
    const result = await listDisks(
      { ...none, includeType: [], ...noPatterns, ...selection },
      never,
      (args) => {
        received = args;
        return Promise.resolve({ code: 1, stdout, stderr: problem });
      },
    );
    const name = JSON.stringify(selection);
    assertEquals([received, result.map(({ path }) => path)], [args, paths], name);
  }
  const selection = { ...none, includeType: [], ...noPatterns };
  const empty = { code: 1, stdout: "", stderr: "df: no file systems processed\n" };
  assertEquals(await listDisks(selection, never, () => Promise.resolve(empty)), []);
  const nothing = { ...selection, includeType: ["a"], excludeType: ["a"] };
  assertEquals(await listDisks(nothing, never, () => Promise.reject(new Error("started"))), []);
  const hanging = await listDisks(
    { ...selection, excludeType: ["a"], timeout: 0.05 },
    never,
    () => new Promise(() => {}),
  );
  assertStringIncludes((hanging[0] as { problem: string }).problem, "did not answer within 0.05 s");
  const broken = { ...selection, eregPath: ["("] };
  await assertRejects(() => listDisks(broken, never, () => Promise.resolve(empty)), SyntaxError);
});

Deno.test("disk without paths runs df and needs no other permission", {
  permissions: "none",
}, async () => {
  const { permissions } = disk.definition;
  const of = (args: string) =>
    typeof permissions === "function" &&
    permissions(optionsOf(disk, args), { acceptArguments: true });
  assertEquals(of("-l -X tmpfs"), { run: ["/bin/df"] });
  assertEquals(of("-p /srv -A"), { read: ["/srv"], sys: ["statfs"], run: ["/bin/df"] });
  const output = "size used avail itotal iavail source target\n 1000 990 10 10 5 /dev/sda1 /\n";
  const run = { "/bin/df": output };
  const all = disk({ warning: "20%", critical: { "*": "0%", "/": "10%" } });
  assertStringIncludes((await testCheck(all, { run })).text, "DISK CRITICAL - free space: / ");
  // Arguments may name any path, because df may read all of them.
  const { text } = await testCheck(all, { run, args: ["-c", "0%", "-p", "/srv"] });
  assertStringIncludes(text, "DISK WARNING - free space: / ");
  const unset = await testCheck(disk(), { run });
  assertStringIncludes(unset.text, "Missing thresholds: set warning (-w)");
  const partly = disk({ path: "/srv", all: true, warning: { "/srv": "5%" } });
  assertStringIncludes((await testCheck(partly, { run })).text, 'Missing thresholds for "*"');
});

Deno.test({
  name: "disk returns the figures of a mount point below /dev",
  ignore: isMissing("/bin/df"),
  async fn() {
    const found = await readDisk("/dev", true);
    assert("blocks" in found && found.path === "/dev" && found.blocks > 0n);
    const absent = await readDisk("/dev/no-such-device", false);
    assertEquals(
      "problem" in absent && absent.problem,
      "is not accessible: No such file or directory",
    );
  },
});
