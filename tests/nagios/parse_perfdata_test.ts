import { assertEquals, assertThrows } from "@std/assert";
import { parsePerfdata } from "../../src/nagios/parse_perfdata.ts";
import type { Perfdata } from "../../src/nagios/perfdata.ts";
import { parsePluginOutput } from "../../src/nagios/plugin_output.ts";
import { parseRange } from "../../src/nagios/range.ts";
import { casesIgnored, readCases } from "../cases.ts";
import { assertConforms } from "./conform.ts";

const TABLE: Record<string, [string, Perfdata[]][]> = {
  "labels with and without quotes": [
    ["a=1", [{ label: "a", value: 1 }]],
    ["/var/x@:-;y|=1", [{ label: "/var/x@:-;y|", value: 1 }]],
    ["'a'=1", [{ label: "a", value: 1 }]],
    ["'a b'=1", [{ label: "a b", value: 1 }]],
    ["'a=b'=1", [{ label: "a=b", value: 1 }]],
    ["'it''s'=1", [{ label: "it's", value: 1 }]],
    ["''''=1", [{ label: "'", value: 1 }]],
    ["'a''=b'=1", [{ label: "a'=b", value: 1 }]],
    ["'C:\\ %'=1", [{ label: "C:\\ %", value: 1 }]],
    ['"a b"=1 "c"=2', [{ label: "a b", value: 1 }, { label: "c", value: 2 }]],
    ["a'b\"c=1", [{ label: "a'b\"c", value: 1 }]],
    ["a\u00a0b=1", [{ label: "a\u00a0b", value: 1 }]],
  ],
  "numbers": [
    ["a=-1.50", [{ label: "a", value: -1.5 }]],
    ["a=+.5", [{ label: "a", value: 0.5 }]],
    ["a=5.", [{ label: "a", value: 5 }]],
    ["a=-0", [{ label: "a", value: 0 }]],
    ["a=1.5e3", [{ label: "a", value: 1500 }]],
    ["a=1.5E-3s", [{ label: "a", value: 0.0015, uom: "s" }]],
    ["a=1,25s", [{ label: "a", value: 1.25, uom: "s" }]],
    ["a=U", [{ label: "a", value: "U" }]],
    ["a=U%;5", [{ label: "a", value: "U", warning: parseRange("5") }]],
  ],
  "units": [
    ["a=5%", [{ label: "a", value: 5, uom: "%" }]],
    ["a=5c", [{ label: "a", value: 5, uom: "c" }]],
    ["a=1EB", [{ label: "a", value: 1, uom: "EB" }]],
    ["a=2E3EB", [{ label: "a", value: 2000, uom: "EB" }]],
    ["a=3e", [{ label: "a", value: 3, uom: "e" }]],
    ["a=4req/s", [{ label: "a", value: 4, uom: "req/s" }]],
    ["a=4°C", [{ label: "a", value: 4, uom: "°C" }]],
  ],
  "thresholds and limits": [
    ["a=1;2;3;4;5", [{
      label: "a",
      value: 1,
      warning: parseRange("2"),
      critical: parseRange("3"),
      min: 4,
      max: 5,
    }]],
    ["a=1;@2:3;~:4", [{
      label: "a",
      value: 1,
      warning: parseRange("@2:3"),
      critical: parseRange("~:4"),
    }]],
    ["a=1;;;;", [{ label: "a", value: 1 }]],
    ["a=1;;3", [{ label: "a", value: 1, critical: parseRange("3") }]],
    ["a=1;;;-4;", [{ label: "a", value: 1, min: -4 }]],
    ["a=1;1,5:2,5;;0,5", [{ label: "a", value: 1, warning: parseRange("1.5:2.5"), min: 0.5 }]],
    ["a=1%;80%;90%:95%;0%;100%", [{
      label: "a",
      value: 1,
      uom: "%",
      warning: parseRange("80"),
      critical: parseRange("90:95"),
      min: 0,
      max: 100,
    }]],
  ],
  "a value without its malformed thresholds and limits": [
    ["a=1;9:2;3", [{ label: "a", value: 1, critical: parseRange("3") }]],
    ["a=1;-5;10%", [{ label: "a", value: 1 }]],
    ["a=1s;5ms;U;inf;1,2,3", [{ label: "a", value: 1, uom: "s" }]],
  ],
  "blanks, line breaks and quotes around values": [
    ["", []],
    [" \t\r\n \n", []],
    ["  a=1   b=2\tc=3 ", [
      { label: "a", value: 1 },
      { label: "b", value: 2 },
      { label: "c", value: 3 },
    ]],
    ["a=1;\r\nb=2\n", [{ label: "a", value: 1 }, { label: "b", value: 2 }]],
    ['"a=1 b=2"', [{ label: "a", value: 1 }, { label: "b", value: 2 }]],
    ["a=1 a=2", [{ label: "a", value: 1 }, { label: "a", value: 2 }]],
  ],
};

for (const [name, rows] of Object.entries(TABLE)) {
  Deno.test(`parsePerfdata() reads ${name}`, { permissions: "none" }, () => {
    for (const [text, perfdata] of rows) assertEquals(parsePerfdata(text), perfdata, text);
  });
}

const REFUSED: [text: string, part: string, reason: string][] = [
  ["rubbish", "rubbish", "it has no value"],
  ["a=1 rubbish", "rubbish", "it has no value"],
  ["a=", "a=", "it has no value"],
  ["a=;5", "a=;5", "it has no value"],
  ["=1 b=2", "=1", "it has no label"],
  ["''=1", "''=1", "it has no label"],
  ["a b=1 c=2", "a b=1", "a label that contains a blank must be quoted"],
  ["a =1", "a =1", "a label that contains a blank must be quoted"],
  ["'a=1 b=2", "'a=1 b=2", "the quote of the label is not closed"],
  ["'a'b'=1", "'a'b'=1", "the quote of the label is not closed"],
  ["'a\nb'=1", "'a", "the quote of the label is not closed"],
  ["'a\0b'=1", "'a\\x00b'=1", "the label contains a line break or NUL"],
  ["a=1;2;3;4;5;6", "a=1;2;3;4;5;6", "it has more than five fields"],
  ...[
    "x",
    "KB",
    "Unknown",
    "Us",
    "u",
    "inf",
    "NaN",
    "0x1f",
    "1_000",
    "1,2,3",
    "1.2.3",
    "10:20",
    "1e999",
    "2024-01-31",
    "&5",
    '"5"',
    "5s|",
  ].map((value): [string, string, string] => [
    `a=${value}`,
    `a=${value}`,
    `"${value}" is not a number with a unit`,
  ]),
];

Deno.test("parsePerfdata() refuses malformed perfdata and names the part", {
  permissions: "none",
}, () => {
  for (const [text, part, reason] of REFUSED) {
    assertThrows(
      () => parsePerfdata(text),
      SyntaxError,
      `Cannot parse perfdata "${part}": ${reason}`,
    );
  }
});

Deno.test("parsePerfdata() passes malformed parts to skip() and returns the others", {
  permissions: "none",
}, () => {
  const skipped: string[] = [];
  const text = "a=1 b=? c d=3 e=5\n'f=6 g=7\nh=8 rest";
  const perfdata = parsePerfdata(text, (part, reason) => skipped.push(`${part}: ${reason}`));
  assertEquals(perfdata.map(({ label }) => label), ["a", "e", "h"]);
  assertEquals(skipped, [
    'b=?: "?" is not a number with a unit',
    "c d=3: a label that contains a blank must be quoted",
    "'f=6 g=7: the quote of the label is not closed",
    "rest: it has no value",
  ]);
});

Deno.test("parsePerfdata() reads long hostile text to its end", { permissions: "none" }, () => {
  const hostile = ["'", "''", "a ", '"', "'a ", "1111111,", "a=1;", "=", "a='", "1e1", "'a''=1 "];
  for (const piece of hostile) {
    for (const start of ["", "a=", "a=1;", "'"]) {
      const text = start + piece.repeat(200_000 / piece.length);
      assertEquals(parsePerfdata(`${text}\n'end'=1`, () => {}).at(-1)?.label, "end");
    }
  }
});

interface Row {
  text: string;
  parsed?: {
    label: string;
    value: number | "U";
    uom: string;
    warn: string | null;
    crit: string | null;
    min: number | null;
    max: number | null;
  }[];
  invalid?: true;
  dialect: string;
  full_output?: string;
  rest_output?: string;
}

Deno.test("Perfdata conforms to the shared table of texts", {
  ignore: casesIgnored,
  permissions: { read: true },
}, () => {
  assertConforms(readCases<Row>("perfdata_parse"), [
    {
      reason: "Icinga 2 refuses a decimal comma; we read it, because plugins write it under a " +
        "European locale",
      covers: ({ dialect, text, invalid }) =>
        dialect === "icinga2" && invalid === true && /\d,\d/.test(text),
    },
    {
      reason: "NSClient++ reads a value without a number as 0; we do not guess a value",
      covers: ({ dialect, text, parsed }) =>
        dialect === "nscp" && !/=[-+.\d]/.test(text) && parsed?.[0]?.value === 0,
    },
  ], (row) => {
    if (row.invalid && row.parsed === undefined) {
      assertThrows(() => parsePerfdata(row.text), SyntaxError);
      return;
    }
    const expected = row.parsed!.map(({ label, value, uom, warn, crit, min, max }) => ({
      label,
      value,
      ...(uom === "" ? {} : { uom }),
      ...(warn === null ? {} : { warning: parseRange(warn) }),
      ...(crit === null ? {} : { critical: parseRange(crit) }),
      ...(min === null ? {} : { min }),
      ...(max === null ? {} : { max }),
    }));
    assertEquals(parsePerfdata(row.text), expected);
    if (row.full_output !== undefined) {
      const { output, perfdata } = parsePluginOutput(row.full_output);
      assertEquals(output, row.rest_output);
      assertEquals(perfdata, expected);
    }
  });
});
