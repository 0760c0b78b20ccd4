import { assertEquals } from "@std/assert";
import { createReport, type Diagnostic } from "../../src/agent/diagnostic.ts";
import { fitConnections } from "../../src/agent/fit_connections.ts";
import { defaultSettings } from "../../src/agent/settings.ts";

Deno.test("fitConnections() lowers the limit to the number of descriptors, with a warning", {
  permissions: "none",
}, () => {
  const { limits } = defaultSettings;
  const small = { ...limits, connections: 100, running: 1, sandboxes: 1 };
  const table: [given: typeof limits, descriptors: number, connections: number][] = [
    [limits, Infinity, 4096],
    [limits, 1_048_576, 4096],
    [limits, 4896, 4096],
    [limits, 4895, 4095],
    [limits, 1024, 432],
    [limits, 256, 48],
    [limits, 8, 1],
    [small, 1024, 100],
    [small, 276, 100],
    [small, 275, 99],
  ];
  for (const [given, descriptors, connections] of table) {
    const found: Diagnostic[] = [];
    const fitted = fitConnections(given, descriptors, createReport(found));
    assertEquals(fitted, { ...given, connections }, `${descriptors}`);
    assertEquals(
      found.map(({ severity }) => severity),
      connections < given.connections ? ["warning"] : [],
    );
  }
});
