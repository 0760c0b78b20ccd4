import { assertEquals } from "@std/assert";
import { inspectOrder, neverWarns } from "../../checks/_thresholds.ts";
import {
  disk,
  fileAge,
  http,
  load,
  memory,
  procs,
  swap,
  tcp,
  uptime,
  users,
} from "../../checks/mod.ts";
import { describeAgent } from "../../src/agent/describe_agent.ts";
import { type Command, parseRange } from "../../src/mod.ts";

const pure = { permissions: "none" } as const;

Deno.test("inspectOrder() finds warning ranges that never apply", pure, () => {
  const cases: [warning: string, critical: string, hasNoEffect: boolean][] = [
    ["5", "10", false],
    ["10", "5", true],
    ["5", "5", false],
    ["10:", "5:", false],
    ["5:", "10:", true],
    ["5:20", "10:15", true],
    ["5:20", "2:30", false],
    ["5:20", "10:30", false],
    ["5", "~:10", false],
    ["~:10", "5", true],
    ["~:", "5", false],
    ["@10:20", "5", true],
    ["@10:20", "15", false],
    ["@10:20", "@5:30", true],
    ["@5:30", "@10:20", false],
    ["5", "@10:20", false],
  ];
  for (const [warning, critical, hasNoEffect] of cases) {
    const found = inspectOrder(parseRange(warning), parseRange(critical));
    assertEquals(found, hasNoEffect ? [neverWarns] : [], `-w ${warning} -c ${critical}`);
  }
  assertEquals(inspectOrder(undefined, parseRange("5")), []);
  // The last range applies to the rest.
  const ranges = (...texts: string[]) => texts.map((text) => parseRange(text));
  assertEquals(inspectOrder(ranges("5", "4", "3"), ranges("6")), []);
  assertEquals(inspectOrder(ranges("5", "4", "3"), ranges("10", "3")), [neverWarns]);
});

Deno.test("validate warns of a warning threshold that has no effect", pure, () => {
  const host = { ipAddress: "192.0.2.1" };
  const cases: [command: Command, warnings: string[]][] = [
    [users({ warning: 10, critical: 5 }), [neverWarns]],
    [procs({ warning: "5:", critical: "10:" }), [neverWarns]],
    [load({ warning: "15,10,5", critical: "30,9,20" }), [neverWarns]],
    [http({ ...host, warning: 5, critical: 1 }), [neverWarns]],
    [tcp({ port: 1, warning: 5, critical: 1 }), [neverWarns]],
    // The default of critical is 600.
    [fileAge({ file: "/a", warning: 86400 }), [neverWarns]],
    [fileAge({ file: "/a", warningSize: 1, criticalSize: 2 }), [`Size: ${neverWarns}`]],
    [uptime({ warning: "5m:", critical: "30m:" }), [neverWarns]],
    [memory({ warning: 90, critical: 80 }), [neverWarns]],
    [memory({ warning: 10, critical: 20, free: true }), [neverWarns]],
    [swap({ warning: "10%", critical: "20%" }), [neverWarns]],
    [disk({ path: "/a", warning: "5%", critical: "10%" }), [neverWarns]],
    [disk({ path: "/a", warning: "5%,1GB", critical: "10%" }), []],
    [disk({ path: "/a", warning: "500", critical: "1GB" }), [neverWarns]],
    [disk({ path: "/a", iwarning: 5, icritical: 10 }), [`Inodes: ${neverWarns}`]],
    [disk({ path: "/a", warning: "10%", critical: "5%", iwarning: 5, icritical: 5 }), []],
    [fileAge({ file: "/a" }), []],
  ];
  for (const [command, warnings] of cases) {
    const { diagnostics } = describeAgent({ commands: { check: command } });
    assertEquals(diagnostics.map(({ message }) => message), warnings);
  }
});
