import { assertEquals } from "@std/assert";
import type { Manifest } from "../../src/agent/manifest.ts";
import { defaultSettings, type Settings } from "../../src/agent/settings.ts";
import { whyRestart } from "../../src/daemon/why_restart.ts";

function manifest(settings: Partial<Settings>): Manifest {
  return { settings: { ...defaultSettings, ...settings }, commands: {} };
}

const at = (hostname: string, port: number) => ({ listen: [{ hostname, port }] });

Deno.test("whyRestart() names the changes that need a restart", () => {
  const table: [before: Partial<Settings>, after: Partial<Settings>, reason: string | undefined][] =
    [
      [{}, {}, undefined],
      [{}, { timeout: 5, allowedHosts: ["10.0.0.0/8"] }, undefined],
      [
        at("127.0.0.1", 5666),
        at("127.0.0.1", 5667),
        "listen changed to 127.0.0.1:5667: restart the daemon to apply it",
      ],
      [{}, at("::1", 5666), "listen changed to [::1]:5666: restart the daemon to apply it"],
      [{}, { tls: false }, "tls was turned on or off: restart the daemon to apply it"],
      [
        {},
        { allowedHosts: ["monitor.example"] },
        "the agent needs more permissions than were granted at the start (net monitor.example): restart the daemon to grant them",
      ],
      [{ allowedHosts: ["monitor.example"] }, {}, undefined],
    ];
  for (const [before, after, reason] of table) {
    assertEquals(whyRestart(manifest(before), manifest(after)), reason);
  }
});
