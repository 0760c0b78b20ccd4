import { assertEquals, assertStringIncludes } from "@std/assert";
import { createReport, type Diagnostic } from "../../src/agent/diagnostic.ts";
import { inspectReach } from "../../src/agent/inspect_reach.ts";
import { defaultSettings } from "../../src/agent/settings.ts";

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
    [["0.0.0.0"], unset, "allowedHosts: Not set: only this host may connect"],
    [["127.0.0.1", "::"], unset, "allowedHosts: Not set: only this host may connect"],
    [["my_host"], unset, "allowedHosts: Not set: only this host may connect"],
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
