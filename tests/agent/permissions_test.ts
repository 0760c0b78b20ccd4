import { assertEquals, assertThrows } from "@std/assert";
import { describeAgent } from "../../src/agent/describe_agent.ts";
import {
  commandPermissions,
  formatFlags,
  grantPermissions,
} from "../../src/agent/granted_permissions.ts";
import { daemonPermissions } from "../../src/daemon/daemon_permissions.ts";
import { defineAgent, defineCheck, plugin } from "../../src/mod.ts";

Deno.test(
  "grantPermissions() converts proc entries to files below the procfs path",
  { permissions: "none" },
  () => {
    const granted = grantPermissions({ read: ["/b"], proc: ["stat", "net/tcp"] }, "/run/x/proc");
    assertEquals(granted.read, ["/b", "/run/x/proc/net/tcp", "/run/x/proc/stat"]);
    assertEquals(granted.run, []);
  },
);

Deno.test(
  "formatFlags() returns one flag for each list that is not empty, and no entry with a comma",
  { permissions: "none" },
  () => {
    const granted = grantPermissions({ read: ["/a", "/b"], net: ["h:1", "h:2"] }, "/proc");
    assertEquals(formatFlags(granted), ["--allow-read=/a,/b", "--allow-net=h:1,h:2"]);
    for (const permissions of [{ read: ["/a,/"] }, { run: ["/bin/a,/bin/sh"] }, { net: ["a,b"] }]) {
      const flags = () => formatFlags(grantPermissions(permissions, "/proc"));
      assertThrows(flags, RangeError, "expected no commas");
    }
  },
);

Deno.test("The daemon's flags contain the manifest's permissions, the addresses and /bin/sh", async () => {
  const check = defineCheck({
    description: "x",
    permissions: { sys: ["loadavg"] },
    run: () => "x",
  });
  const bare = defineAgent({ allowedHosts: ["127.0.0.1", "monitor.example"], commands: { check } });
  const flags = (agent: typeof bare) =>
    formatFlags(daemonPermissions(describeAgent(agent).manifest));
  assertEquals(flags(bare), ["--allow-net=127.0.0.1:5666,monitor.example", "--allow-sys=loadavg"]);
  const { manifest } = describeAgent(defineAgent({ commands: { p: plugin(["/bin/true"]) } }));
  assertEquals(commandPermissions(manifest).run, ["/bin/true"]);
  assertEquals(formatFlags(daemonPermissions(manifest)), [
    "--allow-read=/bin/true,/etc/passwd",
    "--allow-net=127.0.0.1:5666",
    "--allow-sys=uid",
    "--allow-run=/bin/sh,/bin/true",
  ]);
  await Promise.resolve();
});
