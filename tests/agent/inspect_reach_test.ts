import { assertEquals, assertStringIncludes } from "@std/assert";
import { describeAgent } from "../../src/agent/describe_agent.ts";
import { createReport, type Diagnostic } from "../../src/agent/diagnostic.ts";
import { inspectReach } from "../../src/agent/inspect_reach.ts";
import { defaultSettings } from "../../src/agent/settings.ts";
import { defineAgent } from "../../src/mod.ts";

Deno.test("inspectReach() warns if allowedHosts and listen contradict each other", {
  permissions: "none",
}, () => {
  const { allowedHosts: unset } = defaultSettings;
  const unreachable =
    'listen: The daemon listens on loopback only, so that these allowed hosts cannot connect: "10.0.0.0/8"';
  const table: [listen: string[], allowedHosts: string[], warning: string | undefined][] = [
    [["127.0.0.1"], unset, undefined],
    [["127.0.0.1", "::1", "localhost", "127.8.0.1"], ["127.0.0.1", "localhost"], undefined],
    [["127.0.0.1"], ["127.0.0.1", "10.0.0.0/8"], unreachable],
    [["localhost"], ["10.0.0.0/8"], unreachable],
    [["::1"], ["monitor.example", "0.0.0.0/0"], '"monitor.example", "0.0.0.0/0"'],
    [["127.0.0.1"], ["127.0.0.0/7"], '"127.0.0.0/7"'],
    [["::1"], ["::/0"], '"::/0"'],
    [["127.0.0.1", "10.0.0.5"], ["10.0.0.0/8"], undefined],
    [["0.0.0.0"], ["127.0.0.1"], undefined],
    [["0.0.0.0"], ["10.0.0.1"], undefined],
  ];
  for (const [hosts, allowedHosts, warning] of table) {
    const found: Diagnostic[] = [];
    const listen = hosts.map((hostname) => ({ hostname, port: 5666 }));
    inspectReach({ ...defaultSettings, listen, allowedHosts }, createReport(found));
    const lines = found.map(({ place, message }) => `${place}: ${message}`);
    assertEquals(lines.length, warning === undefined ? 0 : 1, `${hosts} ${allowedHosts}`);
    if (warning !== undefined) assertStringIncludes(lines[0]!, warning);
    assertEquals(found.every(({ severity }) => severity === "warning"), true);
  }
});

Deno.test(
  "An agent that listens on more than loopback without allowedHosts has a warning, unless it sets the default",
  {
    permissions: "none",
  },
  () => {
    const table: [listen: string[], allowedHosts: string[] | undefined, warns: boolean][] = [
      [["0.0.0.0:5666"], undefined, true],
      [["127.0.0.1:5666", "[::]:5667"], undefined, true],
      [["my-host:5666"], undefined, true],
      [["localhost:5666", "[::1]:5667"], undefined, false],
      [["[::]:5666"], [...defaultSettings.allowedHosts], false],
      [["0.0.0.0:5666"], ["10.0.0.1"], false],
    ];
    for (const [listen, allowedHosts, warns] of table) {
      const agent = { commands: { one: () => "fine" } };
      const { diagnostics } = describeAgent(defineAgent(agent), {
        listen,
        ...(allowedHosts && { allowedHosts }),
      });
      const lines = diagnostics.map(({ place, message }) => `${place}: ${message.split(":")[0]}`);
      assertEquals(lines, warns ? ["allowedHosts: Not set"] : [], `${listen} ${allowedHosts}`);
    }
  },
);
