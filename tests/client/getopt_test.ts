import { assertEquals, assertThrows } from "@std/assert";
import { getopt, type GetoptOption } from "../../src/client/getopt.ts";

const SPECS: GetoptOption[] = [
  { short: "H", long: "host", takes: "value" },
  { short: "p", long: "port", takes: "value" },
  { short: "n", long: "no-ssl", takes: "none" },
  { short: "2", long: "v2-packets-only", takes: "none" },
  { short: "V", long: "version", takes: "none" },
  { short: "a", long: "args", takes: "rest" },
];

/** Returns the options as `letter=value,value`. */
function read(...words: string[]): string {
  return getopt(words, SPECS)
    .map(({ spec, values }) =>
      [spec.short, ...values.length > 0 ? [values.join(",")] : []].join("=")
    )
    .join(" ");
}

Deno.test("getopt() parses the same forms as getopt_long", { permissions: "none" }, () => {
  const cases: [string[], string][] = [
    [[], ""],
    [["-H", "web", "-p", "5666"], "H=web p=5666"],
    [["-Hweb", "-p5666"], "H=web p=5666"],
    [["--host=web", "--port", "5666"], "H=web p=5666"],
    [["-n2H", "web"], "n 2 H=web"],
    [["-n2Hweb"], "n 2 H=web"],
    [["--no", "--po=1", "--h", "web"], "n p=1 H=web"],
    [["--host=a=b", "--port="], "H=a=b p="],
    [["-H", ""], "H="],
    [["-H", "-n"], "H=-n"],
    [["-p", "-5"], "p=-5"],
    [["one", "-n", "two", "-H", "web", "three"], "n H=web"],
    [["-", "-n"], "n"],
    [["-n", "--", "-2", "-H", "web"], "n"],
    [["-n", "-n"], "n n"],
    [["-H", "a", "-H", "b"], "H=a H=b"],
    [["-a", "x", "-n", "--", "y"], "a=x,-n,--,y"],
    [["-na", "x", "y"], "n a=x,y"],
    [["-ax", "y"], "a=x,y"],
    [["--args", "x", "-H", "y"], "a=x,-H,y"],
    [["--args=x", "-n"], "a=x,-n"],
    [["-a", ""], "a="],
    [["-a", "--"], "a=--"],
  ];
  for (const [words, expected] of cases) assertEquals(read(...words), expected, words.join(" "));
});

Deno.test("getopt() names the invalid option in one line", { permissions: "none" }, () => {
  const cases: [string[], string][] = [
    [["-x"], 'Unknown option "-x"'],
    [["-nx"], 'Unknown option "-x"'],
    [["-n=3"], 'Unknown option "-="'],
    [["--nope"], 'Unknown option "--nope"'],
    [["--v"], 'Ambiguous option "--v": expected one of --v2-packets-only, --version'],
    [["-p"], 'Option "-p" requires a value'],
    [["-np"], 'Option "-p" requires a value'],
    [["--port"], 'Option "--port" requires a value'],
    [["-a"], 'Option "-a" requires a value'],
    [["--no-ssl=3"], 'Option "--no-ssl" takes no value, got "3"'],
    [["--a\nb"], 'Unknown option "--a\\nb"'],
  ];
  for (const [words, message] of cases) {
    assertEquals(assertThrows(() => read(...words), SyntaxError).message, message);
  }
});
