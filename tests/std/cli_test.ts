import { assertEquals } from "@std/assert";
import { parseArgs, type ParseOptions } from "@std/cli";

interface Row {
  args: string;
  options?: ParseOptions;
  parsed: Record<string, unknown>;
}

// Blanks separate the words. The expected results are those of jsr:@std/cli@1.
const rows: Row[] = [
  { args: "", parsed: { _: [] } },
  { args: "a b -", parsed: { _: ["a", "b", "-"] } },
  { args: "1 0x1f", options: { string: ["_"] }, parsed: { _: ["1", "0x1f"] } },
  { args: "--foo --bar=baz", parsed: { foo: true, bar: "baz", _: [] } },
  {
    args: "--foo --bar=baz ./quux.txt",
    options: { boolean: "foo", string: "bar" },
    parsed: { foo: true, bar: "baz", _: ["./quux.txt"] },
  },
  {
    args: "--port 80 --host h",
    options: { string: ["port", "host"] },
    parsed: { port: "80", host: "h", _: [] },
  },
  { args: "--a=b=c", parsed: { a: "b=c", _: [] } },
  {
    args: "--a=--b",
    options: { string: "a", boolean: "b" },
    parsed: { a: "--b", b: false, _: [] },
  },
  {
    args: "--host --tls",
    options: { string: "host", boolean: "tls" },
    parsed: { host: "", tls: true, _: [] },
  },
  { args: "--host", options: { string: "host" }, parsed: { host: "", _: [] } },
  {
    args: "--host -",
    options: { string: "host" },
    parsed: { host: "", _: ["-"] },
  },
  {
    args: "--verbose file",
    options: { boolean: ["verbose"] },
    parsed: { verbose: true, _: ["file"] },
  },
  {
    args: "file",
    options: { boolean: ["verbose"] },
    parsed: { verbose: false, _: ["file"] },
  },
  {
    args: "--v=false --w=no",
    options: { boolean: ["v", "w"] },
    parsed: { v: false, w: true, _: [] },
  },
  {
    args: "--v false x",
    options: { boolean: ["v"] },
    parsed: { v: false, _: ["x"] },
  },
  { args: "--v true", options: { boolean: ["v"] }, parsed: { v: true, _: [] } },
  {
    args: "--x 1 --x 2",
    options: { string: ["x"] },
    parsed: { x: "2", _: [] },
  },
  {
    args: "--x 1 --x=2",
    options: { collect: ["x"], string: ["x"] },
    parsed: { x: ["1", "2"], _: [] },
  },
  {
    args: "",
    options: { collect: ["x"], string: ["x"] },
    parsed: { x: [], _: [] },
  },
  {
    args: "-h h",
    options: { string: "host", alias: { host: ["h", "H"] } },
    parsed: { h: "h", host: "h", H: "h", _: [] },
  },
  {
    args: "-v x",
    options: { boolean: ["verbose"], alias: { v: "verbose" } },
    parsed: { v: true, verbose: true, _: ["x"] },
  },
  { args: "--no-tls", parsed: { "no-tls": true, _: [] } },
  {
    args: "--no-tls",
    options: { boolean: ["tls"] },
    parsed: { "no-tls": true, tls: false, _: [] },
  },
  {
    args: "--no-tls",
    options: { boolean: ["no-tls"] },
    parsed: { "no-tls": true, _: [] },
  },
  { args: "-abc", parsed: { a: true, b: true, c: true, _: [] } },
  {
    args: "-abc d",
    options: { boolean: ["a", "b"], string: ["c"] },
    parsed: { a: true, b: true, c: "d", _: [] },
  },
  {
    args: "-n5 -p/x -H=h",
    options: { string: ["n", "p", "H"] },
    parsed: { n: "5", p: "/x", H: "h", _: [] },
  },
  {
    args: "-s -t",
    options: { string: ["s"] },
    parsed: { s: "", t: true, _: [] },
  },
  { args: "-a -- -b --c", parsed: { a: true, _: ["-b", "--c"] } },
  { args: "--a -- b", options: { string: ["a"] }, parsed: { a: "", _: ["b"] } },
  {
    args: "--a run --b x -- --c",
    options: { boolean: ["a"], stopEarly: true },
    parsed: { a: true, _: ["run", "--b", "x", "--c"] },
  },
  {
    args: "--a=1 b --c",
    options: { string: ["a"], unknown: () => false },
    parsed: { a: "1", _: [] },
  },
];

Deno.test("parseArgs() returns the same as the real package", {
  permissions: "none",
}, () => {
  for (const { args, options, parsed } of rows) {
    const words = args === "" ? [] : args.split(" ");
    assertEquals(
      parseArgs(words, options) as Record<string, unknown>,
      parsed,
      `${args} ${JSON.stringify(options)}`,
    );
  }
});

Deno.test(
  "parseArgs() calls unknown() with the word, and with the name and value of an option",
  {
    permissions: "none",
  },
  () => {
    const calls: unknown[][] = [];
    parseArgs(["word", "--no=1", "-ab", "--known"], {
      boolean: ["known"],
      unknown: (...call: unknown[]) => calls.push(call),
    });
    assertEquals(calls, [["word"], ["--no=1", "no", "1"], ["-ab", "a", true], [
      "-ab",
      "b",
      true,
    ]]);
  },
);

Deno.test("parseArgs() returns declared options with their types", {
  permissions: "none",
}, () => {
  const parsed = parseArgs(["--help", "--host", "h", "--tag", "x", "file"], {
    boolean: ["help"],
    string: ["host", "tag"],
    collect: ["tag"],
  });
  const help: boolean = parsed.help;
  const host: string | undefined = parsed.host;
  const tag: string[] = parsed.tag;
  // @ts-expect-error the type of an undeclared option is unknown
  const other: string = parsed.other;
  assertEquals([help, host, tag, other, parsed._], [
    true,
    "h",
    ["x"],
    undefined,
    ["file"],
  ]);
});
