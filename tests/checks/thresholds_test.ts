import { assertEquals } from "@std/assert";
import { neverWarns } from "../../checks/_thresholds.ts";
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
import type { Command } from "../../src/mod.ts";

const pure = { permissions: "none" } as const;

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
    [fileAge({ file: "/a", warning: "10m", critical: "1h" }), []],
    [fileAge({ file: "/a", warningSize: "1kB", criticalSize: "1MB" }), [
      'The threshold "warningSize" has no effect, because "criticalSize" alerts first: ' +
      'exchange them, or omit "warningSize"',
    ]],
    [fileAge({ file: "/a", warningSize: "1MB", criticalSize: "1kB" }), []],
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

Deno.test("validate warns of a check that can never alert", pure, () => {
  const message =
    'The command can never alert: set "warning" or "critical", or acceptArguments: true';
  const accepting = { acceptArguments: true };
  const cases: [command: Command, warnings: string[]][] = [
    [users, [message]],
    [users({}, accepting), []],
    [users({ critical: 10 }), []],
    [load, [message]],
    [memory, [message]],
    [procs, [message]],
    [uptime, [message]],
    // These checks also alert without thresholds: if a service or a file is missing.
    [tcp({ port: 1 }), []],
    [http({ ipAddress: "192.0.2.1" }), []],
    [fileAge({ file: "/a" }), []],
    [swap, []],
    [swap({ noSwap: "ok" }), [
      'The command can never alert: set "warning", "critical" or "noSwap", or acceptArguments: true',
    ]],
    [swap({ noSwap: "ok" }, accepting), []],
    [disk({ path: "/a", iwarning: 5 }), []],
    [disk({ path: "/a" }), [
      "The command can never alert: set warning (-w), critical (-c), iwarning (-W) or " +
      "icritical (-K), or acceptArguments: true",
    ]],
  ];
  for (const [command, warnings] of cases) {
    const { diagnostics } = describeAgent({ commands: { check: command } });
    assertEquals(diagnostics.map(({ message }) => message), warnings);
  }
});
