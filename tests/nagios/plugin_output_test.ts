import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "../fast_check.ts";
import { parsePerfdata } from "../../src/nagios/parse_perfdata.ts";
import type { Perfdata } from "../../src/nagios/perfdata.ts";
import { formatPluginOutput, parsePluginOutput } from "../../src/nagios/plugin_output.ts";
import { casesIgnored, readCases } from "../cases.ts";
import { character, perfdata } from "./arbitrary.ts";
import { assertConforms } from "./conform.ts";

/** Text, output, long output, labels of the perfdata. */
const TABLE: [string, string, string, string][] = [
  ["", "", "", ""],
  ["OK", "OK", "", ""],
  ["  OK fine \n", "OK fine", "", ""],
  ["OK|a=1", "OK", "", "a"],
  ["OK | a=1 b=2 ", "OK", "", "a b"],
  ["| a=1", "", "", "a"],
  ["OK\nmore\n\n  and more\n\n", "OK", "more\n\n  and more", ""],
  ["OK\r\nmore\r\nmore\r\n", "OK", "more\nmore", ""],
  ["\nmore", "", "more", ""],
  ["OK | a=1\nmore\nmore | b=2\nc=3\nd=4", "OK", "more\nmore", "a b c d"],
  ["OK\nmore\n| a=1\n", "OK", "more", "a"],
  ["OK\n|a=1\n'b|c'=2", "OK", "", "a b|c"],
  ["OK\none | a=1\ntwo | b=2", "OK", "one\ntwo", "a b"],
  ["OK\none | a=1\nnot perfdata\nb=2 oops\n", "OK", "one\nnot perfdata", "a b"],
  ["OK | rubbish", "OK", "", ""],
  ["OK | rubbish\nmore", "OK", "more", ""],
  ["OK | a=1 b=x 'c d'=3", "OK", "", "a,c d"],
  ["OK |a='\nmore | 'b\nmore | c=2", "OK", "more\nmore", "c"],
  ["\ufeffOK\u00a0", "\ufeffOK\u00a0", "", ""],
  ["OK \udcff|\udcff=1", "OK \udcff", "", "\udcff"],
];

Deno.test("parsePluginOutput() splits every form of plugin output", {
  permissions: "none",
}, () => {
  for (const [text, output, longOutput, labels] of TABLE) {
    const parsed = parsePluginOutput(text);
    assertEquals(parsed.output, output, text);
    assertEquals(parsed.longOutput, longOutput, text);
    const separator = labels.includes(",") ? "," : " ";
    assertEquals(parsed.perfdata.map(({ label }) => label).join(separator), labels, text);
  }
});

Deno.test(
  "parsePluginOutput() returns the state of a PluginOutput",
  { permissions: "none" },
  () => {
    assertEquals(parsePluginOutput({ state: "WARNING", text: "hm | a=1" }), {
      state: "WARNING",
      output: "hm",
      longOutput: "",
      perfdata: [{ label: "a", value: 1 }],
    });
    assertEquals(Object.hasOwn(parsePluginOutput("hm"), "state"), false);
  },
);

Deno.test("parsePluginOutput() reads the output of real plugins", { permissions: "none" }, () => {
  const load = parsePluginOutput(
    "LOAD OK - total load average: 1.37, 1.10|load1=1.370;15.000;30.000;0; load5=1.100;;;0; ",
  );
  assertEquals(load.output, "LOAD OK - total load average: 1.37, 1.10");
  assertEquals(load.perfdata, parsePerfdata("load1=1.37;15;30;0 load5=1.1;;;0"));
  const tree = parsePluginOutput(
    "[OK] - load\n\t\\_[OK] - 1 Minute: 1.37\n|'load1'=1.370000;~:15.000000;~:30.000000\n",
  );
  assertEquals(tree.longOutput, "\t\\_[OK] - 1 Minute: 1.37");
  assertEquals(tree.perfdata, parsePerfdata("load1=1.37;~:15;~:30"));
});

Deno.test("parsePluginOutput() never throws", { permissions: "none" }, () => {
  const piece = fc.constantFrom("|", "\n", "\r", "'", '"', "=", ";", " ", "a", "1", "\0", "U", "@");
  fc.assert(fc.property(fc.string({ unit: piece, maxLength: 40 }), (text) => {
    const { output, longOutput } = parsePluginOutput(text);
    assert(!output.includes("\n") && !output.includes("|"));
    assert(longOutput.length <= text.length);
  }));
});

const one: Perfdata[] = [{ label: "a b", value: 1, uom: "s" }];

Deno.test("formatPluginOutput() puts perfdata on the first line", { permissions: "none" }, () => {
  assertEquals(formatPluginOutput({ output: "OK" }), "OK");
  assertEquals(formatPluginOutput({ output: "" }), "");
  assertEquals(formatPluginOutput({ output: "OK", perfdata: [] }), "OK");
  assertEquals(formatPluginOutput({ output: "OK", perfdata: one }), "OK|'a b'=1s");
  assertEquals(formatPluginOutput({ output: "", perfdata: one }), "|'a b'=1s");
  assertEquals(formatPluginOutput({ output: "OK", longOutput: "more\n" }), "OK\nmore");
  assertEquals(
    formatPluginOutput({ output: "OK", longOutput: "more", perfdata: one }),
    "OK|'a b'=1s\nmore",
  );
});

Deno.test("formatPluginOutput() moves further lines of the output to the long output", {
  permissions: "none",
}, () => {
  assertEquals(
    formatPluginOutput({ output: "\nOK \r\nmore\nmore\n", longOutput: "rest", perfdata: one }),
    "OK|'a b'=1s\nmore\nmore\nrest",
  );
});

Deno.test("formatPluginOutput() replaces bars and NUL in texts", {
  permissions: "none",
}, () => {
  assertEquals(
    formatPluginOutput({ output: "a|b\0c", longOutput: "d|e=1\0", perfdata: one }),
    "a b\ufffdc|'a b'=1s\nd e=1\ufffd",
  );
});

Deno.test("formatPluginOutput() refuses perfdata that cannot be written", {
  permissions: "none",
}, () => {
  assertThrows(() => formatPluginOutput({ output: "OK", perfdata: [{ label: "", value: 1 }] }));
});

Deno.test("parsePluginOutput() reads back the output of formatPluginOutput()", {
  permissions: "none",
}, () => {
  const text = fc.oneof(
    fc.string({ unit: character }),
    fc.string({ unit: fc.constantFrom("a", " ", "\n", "'", "=", "\\", "\udc80") }),
  ).map((text) => text.replace(/[|\r\0]/g, ""));
  const parts = fc.record({
    output: text.map((text) => text.replaceAll("\n", "").replace(/^\s+|\s+$/g, "")),
    longOutput: text.map((text) => text.replace(/\s+$/, "")),
    perfdata: fc.array(perfdata, { maxLength: 3 }),
  });
  fc.assert(fc.property(parts, (parts) => {
    assertEquals(parsePluginOutput(formatPluginOutput(parts)), { ...parts });
  }));
});

interface Row {
  style: string;
  check?: {
    summary?: string;
    verbose_text?: string;
    perfdata?: string[];
    subchecks?: { output?: string; perfdata?: Perfdata[] }[];
  };
  verbose?: number;
  text?: string;
}

Deno.test("Plugin output conforms to the shared table", {
  ignore: casesIgnored,
  permissions: { read: true },
}, () => {
  assertConforms(readCases<Row>("plugin_output"), [{
    reason: "rows about calls of the Perl library that join messages and exit; a check returns a " +
      "result instead",
    covers: ({ style, check }) => style === "mp-perl" && check === undefined,
  }], ({ style, check, text, verbose }) => {
    assert(check && text !== undefined, "the row has no text");
    const { output, longOutput, perfdata } = parsePluginOutput(text);
    if (style === "nagiosplugin") {
      assert(output.endsWith(check.summary!), output);
      const detail = verbose ? check.verbose_text!.trim() : "";
      assert(longOutput.startsWith(detail), longOutput);
      assertEquals(perfdata, parsePerfdata(check.perfdata!.join(" ")));
    } else {
      const values = check.subchecks!.flatMap(({ perfdata }) => perfdata ?? []);
      assertEquals(perfdata, values);
      if (check.summary) assertEquals(output, formatPluginOutput({ output: check.summary }));
      assertEquals(longOutput.split("\n").length, check.subchecks!.length);
      for (const { output } of check.subchecks!) {
        assert(longOutput.includes(formatPluginOutput({ output: output! })), longOutput);
      }
    }
  });
});
