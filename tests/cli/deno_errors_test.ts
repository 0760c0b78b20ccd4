import { assertEquals } from "@std/assert";
import { codeFrame } from "../../src/cli/code_frame.ts";
import { readBundleError, readTypeErrors } from "../../src/cli/deno_errors.ts";
import { paintDiagnostic } from "../../src/cli/diagnostics.ts";

Deno.test(
  "codeFrame() shows a line of code with a mark below the place",
  { permissions: "none" },
  () => {
    const long = `${"x".repeat(200)}!${"y".repeat(200)}`;
    const cases: [code: string, line: number, column: number, frame: string][] = [
      ["let a = ;", 7, 9, "  7 | let a = ;\n    |         ^"],
      ["\tok()", 120, 2, "  120 |  ok()\n      |  ^"],
      ["a\x1b[2Jb", 1, 1, "  1 | a [2Jb\n    | ^"],
      ["", 3, 1, "  3 |\n    | ^"],
      [long, 1, 201, `  1 | ${"x".repeat(48)}!${"y".repeat(47)}\n    | ${" ".repeat(48)}^`],
      [long, 1, 402, `  1 | ${"y".repeat(96)}\n    | ${" ".repeat(96)}^`],
    ];
    for (const [code, line, column, frame] of cases) {
      assertEquals(codeFrame(code, line, column), frame);
    }
  },
);

Deno.test("readBundleError() and readTypeErrors() return file, line, column, text and the line of code", async () => {
  const path = await Deno.makeTempFile({ suffix: "ä b.ts" });
  await Deno.writeTextFile(path, "const one = 1;\nfoo(one, 2;\n");
  const { href } = new URL(`file://${path}`);
  const frame = "  2 | foo(one, 2;\n    |           ^";
  const syntax = `SyntaxError: Expected ',', got ';'\n  |\n2 | foo(one, 2;\n  |           ~`;
  assertEquals(await readBundleError(`${syntax}\n    at ${href}:2:11`, path), {
    place: `${path}:2:11`,
    message: `Cannot bundle: Expected ',', got ';'\n${frame}`,
    severity: "error",
  });
  assertEquals(await readBundleError("No space left on device", "agent.ts"), {
    place: "agent.ts",
    message: "Cannot bundle: No space left on device",
    severity: "error",
  });

  const types = `TS2345 [ERROR]: Argument of one type is not another.
  Types are incompatible.
foo(one, 2;
          ^
    at ${href}:2:11

    The expected type comes from here.
      const one = 1;
            ~~~
        at ${href}:1:7

TS1 [ERROR]: Gone.
x
~
    at file:///no/such/file.ts:1:1

Found 2 errors.

error: Type checking failed.
`;
  assertEquals(await readTypeErrors(types, path), [
    {
      place: `${path}:2:11`,
      message: `Argument of one type is not another.\n  Types are incompatible. (TS2345)\n${frame}`,
      severity: "warning",
    },
    { place: "/no/such/file.ts:1:1", message: "Gone. (TS1)", severity: "warning" },
  ]);
  assertEquals(await readTypeErrors("error: Module not found\n", path), []);
  await Deno.remove(path);
});

Deno.test(
  "paintDiagnostic() colours the severity and the mark",
  { permissions: "none" },
  () => {
    assertEquals(
      paintDiagnostic("checkwright: error: a.ts:2:3: no error: x\n  2 | a | b\n    |   ^"),
      "checkwright: \x1b[1;31merror\x1b[0m: a.ts:2:3: no error: x\n" +
        "\x1b[2m  2 |\x1b[0m a | b\n\x1b[2m    |\x1b[0m\x1b[31m   ^\x1b[0m",
    );
    assertEquals(
      paintDiagnostic("checkwright: warning: x"),
      "checkwright: \x1b[1;33mwarning\x1b[0m: x",
    );
  },
);
