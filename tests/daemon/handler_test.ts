import { assertEquals } from "@std/assert";
import { createHandler, type Peer } from "../../src/daemon/handler.ts";
import type { Manifest, ManifestCheck } from "../../src/agent/manifest.ts";
import { defaultSettings, type Settings } from "../../src/agent/settings.ts";
import type { Runner } from "../../src/runner/runner.ts";

const command: ManifestCheck = {
  kind: "check",
  description: "",
  options: {},
  values: {},
  permissions: {},
  timeout: 60,
  acceptArguments: false,
  isolation: "worker",
  sandbox: "shared",
};

const runner: Runner = {
  run: (name, args) =>
    Promise.resolve({
      output: { state: "OK", text: [name, ...args].join(" ") },
      outcome: "done",
    }),
  running: 0,
  idle: () => Promise.resolve(),
  end: () => Promise.resolve(),
};

function handlerOf(settings: Partial<Settings> = {}) {
  const manifest: Manifest = {
    settings: { ...defaultSettings, ...settings },
    commands: { check_load: command, check_args: { ...command, acceptArguments: true } },
  };
  const handle = createHandler(manifest, runner);
  return (text: string, peer: Peer = { address: "127.0.0.1" }) => {
    const [name, ...args] = text.split("!");
    return handle({ command: name!, args }, peer);
  };
}

Deno.test("The handler answers a query for an omitted command with the reason", {
  permissions: "none",
}, async () => {
  const reason = 'cannot start "/bin/ps": No such file or directory; install procps';
  const manifest: Manifest = {
    settings: { ...defaultSettings, refusals: "silent" },
    commands: { check_load: command },
    omitted: { check_procs: reason },
  };
  const handle = createHandler(manifest, runner);
  assertEquals(
    await handle({ command: "check_procs", args: ["-w", "5"] }, { address: "127.0.0.1" }),
    {
      output: {
        state: "UNKNOWN",
        text: `Command 'check_procs' is omitted on this host: ${reason}`,
      },
      outcome: "undefined",
      reason,
    },
  );
});

Deno.test(
  "The handler answers with NRPE's texts and adds the reason",
  { permissions: "none" },
  async () => {
    const handle = handlerOf();
    const table: [string, string, string][] = [
      ["check_load", "OK", "check_load"],
      ["check_args!-w!5", "OK", "check_args -w 5"],
      ["_NRPE_CHECK", "OK", "NRPE v4.1.0 (Checkwright 0.1.0)"],
      ["_NRPE_CHECK!x", "OK", "NRPE v4.1.0 (Checkwright 0.1.0)"],
      ["nope", "UNKNOWN", "NRPE: Command 'nope' not defined"],
      [
        "check_laod",
        "UNKNOWN",
        "NRPE: Command 'check_laod' not defined\nNearest command: check_load",
      ],
      [
        "CHECK_LOAD",
        "UNKNOWN",
        "NRPE: Command 'CHECK_LOAD' not defined\nNearest command: check_load",
      ],
      ["toString", "UNKNOWN", "NRPE: Command 'toString' not defined"],
      ["__proto__", "UNKNOWN", "NRPE: Command '__proto__' not defined"],
      ["a\nb", "UNKNOWN", "NRPE: Command 'a\\nb' not defined"],
      [
        "check_load!x",
        "UNKNOWN",
        "Arguments are not accepted for command 'check_load'\n" +
        "Set `acceptArguments: true` for this command in the agent",
      ],
    ];
    for (const [query, state, text] of table) {
      assertEquals((await handle(query)).output, { state, text } as never, query);
    }
  },
);

Deno.test(
  "With the setting refusals: silent, the handler refuses queries without an answer",
  { permissions: "none" },
  async () => {
    const handle = handlerOf({ refusals: "silent" });
    assertEquals((await handle("check_load!x")).silent, true);
    const undefinedCommand = await handle("nope");
    assertEquals(undefinedCommand.silent, undefined);
    assertEquals(undefinedCommand.output.text, "NRPE: Command 'nope' not defined");
  },
);

Deno.test("The handler allows a client certificate only the commands of its rules", {
  permissions: "none",
}, async () => {
  const handle = handlerOf({
    clients: [
      { subject: "CN=monitor-*", commands: ["check_l*"] },
      { subject: "CN=admin,O=Example", commands: ["*"] },
    ],
  });
  const table: [string | undefined, string, boolean][] = [
    ["CN=monitor-1", "check_load", true],
    ["CN=monitor-1", "check_args", false],
    // Engines use it as host check: every known client may ask for the version.
    ["CN=monitor-1", "_NRPE_CHECK", true],
    ["CN=administrator,O=Example", "_NRPE_CHECK", true],
    ["CN=admin,O=Example", "check_args", true],
    ["CN=administrator,O=Example", "check_args", false],
    ["xCN=monitor-1", "check_load", false],
    [undefined, "check_load", false],
    [undefined, "_NRPE_CHECK", true],
  ];
  for (const [subject, query, allowed] of table) {
    const { outcome } = await handle(query, { address: "127.0.0.1", subject });
    assertEquals(outcome !== "refused", allowed, `${subject} ${query}`);
  }
});
