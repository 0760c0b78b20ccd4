import { assertEquals, assertStringIncludes } from "@std/assert";
import { openState } from "../../src/check/check_state.ts";
import { defineCheck } from "../../src/check/define_check.ts";
import { createVault, NO_VAULT } from "../../src/check/vault.ts";
import type { Refusal } from "../../src/check/refusal.ts";
import { type BareFunction, executeCheck, type StatelessContext } from "../../src/check/execute.ts";
import { option } from "../../src/check/option.ts";
import type { CheckResult } from "../../src/check/result.ts";

const context: StatelessContext = {
  signal: new AbortController().signal,
  hostname: "web1",
  procfs: "/run/proc",
  log: () => {},
};

const check = defineCheck({
  description: "Returns its options",
  options: {
    warning: option.range({ short: "w", description: "Warn outside" }),
    name: option.text({ description: "The name", required: true }),
    tries: option.integer({ description: "How often", default: 3 }),
    verbose: option.flag({ short: "v", description: "Say more" }),
  },
  run: ({ warning, name, tries, verbose }) => `${warning?.end} ${name} ${tries} ${verbose}`,
});

Deno.test("executeCheck() prefers arguments to bound values, and bound values to defaults", {
  permissions: "none",
}, async () => {
  const rows: [args: string[], text: string][] = [
    [[], "5 bound 3 false"],
    [["-w", "7", "-v", "--tries=4"], "7 bound 4 true"],
    [["--name", "given"], "5 given 3 false"],
    [["6", "given"], "6 given 3 false"],
  ];
  for (const [args, text] of rows) {
    assertEquals(await executeCheck(check({ warning: 5, name: "bound" }), args, context), {
      output: { state: "OK", text },
      outcome: "done",
    });
  }
  assertEquals(
    (await executeCheck(check, ["--name=n"], context)).output.text,
    "undefined n 3 false",
  );
});

Deno.test("executeCheck() answers invalid options with UNKNOWN, one error per line", {
  permissions: "none",
}, async () => {
  const rows: [args: string[], text: string][] = [
    [[], 'Option "name": Missing required value: The name'],
    [
      ["-w", "x", "--tries=1.5", "-z", "--name=n"],
      [
        'Unknown option "z": expected one of warning, name, tries, verbose',
        'Option "warning": Cannot parse range "x": end "x" is not a number',
        'Option "tries": Invalid value "1.5": expected a whole number',
      ].join("\n"),
    ],
    [["--name"], 'Option "name": Missing value\nOption "name": Missing required value: The name'],
  ];
  for (const [args, text] of rows) {
    assertEquals(await executeCheck(check, args, context), {
      output: { state: "UNKNOWN", text },
      outcome: "done",
    });
  }
  // A bound value that TypeScript would refuse.
  const odd = { ...check, values: { nam: "n" } };
  const { output } = await executeCheck(odd, [], context);
  assertStringIncludes(output.text, 'Unknown option "nam": expected one of warning');
});

Deno.test("executeCheck() passes the context to a check, and the arguments to a function", {
  permissions: "none",
}, async () => {
  let seen: unknown;
  const looks = defineCheck({
    description: "Keeps its context",
    run: (_options, given) => ((seen = given), "ok"),
  });
  await executeCheck(looks, [], context);
  assertEquals(seen === context, true);
  assertEquals((await executeCheck((args) => args.join("+"), ["-w", "5 6"], context)).output, {
    state: "OK",
    text: "-w+5 6",
  });
});

Deno.test("executeCheck() turns every error into UNKNOWN and keeps the stack for the log", {
  permissions: "none",
}, async () => {
  class Nameless extends Error {
    override name = "Nameless";
  }
  const unwritable = Object.assign(new Error("x"), { message: Object.create(null) });
  const rows: [thrown: unknown, text: string, stack: boolean][] = [
    [new Error("no route"), "no route", true],
    [new Error("first\nsecond | third"), "first\nsecond   third", true],
    [new Nameless(), "Nameless", true],
    [new DOMException("Deadline", "TimeoutError"), "Deadline", true],
    ["text", "Threw text", false],
    [undefined, "Threw undefined", false],
    [Symbol("s"), "Threw Symbol(s)", false],
    [Object.create(null), "Threw object", false],
    [unwritable, "object", true],
    [Object.assign(new Error("x"), { stack: undefined }), "x", false],
  ];
  for (const [thrown, text, stack] of rows) {
    const failing: BareFunction[] = [
      () => {
        throw thrown;
      },
      () => Promise.reject(thrown),
    ];
    for (const command of failing) {
      const answer = await executeCheck(command, [], context);
      assertEquals(answer.output, { state: "UNKNOWN", text });
      assertEquals(typeof answer.reason, stack ? "string" : "undefined", text);
    }
  }
});

Deno.test(
  "executeCheck() answers a malformed result with UNKNOWN",
  { permissions: "none" },
  async () => {
    for (
      const [result, message] of [
        [undefined, "Invalid result of type undefined"],
        [5, "Invalid result of type number"],
        [{ state: "OK" }, "Invalid result of type object"],
        [{ output: "x", perfdata: [{ label: "", value: 1 }] }, "label"],
      ] as const
    ) {
      const { output } = await executeCheck(() => result as CheckResult, [], context);
      assertEquals(output.state, "UNKNOWN");
      assertStringIncludes(output.text, message);
    }
  },
);

Deno.test(
  "executeCheck() names the missing permission of a refusal",
  { permissions: "none" },
  async () => {
    const not = "is not among the declared permissions";
    const rows: [message: string, text: string, refusal: Refusal][] = [
      [
        'Requires read access to "/etc/passwd", run again with the --allow-read flag',
        `read "/etc/passwd" ${not}`,
        { kind: "read", target: "/etc/passwd" },
      ],
      [
        'Requires net access to "[::1]:80", run again with the --allow-net flag',
        `net "[::1]:80" ${not}`,
        { kind: "net", target: "[::1]:80" },
      ],
      [
        "Requires write access to <TMP>, run again with the --allow-write flag",
        `write ${not}`,
        { kind: "write" },
      ],
      ["Requires env access, run again with the --allow-env flag", `env ${not}`, { kind: "env" }],
      [
        'Requires all access to "/proc/stat", run again with the --allow-all flag',
        'all "/proc/stat" cannot be granted; declare the file below /proc as permissions.proc ' +
        "and set procfs to where /proc is bound",
        { kind: "all", target: "/proc/stat" },
      ],
      ["Deno.symlink() requires more", "Deno.symlink() requires more", { kind: "call" }],
    ];
    for (const [message, text, refused] of rows) {
      const { output, refusal, reason } = await executeCheck(
        () => Promise.reject(new Deno.errors.NotCapable(message)),
        [],
        context,
      );
      assertEquals(output, { state: "UNKNOWN", text: `Permission refused: ${text}` });
      assertEquals(refusal, refused);
      // The advice of the runtime about its flags does not apply to a check.
      assertEquals(/run again|--allow/.test(reason!), false, reason);
    }
  },
);

Deno.test("executeCheck() omits the number of a system error", {
  permissions: "none",
}, async () => {
  const locked = () => {
    throw new Deno.errors.PermissionDenied("Permission denied (os error 13): stat '/x'");
  };
  const { output, reason } = await executeCheck(locked, [], context);
  assertEquals(output, { state: "UNKNOWN", text: "Permission denied: stat '/x'" });
  assertStringIncludes(reason ?? "", "os error 13");
});

/** Runs a check with a stored value, and returns the new values and the options that they are for. */
async function changesOf(
  run: Parameters<typeof defineCheck>[0]["run"],
  args: string[] = [],
  isLate = false,
): Promise<[options: string, json: string | null][]> {
  const changes: [string, string | null][] = [];
  const stores = defineCheck({
    description: "Sets its state",
    options: { tries: option.integer({ description: "How often", default: 3 }) },
    run: run as never,
  });
  await executeCheck(stores, args, context, NO_VAULT, (options) => {
    const opened = openState("1", (json) => changes.push([options(), json]));
    return isLate ? Promise.resolve(opened) : opened;
  });
  return changes;
}

Deno.test("executeCheck() passes on a new state if the check returns a result", {
  permissions: "none",
}, async () => {
  const key = '[["tries",3]]';
  for (const isLate of [false, true]) {
    const changes = await changesOf(
      (_options, { state }) => {
        state.set((state.get<number>() ?? 0) + 1);
        return "set";
      },
      [],
      isLate,
    );
    assertEquals(changes, [[key, "2"]]);
  }
  assertEquals(await changesOf(() => "not set"), []);
  assertEquals(
    await changesOf((_options, { state }) => {
      state.set(undefined);
      return "removed";
    }),
    [[key, null]],
  );
  assertEquals(
    await changesOf((_options, { state }) => {
      state.set(2);
      throw new Error("failed");
    }),
    [],
  );
  assertEquals(
    await changesOf((_options, { state }) => {
      state.set(2);
      return 7 as never;
    }),
    [],
  );
  assertEquals(
    await changesOf((_options, { state }) => {
      state.set(2);
      return "not run";
    }, ["--tries", "x"]),
    [],
  );
});

Deno.test("executeCheck() identifies a state by the options before the check changes them", {
  permissions: "none",
}, async () => {
  const changes = await changesOf((options, { state }) => {
    Object.assign(options, { tries: 99 });
    state.set("x");
    return "changed";
  }, ["--tries=4"]);
  assertEquals(changes, [['[["tries",4]]', '"x"']]);
});

Deno.test("executeCheck() gives no state to a check if nothing opens it", {
  permissions: "none",
}, async () => {
  const looks = defineCheck({
    description: "Looks for its state",
    run: (_options, context) => `${"state" in context}`,
  });
  assertEquals((await executeCheck(looks, [], context)).output.text, "false");
});

Deno.test("executeCheck() stores no secret, neither in the value nor in the key of a state", {
  permissions: "none",
}, async () => {
  const changes: [string, string | null][] = [];
  const leaks = defineCheck({
    description: "Stores a secret",
    options: {
      token: option.secret({ description: "The token", required: true }),
      part: option.text({ description: "The part to store", default: "none" }),
    },
    run({ token, part }, { state }) {
      state.set(part === "none" ? "none" : { list: [`Bearer ${token}`] });
      return "done";
    },
  });
  const run = async (...args: string[]) => {
    const vault = createVault(() => Promise.resolve("hunter2-hunter2"));
    const command = leaks({ token: { env: "TOKEN" } });
    const { output } = await executeCheck(
      command,
      args,
      context,
      vault,
      (options) => openState(null, (json) => changes.push([options(), json])),
    );
    return output.text;
  };
  assertEquals(await run(), "done");
  assertEquals(changes, [['[["part","none"],["token",[["env","TOKEN"]]]]', '"none"']]);
  assertEquals(await run("--part=all"), "Cannot store a state that contains a secret");
  assertEquals(changes.length, 1);
});
