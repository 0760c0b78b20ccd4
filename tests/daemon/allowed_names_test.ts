import { assertEquals, assertRejects } from "@std/assert";
import { createReport, type Diagnostic, formatDiagnostic } from "../../src/agent/diagnostic.ts";
import { inspectAllowedHosts } from "../../src/agent/inspect_allowed_hosts.ts";
import { allowedNames } from "../../src/daemon/allowed_names.ts";

const lookup = (name: string) =>
  name === "monitor.example"
    ? Promise.resolve(["192.0.2.7"])
    : name === "absent.example"
    ? Promise.resolve([])
    : Promise.reject(new Error("Temporary failure in name resolution"));

const hosts = ["10.0.0.0/8", "monitor.example", "absent.example", "broken.example"];

Deno.test("Names of allowed hosts that do not resolve are logged at the start and at each lookup", {
  permissions: "none",
}, async () => {
  const lines: string[] = [];
  const names = allowedNames(hosts, lookup, (level, event, fields) => {
    lines.push(`${level} ${event} ${fields!.reason}`);
  });
  const absent =
    'warning allowed host Cannot resolve host name "absent.example": Name or service not known';
  const broken = 'warning allowed host Cannot resolve host name "broken.example": ' +
    "Temporary failure in name resolution";
  await names.inspect();
  assertEquals(lines.splice(0).sort(), [absent, broken]);
  assertEquals(await names.resolve("monitor.example"), ["192.0.2.7"]);
  assertEquals(lines, []);
  assertEquals(await names.resolve("absent.example"), []);
  // The acceptor keeps the last addresses of a name only if it receives the error.
  await assertRejects(() => names.resolve("broken.example"), Error, "Temporary failure");
  assertEquals(lines.splice(0), [absent, broken]);
  await assertRejects(() => names.resolve("other.example"), Error, "Not an allowed host");
  assertEquals(lines, []);
});

Deno.test("inspectAllowedHosts() warns about names that do not resolve", {
  permissions: "none",
}, async () => {
  const found: Diagnostic[] = [];
  await inspectAllowedHosts(hosts, lookup, createReport(found));
  const end = "a host with this name cannot connect until the name resolves";
  assertEquals(found.map(formatDiagnostic), [
    'warning: allowedHosts[2]: Cannot resolve host name "absent.example": ' +
    `Name or service not known; ${end}`,
    'warning: allowedHosts[3]: Cannot resolve host name "broken.example": ' +
    `Temporary failure in name resolution; ${end}`,
  ]);
});
