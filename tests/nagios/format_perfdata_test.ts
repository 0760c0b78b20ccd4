import { assertEquals, assertThrows } from "@std/assert";
import fc from "../fast_check.ts";
import { formatPerfdata } from "../../src/nagios/format_perfdata.ts";
import { parsePerfdata } from "../../src/nagios/parse_perfdata.ts";
import type { Perfdata } from "../../src/nagios/perfdata.ts";
import { parseRange } from "../../src/nagios/range.ts";
import { casesIgnored, readCases } from "../cases.ts";
import { perfdata } from "./arbitrary.ts";
import { assertConforms } from "./conform.ts";

Deno.test("formatPerfdata() quotes a label only if necessary", { permissions: "none" }, () => {
  const table: [string, string][] = [
    ["load1", "load1=1"],
    ["/var/lib@:-", "/var/lib@:-=1"],
    ["a;b|c", "a;b|c=1"],
    ["ümlaut", "ümlaut=1"],
    ["a\u00a0b", "a\u00a0b=1"],
    ["page file", "'page file'=1"],
    ["a\tb", "'a\tb'=1"],
    ["a=b", "'a=b'=1"],
    ["it's", "'it''s'=1"],
    ['"x', "'\"x'=1"],
  ];
  for (const [label, text] of table) assertEquals(formatPerfdata({ label, value: 1 }), text);
});

Deno.test("formatPerfdata() omits empty fields at the end", { permissions: "none" }, () => {
  const table: [Omit<Perfdata, "label" | "value">, string][] = [
    [{}, "a=1"],
    [{ uom: "ms" }, "a=1ms"],
    [{ warning: parseRange("0:5") }, "a=1;5"],
    [{ critical: parseRange("@0:5") }, "a=1;;@5"],
    [{ warning: "05.0:", critical: "~:10" }, "a=1;5:;~:10"],
    [{ warning: "", critical: "" }, "a=1"],
    [{ min: 0 }, "a=1;;;0"],
    [{ max: 100 }, "a=1;;;;100"],
    [{ uom: "%", warning: "80", critical: "90", min: 0, max: 100 }, "a=1%;80;90;0;100"],
  ];
  for (const [rest, text] of table) {
    assertEquals(formatPerfdata({ label: "a", value: 1, ...rest }), text);
  }
});

Deno.test("formatPerfdata() writes plain numbers", { permissions: "none" }, () => {
  assertEquals(formatPerfdata({ label: "a", value: 2.50, min: -1e-7 }), "a=2.5;;;-0.0000001");
  assertEquals(formatPerfdata({ label: "a", value: -0 }), "a=0");
});

Deno.test(
  "formatPerfdata() writes an unknown value without a unit",
  { permissions: "none" },
  () => {
    assertEquals(formatPerfdata({ label: "rta", value: "U", uom: "ms", max: 5 }), "rta=U;;;;5");
  },
);

Deno.test("formatPerfdata() puts a blank between values", { permissions: "none" }, () => {
  assertEquals(formatPerfdata([]), "");
  assertEquals(formatPerfdata([{ label: "a", value: 1 }, { label: "b", value: 2 }]), "a=1 b=2");
});

Deno.test("formatPerfdata() refuses values that cannot be written", { permissions: "none" }, () => {
  const table: [Perfdata, typeof TypeError | typeof RangeError | typeof SyntaxError, string][] = [
    [{ label: "", value: 1 }, TypeError, "Cannot format perfdata: a label is empty"],
    [{ label: "a\nb", value: 1 }, TypeError, '"a\\nb": the label contains a line break or NUL'],
    [{ label: "a\rb", value: 1 }, TypeError, '"a\\rb": the label contains a line break or NUL'],
    [{ label: "a\0b", value: 1 }, TypeError, '"a\\x00b": the label contains a line break or NUL'],
    [{ label: "a", value: 1, uom: "m3" }, TypeError, '"a": "m3" is not a unit'],
    [{ label: "a", value: 1, uom: "a;b" }, TypeError, '"a": "a;b" is not a unit'],
    [{ label: "a", value: 1, uom: "a b" }, TypeError, '"a": "a b" is not a unit'],
    [{ label: "a", value: NaN }, RangeError, '"a": value is NaN'],
    [{ label: "a", value: -Infinity }, RangeError, '"a": value is -Infinity'],
    [{ label: "a", value: 1, min: NaN }, RangeError, '"a": min is NaN'],
    [{ label: "a", value: 1, max: Infinity }, RangeError, '"a": max is Infinity'],
    [{ label: "a", value: 1, warning: "x" }, SyntaxError, 'Cannot parse range "x"'],
    [
      { label: "a", value: 1, warning: { start: 2, end: 1, inside: false } },
      RangeError,
      "Cannot format range",
    ],
  ];
  for (const [value, type, message] of table) {
    assertThrows(() => formatPerfdata(value), type, message);
    assertThrows(() => formatPerfdata([value]), type, message);
  }
});

Deno.test(
  "parsePerfdata() reads back the output of formatPerfdata()",
  { permissions: "none" },
  () => {
    fc.assert(fc.property(fc.array(perfdata, { maxLength: 4 }), (list) => {
      assertEquals(parsePerfdata(formatPerfdata(list)), list);
    }));
  },
);

interface Row {
  label?: string;
  value?: number | string;
  uom?: string;
  warn?: string | number | null;
  crit?: string | number | null;
  min?: number | null;
  max?: number | null;
  input_text?: string;
  max_length?: number;
  text: string | null;
  style: string;
  error?: true;
  source: string;
}

function toPerfdata({ label, value, uom, warn, crit, min, max }: Row): Perfdata {
  return {
    label: label!,
    value: value === "U" ? value : Number(value),
    ...(uom ? { uom } : {}),
    ...(warn === null ? {} : { warning: String(warn) }),
    ...(crit === null ? {} : { critical: String(crit) }),
    ...(min === null ? {} : { min: min! }),
    ...(max === null ? {} : { max: max! }),
  };
}

/** Removes unnecessary quotes and semicolons at the end of a value: they are a matter of style. */
function plain(text: string): string {
  return text.trim().replace(/(^| )'([^'"= ]+)'=/g, "$1$2=").replace(/;+(?= |$)/g, "");
}

Deno.test("Perfdata conforms to the shared table of formatted texts", {
  ignore: casesIgnored,
  permissions: { read: true },
}, () => {
  assertConforms(readCases<Row>("perfdata_format"), [
    {
      reason: "nagiosplugin refuses an equals sign in a label; we quote such a label",
      covers: ({ style, label, error }) =>
        style === "nagiosplugin" && error === true && label?.includes("=") === true,
    },
    {
      reason: "Icinga 2 writes six decimals; we write no trailing zeros",
      covers: ({ style, text }) => style === "icinga2" && /\.\d{6}(?!\d)/.test(text ?? ""),
    },
    {
      reason: "NSClient++ keeps five decimals; we keep all of them",
      covers: ({ style, input_text }) =>
        style === "nscp-roundtrip" && /\.\d{4,}/.test(input_text ?? ""),
    },
    {
      reason: "NSClient++ reads a value without a number as 0; we do not guess a value",
      covers: ({ style, input_text, text }) =>
        style === "nscp-roundtrip" && !/=[-+.\dU]/.test(input_text ?? "") && /=0$/.test(text ?? ""),
    },
    {
      reason:
        "NSClient++ drops values beyond a maximum length; here, protocol/ limits the length " +
        "of a response",
      covers: ({ max_length }) => max_length !== undefined,
    },
  ], (row) => {
    if (row.error) {
      assertThrows(() => formatPerfdata(toPerfdata(row)));
    } else if (row.input_text === undefined) {
      assertEquals(formatPerfdata(toPerfdata(row)), plain(row.text!));
    } else {
      assertEquals(formatPerfdata(parsePerfdata(row.input_text)), plain(row.text!));
    }
  });
});
