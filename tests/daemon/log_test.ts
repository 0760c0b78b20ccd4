import { assert, assertEquals } from "@std/assert";
import { createLog, lineWriter } from "../../src/daemon/log.ts";
import { later, until } from "../waiting.ts";

const now = () => new Date("2026-01-02T03:04:05.678Z");

function linesOf(format: "text" | "json") {
  const lines: string[] = [];
  return { lines, log: createLog({ format, level: "info" }, (line) => lines.push(line), now) };
}

Deno.test("createLog() writes one event a line in the text format", { permissions: "none" }, () => {
  const { lines, log } = linesOf("text");
  log("info", "query", { peer: "127.0.0.1", command: "check load", ms: 1.5, gone: undefined });
  log("error", "start");
  assertEquals(lines, [
    '2026-01-02T03:04:05.678Z info query peer=127.0.0.1 command="check load" ms=1.5',
    "2026-01-02T03:04:05.678Z error start",
  ]);
});

Deno.test("createLog() drops events below its level", { permissions: "none" }, () => {
  const rows = [["info", 3], ["warning", 2], ["error", 1]] as const;
  for (const [level, count] of rows) {
    const lines: string[] = [];
    const log = createLog({ format: "json", level }, (line) => lines.push(line), now);
    for (const [one] of rows) log(one, "event");
    assertEquals(lines.length, count, level);
  }
});

Deno.test(
  "createLog() escapes values that could forge a line, a field or a colour",
  { permissions: "none" },
  () => {
    const hostile = 'a\nb\r\x1b[31m "x" \u2028 \u202e \udc80 peer=1';
    for (const format of ["text", "json"] as const) {
      const { lines, log } = linesOf(format);
      log("info", "query", { command: hostile });
      assertEquals(lines.length, 1);
      // deno-lint-ignore no-control-regex -- control characters must not occur
      assert(!/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]/.test(lines[0]!), lines[0]);
      assert(lines[0]!.isWellFormed());
      if (format === "json") {
        assertEquals(Object.keys(JSON.parse(lines[0]!)), [
          "time",
          "level",
          "event",
          "command",
        ]);
      }
    }
  },
);

Deno.test(
  "lineWriter() writes lines of one turn of the event loop together, in order",
  { permissions: "none" },
  async () => {
    const writes: string[] = [];
    const { write, flush } = lineWriter({
      write(bytes) {
        writes.push(new TextDecoder().decode(bytes));
        return Promise.resolve(bytes.length);
      },
    });
    write("a");
    write("b");
    await flush();
    write("c");
    await flush();
    assertEquals(writes, ["a\nb\n", "c\n"]);
  },
);

Deno.test(
  "lineWriter() drops lines if its reader stops, and reports their number in the same format",
  { permissions: "none" },
  async () => {
    const forms: [first: string, line: string, note: RegExp][] = [
      ["first", "x".repeat(1_000), /^\S+ warning log dropped=\d+$/m],
      [
        "{}",
        `{"x":"${"x".repeat(992)}"}`,
        /^\{"time":"\S+","level":"warning","event":"log","dropped":\d+\}$/m,
      ],
    ];
    for (const [first, line, note] of forms) {
      const stalled = Promise.withResolvers<void>();
      let written = "";
      const { write, flush } = lineWriter({
        async write(bytes) {
          await stalled.promise;
          written += new TextDecoder().decode(bytes);
          return bytes.length;
        },
      });
      write(first);
      await Promise.resolve();
      await Promise.resolve();
      for (let count = 0; count < 3_000; count++) write(line);
      stalled.resolve();
      await flush();
      const kept = written.split("\n").filter((each) => each === line).length;
      assert(kept > 1_000 && kept < 1_100, `${kept} lines were kept`);
      assert(note.test(written), written.slice(-200));
    }
  },
);

Deno.test(
  "lineWriter() also writes lines that arrive during a write",
  { permissions: "none" },
  async () => {
    let written = "";
    const { write } = lineWriter({
      async write(bytes) {
        // This pause is longer than the time in which lines are gathered.
        await later(30);
        written += new TextDecoder().decode(bytes);
        return bytes.length;
      },
    });
    write("first");
    for (let count = 0; count < 6; count++) {
      await later(15);
      write("while");
    }
    await until("the lines", () => written.includes("while"));
    await later(100);
    write("last");
    await until("the last line", () => written.includes("last"));
  },
);

Deno.test(
  "createLog() shows a long reason in full and escapes its quotes",
  { permissions: "none" },
  () => {
    const { lines, log } = linesOf("text");
    log("info", "query", { reason: `a "b" peer=1 \\ ${"x".repeat(500)}` });
    log("info", "query", { reason: "y ".repeat(2_000) });
    assertEquals(
      lines[0],
      `2026-01-02T03:04:05.678Z info query reason="a \\"b\\" peer=1 \\\\ ${"x".repeat(500)}"`,
    );
    assert(lines[1]!.length < 2_200 && lines[1]!.endsWith('…"'));
  },
);

Deno.test("createLog() cuts a long value in both formats", { permissions: "none" }, () => {
  for (const format of ["text", "json"] as const) {
    const { lines, log } = linesOf(format);
    log("info", "query", { command: "\x01".repeat(60_000) });
    assert(lines[0]!.length < 20_000, format);
    assert(lines[0]!.includes("…"), format);
  }
});
