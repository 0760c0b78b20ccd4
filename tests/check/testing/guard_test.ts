import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import childProcess from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import type { Permissions } from "../../../src/check/declared_permissions.ts";
import { fileApi } from "../../../src/check/testing/file_api.ts";
import { hostApi } from "../../../src/check/testing/host_api.ts";
import { netApi } from "../../../src/check/testing/net_api.ts";
import { runApi } from "../../../src/check/testing/run_api.ts";
import { attempt, refused } from "./attempt.ts";

// The test has all permissions of the test run. So each refusal comes from the guard and not from
// the runtime.
Deno.test("testCheck() refuses undeclared access with the messages of the sandbox", {
  permissions: "inherit",
}, async () => {
  const rows: [Permissions, () => unknown, string][] = [
    [{}, () => Deno.readTextFile("/etc/passwd"), 'read "/etc/passwd"'],
    [{}, () => Deno.readTextFileSync("/etc/passwd"), 'read "/etc/passwd"'],
    [{}, () => Deno.readFile(new URL("file:///etc/pass%77d")), 'read "/etc/passwd"'],
    [{}, () => Deno.stat("relative.txt"), 'read "relative.txt"'],
    [{}, () => Array.fromAsync(Deno.readDir("/etc")), 'read "/etc"'],
    [{}, () => [...Deno.readDirSync("/etc")], 'read "/etc"'],
    [{}, () => Deno.open("/etc/passwd"), 'read "/etc/passwd"'],
    [{}, () => Deno.realPath("/etc/mtab"), 'read "/etc/mtab"'],
    [{}, () => Deno.watchFs(["/a", "/b"]), 'read "/a"'],
    [{}, () => Deno.chdir("/tmp"), 'read "/tmp"'],
    [{ read: ["/etc/pass"] }, () => Deno.lstat("/etc/passwd"), 'read "/etc/passwd"'],
    [{ read: ["/srv/app"] }, () => Deno.stat("/srv/app/../secret"), 'read "/srv/secret"'],
    [{ read: ["/srv"] }, () => Deno.writeTextFile("/srv/x", ""), 'write "/srv/x"'],
    [{ read: ["/srv"] }, () => Deno.open("/srv/x", { read: true, append: true }), 'write "/srv/x"'],
    [{ write: ["/srv"] }, () => Deno.rename("/srv/x", "/srv/y"), 'read "/srv/x"'],
    [
      { read: ["/srv"], write: ["/srv/x"] },
      () => Deno.renameSync("/srv/x", "/srv/y"),
      'write "/srv/y"',
    ],
    [{ read: ["/srv"] }, () => Deno.copyFile("/srv/x", "/tmp/y"), 'write "/tmp/y"'],
    [{}, () => Deno.remove("/srv/x"), 'write "/srv/x"'],
    [{}, () => Deno.makeTempDir(), "write"],
    [{ proc: ["stat"] }, () => Deno.stat("/proc/meminfo"), 'read "/proc/meminfo"'],
    [{ env: ["HOME", "APP_*"] }, () => Deno.env.get("PATH"), 'env "PATH"'],
    [{}, () => Deno.env.has("PATH"), 'env "PATH"'],
    [{}, () => Deno.env.set("A", "b"), 'env "A"'],
    [{ env: ["HOME"] }, () => Deno.env.toObject(), "env"],
    [{ sys: ["osUptime"] }, () => Deno.loadavg(), 'sys "loadavg"'],
    [{}, () => Deno.systemMemoryInfo(), 'sys "systemMemoryInfo"'],
    [{}, () => Deno.hostname(), 'sys "hostname"'],
    [{}, () => Deno.networkInterfaces(), 'sys "networkInterfaces"'],
    [{}, () => new Deno.Command("/bin/ps").output(), 'run "/bin/ps"'],
    [{ run: ["/usr/bin/ps"] }, () => new Deno.Command("/bin/ps").outputSync(), 'run "/bin/ps"'],
    [{ run: ["/opt/ps"] }, () => new Deno.Command("ps").spawn(), 'run "ps"'],
    [{ run: ["/usr/bin/ps"] }, () => Deno.kill(Deno.pid, "SIGCONT"), "run"],
    [{}, () => Deno.connect({ hostname: "DB.example", port: 5432 }), 'net "db.example:5432"'],
    [{}, () => Deno.connect({ port: 1 }), 'net "127.0.0.1:1"'],
    [{ net: ["127.0.0.1:6379"] }, () => Deno.connect({ port: 6380 }), 'net "127.0.0.1:6380"'],
    [{ net: ["localhost"] }, () => Deno.connect({ port: 1 }), 'net "127.0.0.1:1"'],
    [{ net: ["[::1]:1"] }, () => Deno.connect({ hostname: "::1", port: 2 }), 'net "[::1]:2"'],
    [{}, () => Deno.connect({ transport: "unix", path: "/run/x" }), 'read "/run/x"'],
    [
      { read: ["/run/x"] },
      () => Deno.connect({ transport: "unix", path: "/run/x" }),
      'write "/run/x"',
    ],
    [{}, () => Deno.connectTls({ hostname: "a.example", port: 443 }), 'net "a.example:443"'],
    [{ net: ["a.example"] }, () => Deno.resolveDns("a.example", "A"), 'net "<name server>:53"'],
    [
      { net: ["10.0.0.1:53"] },
      () => Deno.resolveDns("a.example", "A", { nameServer: { ipAddr: "10.0.0.2" } }),
      'net "10.0.0.2:53"',
    ],
    [{}, () => fetch("https://a.example/x"), 'net "a.example:443"'],
    [{ net: ["a.example:443"] }, () => fetch(new URL("http://a.example/")), 'net "a.example:80"'],
    [{ net: ["*.example"] }, () => fetch("http://example.org/"), 'net "example.org:80"'],
    [{}, () => fetch(new Request("http://[::1]:81/")), 'net "[::1]:81"'],
    [{}, () => fetch("file:///etc/passwd"), 'read "/etc/passwd"'],
    [{}, () => new WebSocket("wss://a.example/"), 'net "a.example:443"'],
    [{}, () => Deno.dlopen("/lib/x.so", {}), 'ffi "/lib/x.so"'],
    [{}, () => fs.readFileSync("/etc/passwd"), 'read "/etc/passwd"'],
    [{}, () => fs.promises.readFile("/etc/passwd"), 'read "/etc/passwd"'],
    [{}, () => fs.writeFileSync("/tmp/x", ""), 'write "/tmp/x"'],
    [{ read: ["/"] }, () => fs.statfsSync("/"), 'sys "statfs"'],
    [{ sys: ["statfs"] }, () => fs.promises.statfs("/"), 'read "/"'],
    [{}, () => os.cpus(), 'sys "cpus"'],
    [{}, () => net.connect(6379, "10.0.0.1"), 'net "10.0.0.1:6379"'],
    [{}, () => childProcess.execFileSync("/bin/ps"), 'run "/bin/ps"'],
    [{}, () => childProcess.exec("ps"), 'run "/bin/sh"'],
  ];
  for (const [permissions, code, target] of rows) {
    assertEquals(await attempt(permissions, code), refused(target), String(code));
  }
});

Deno.test(
  "testCheck() refuses access that no permission can grant",
  { permissions: "inherit" },
  async () => {
    const all = { read: ["/"], write: ["/"] };
    const rows: [Permissions, () => unknown, string][] = [
      [
        { read: ["/proc/stat"] },
        () => Deno.readTextFile("/proc/stat"),
        'all "/proc/stat" cannot be granted',
      ],
      [
        { read: ["/sys"] },
        () => Deno.statSync("/sys/class/net"),
        'all "/sys/class/net" cannot be granted',
      ],
      [{ read: ["/dev"] }, () => Deno.stat("/dev/shm"), 'all "/dev/shm" cannot be granted'],
      [
        { read: ["/"], write: ["/"] },
        () => Deno.symlink("/a", "/b"),
        "symlink() requires unscoped",
      ],
      [
        { run: ["/bin/x"] },
        () => new Deno.Command("/bin/x", { env: { LD_PRELOAD: "y" } }).output(),
        "LD_PRELOAD",
      ],
      // The sandbox refuses these functions, too, with any declaration.
      [all, () => fs.cpSync("/a", "/b"), "fs.cpSync() is not for a check"],
      [all, () => fs.promises.opendir("/"), "fs.promises.opendir() is not for a check"],
      [all, () => Deno.chdir("/"), "Deno.chdir() is not for a check"],
      [all, () => Deno.listen({ port: 0 }), "Deno.listen() is not for a check"],
      [all, () => Deno.serve(() => new Response()), "Deno.serve() is not for a check"],
      [all, () => Deno.rename("/tmp", "/a"), "a check may move and link regular files only"],
      [all, () => fs.linkSync("/tmp", "/a"), "a check may move and link regular files only"],
      [all, () => Deno.stat("tests"), 'read "tests" is not among'],
      [{}, () => new Worker("data:,1", { type: "module" }), "Cannot start a Worker in testCheck()"],
    ];
    for (const [permissions, code, reason] of rows) {
      const answer = String(await attempt(permissions, code));
      assert(answer.startsWith("UNKNOWN "), String(code));
      assertStringIncludes(answer, reason);
    }
  },
);

Deno.test("testCheck() guards every function of the runtime that accesses the outside world", {
  permissions: "none",
}, () => {
  const harmless = new Set(
    // Facts about the process itself, operations on open resources, and output for tests.
    ("ChildProcess FsFile HttpClient PermissionStatus Permissions Process UnsafeCallback UnsafeFnPointer " +
      "UnsafePointer UnsafePointerView addSignalListener bench consoleSize cpuUsage cwd execPath exit inspect " +
      "isatty memoryUsage refTimer removeSignalListener serveHttp test unrefTimer upgradeWebSocket createHttpClient")
      .split(" "),
  );
  const guarded = { ...fileApi, ...hostApi, ...netApi, ...runApi };
  const free = Object.entries(Deno).filter(([name, value]) =>
    typeof value === "function" && !harmless.has(name) && !Object.hasOwn(guarded, name)
  );
  assertEquals(free.map(([name]) => name), []);
});
