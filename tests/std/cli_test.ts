import { assertEquals } from "@std/assert";
import { parseArgs, type ParseOptions } from "@std/cli";

interface Row {
  args: string;
  options?: ParseOptions;
  parsed: Record<string, unknown>;
}

// The words are divided by blanks. What is expected is what jsr:@std/cli@1 gives.
const rows: Row[] = [
  { args: "", parsed: { _: [] } },
  { args: "a 1 0x1f -", parsed: { _: ["a", 1, 31, "-"] } },
  { args: "--foo --bar=baz ./quux.txt", parsed: { foo: true, bar: "baz", _: ["./quux.txt"] } },
  { args: "--port 80 --host h", parsed: { port: 80, host: "h", _: [] } },
  { args: "--port 80", options: { string: ["port"] }, parsed: { port: "80", _: [] } },
  { args: "--a=b=c --x=", parsed: { a: "b=c", "x=": true, _: [] } },
  {
    args: "--host --tls",
    options: { string: "host", boolean: "tls" },
    parsed: { host: "", tls: true, _: [] },
  },
  {
    args: "--verbose file",
    options: { boolean: ["verbose"] },
    parsed: { verbose: true, _: ["file"] },
  },
  { args: "file", options: { boolean: ["verbose"] }, parsed: { verbose: false, _: ["file"] } },
  {
    args: "--v=false --w=no",
    options: { boolean: ["v", "w"] },
    parsed: { v: false, w: true, _: [] },
  },
  { args: "--v false x", options: { boolean: ["v"] }, parsed: { v: false, _: ["x"] } },
  { args: "--all x -s y", options: { boolean: true }, parsed: { all: true, s: "y", _: ["x"] } },
  { args: "--x 1 --x 2", parsed: { x: 2, _: [] } },
  {
    args: "--x 1 --x 2",
    options: { collect: ["x"], string: ["x"] },
    parsed: { x: ["1", "2"], _: [] },
  },
  { args: "", options: { collect: ["x"], string: ["x"] }, parsed: { x: [], _: [] } },
  {
    args: "-h h",
    options: { alias: { host: ["h", "H"] } },
    parsed: { h: "h", host: "h", H: "h", _: [] },
  },
  {
    args: "-v x",
    options: { boolean: ["verbose"], alias: { v: "verbose" } },
    parsed: { v: true, verbose: true, _: ["x"] },
  },
  {
    args: "",
    options: { default: { port: 80, host: "h" } },
    parsed: { port: 80, host: "h", _: [] },
  },
  { args: "--port 1", options: { default: { port: 80 } }, parsed: { port: 1, _: [] } },
  {
    args: "",
    options: { default: { p: 1 }, alias: { p: "port" } },
    parsed: { p: 1, port: 1, _: [] },
  },
  { args: "", options: { default: { v: true }, boolean: ["v"] }, parsed: { v: true, _: [] } },
  {
    args: "--no-tls",
    options: { negatable: ["tls"], boolean: ["tls"] },
    parsed: { tls: false, _: [] },
  },
  { args: "--no-tls", parsed: { "no-tls": true, _: [] } },
  { args: "--no-tls", options: { boolean: ["no-tls"] }, parsed: { "no-tls": true, _: [] } },
  { args: "-abc", parsed: { a: true, b: true, c: true, _: [] } },
  { args: "-abc d", parsed: { a: true, b: true, c: "d", _: [] } },
  { args: "-n5 -p/x -H=h", parsed: { n: 5, p: "/x", H: "h", _: [] } },
  { args: "-s -t", options: { string: ["s"] }, parsed: { s: "", t: true, _: [] } },
  { args: "-a -- -b --c", parsed: { a: true, _: ["-b", "--c"] } },
  { args: "x -- 1 --c", options: { "--": true }, parsed: { _: ["x"], "--": ["1", "--c"] } },
  { args: "x", options: { "--": true }, parsed: { _: ["x"], "--": [] } },
  { args: "--a -- b", options: { string: ["a"] }, parsed: { a: "", _: ["b"] } },
  {
    args: "--a run --b 1",
    options: { boolean: ["a"], stopEarly: true },
    parsed: { a: true, _: ["run", "--b", "1"] },
  },
  { args: "1 2", options: { string: ["_"] }, parsed: { _: ["1", "2"] } },
  {
    args: "--a=1 b --c d",
    options: { string: ["a"], unknown: () => false },
    parsed: { a: "1", _: [] },
  },
];

Deno.test("parseArgs() gives what the real package gives", { permissions: "none" }, () => {
  for (const { args, options, parsed } of rows) {
    const words = args === "" ? [] : args.split(" ");
    assertEquals(
      parseArgs(words, options) as Record<string, unknown>,
      parsed,
      `${args} ${JSON.stringify(options)}`,
    );
  }
});

Deno.test("parseArgs() tells unknown() the word, and for an option name and value", {
  permissions: "none",
}, () => {
  const told: unknown[][] = [];
  parseArgs(["--no=1", "-ab", "word", "--known"], {
    boolean: ["known"],
    unknown: (...call) => told.push(call),
  });
  assertEquals(told, [["--no=1", "no", "1"], ["-ab", "a", true], ["-ab", "b", "word"]]);
});

Deno.test("parseArgs() knows the types of what is declared", { permissions: "none" }, () => {
  const parsed = parseArgs(["--help", "--host", "h", "--tag", "x", "file"], {
    boolean: ["help"],
    string: ["host", "tag", "level"],
    collect: ["tag"],
    default: { level: "info" },
    "--": true,
  });
  const help: boolean = parsed.help;
  const host: string | undefined = parsed.host;
  const tag: string[] = parsed.tag;
  const level: string = parsed.level;
  const rest: string[] = parsed["--"];
  // @ts-expect-error what is not declared may be anything
  const other: string = parsed.other;
  assertEquals([help, host, tag, level, rest, other, parsed._], [
    true,
    "h",
    ["x"],
    "info",
    [],
    undefined,
    ["file"],
  ]);
});
