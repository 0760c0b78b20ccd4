import { assertEquals, assertStringIncludes } from "@std/assert";
import { createReport, type Diagnostic } from "../../src/agent/diagnostic.ts";
import { inspectReach } from "../../src/agent/inspect_reach.ts";
import { defaultSettings } from "../../src/agent/settings.ts";

Deno.test("inspectReach() warns where who may ask and where it listens do not fit together", {
  permissions: "none",
}, () => {
  const { allowedHosts: unset } = defaultSettings;
  const nobodyElse =
    'listen: Only this host can ask, since it listens on loopback alone; allowedHosts names "10.0.0.0/8"';
  const table: [listen: string[], allowedHosts: string[], warning: string | undefined][] = [
    [["127.0.0.1"], unset, undefined],
    [["127.0.0.1", "::1", "localhost", "127.8.0.1"], ["127.0.0.1", "localhost"], undefined],
    [["127.0.0.1"], ["127.0.0.1", "10.0.0.0/8"], nobodyElse],
    [["localhost"], ["10.0.0.0/8"], nobodyElse],
    [["::1"], ["monitor.example", "0.0.0.0/0"], '"monitor.example", "0.0.0.0/0"'],
    [["127.0.0.1"], ["127.0.0.0/7"], '"127.0.0.0/7"'],
    [["::1"], ["::/0"], '"::/0"'],
    [["127.0.0.1", "10.0.0.5"], ["10.0.0.0/8"], undefined],
    [["0.0.0.0"], unset, "allowedHosts: It is not set"],
    [["127.0.0.1", "::"], unset, "allowedHosts: It is not set"],
    [["my_host"], unset, "allowedHosts: It is not set"],
    [["0.0.0.0"], ["127.0.0.1"], undefined],
    [["0.0.0.0"], ["10.0.0.1"], undefined],
  ];
  for (const [hosts, allowedHosts, warning] of table) {
    const found: Diagnostic[] = [];
    const listen = hosts.map((hostname) => ({ hostname, port: 5666 }));
    inspectReach({ ...defaultSettings, listen, allowedHosts }, createReport(found));
    const said = found.map(({ place, message }) => `${place}: ${message}`);
    assertEquals(said.length, warning === undefined ? 0 : 1, `${hosts} ${allowedHosts}`);
    if (warning !== undefined) assertStringIncludes(said[0]!, warning);
    assertEquals(found.every(({ severity }) => severity === "warning"), true);
  }
});
