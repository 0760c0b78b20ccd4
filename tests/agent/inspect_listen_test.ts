import { assertEquals } from "@std/assert";
import { createReport, type Diagnostic } from "../../src/agent/diagnostic.ts";
import { inspectListen } from "../../src/agent/inspect_listen.ts";

Deno.test("inspectListen() warns about addresses that a wildcard includes", {
  permissions: "none",
}, () => {
  const at = (hostname: string, port = 5666) => ({ hostname, port });
  const rows: [listen: { hostname: string; port: number }[], place: string | undefined][] = [
    [[at("127.0.0.1"), at("10.0.0.1")], undefined],
    [[at("0.0.0.0"), at("::")], "listen[0]"],
    [[at("::"), at("0.0.0.0")], "listen[1]"],
    [[at("::"), at("::1")], "listen[1]"],
    [[at("0.0.0.0"), at("::1")], undefined],
    [[at("0.0.0.0"), at("127.0.0.1", 5667)], undefined],
    [[at("0.0.0.0", 0), at("127.0.0.1", 0)], undefined],
    [[at("::"), at("monitor.example")], undefined],
  ];
  for (const [listen, place] of rows) {
    const found: Diagnostic[] = [];
    inspectListen(listen, createReport(found));
    assertEquals(found.map(({ place }) => place), place === undefined ? [] : [place]);
  }
  const found: Diagnostic[] = [];
  inspectListen([at("::"), at("0.0.0.0")], createReport(found));
  assertEquals(
    found[0]!.message,
    "Not needed: [::]:5666 includes 0.0.0.0:5666, which is opened only if [::]:5666 cannot be",
  );
});
