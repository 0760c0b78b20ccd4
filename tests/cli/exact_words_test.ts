import { assertEquals, assertThrows } from "@std/assert";
import { fileURLToPath } from "node:url";
import { exactWords } from "../../src/cli/exact_words.ts";
import { UsageError } from "../../src/cli/usage.ts";
import { encodeText } from "../../src/nagios/text.ts";
import { runToEnd } from "../waiting.ts";

const line = (...words: string[]) => () => encodeText(words.map((word) => `${word}\0`).join(""));
const never = () => {
  throw new Error("The command line is not needed");
};

Deno.test("exactWords() returns the bytes of words that are not UTF-8", {
  permissions: "none",
}, () => {
  const cases: [words: string[], real: string[]][] = [
    [["Gr\ufffdn"], ["Gr\udcfcn"]],
    [["a", "", "\ufffd\ufffd"], ["a", "", "\udcff\udcfe"]],
    // A word may contain the character itself.
    [["\ufffd", "b"], ["\ufffd", "b"]],
  ];
  for (const [words, real] of cases) {
    assertEquals(exactWords(words, line("deno", "run", "x.ts", ...real)), real);
  }
  assertEquals(exactWords(["Grün", ""], never), ["Grün", ""]);
});

Deno.test("exactWords() refuses words whose bytes it cannot know", { permissions: "none" }, () => {
  const cases: [() => Uint8Array, string][] = [
    [never, "only a process with --allow-all can read; expected UTF-8"],
    [line("deno", "Gr\udcfcn", "x"), "the command line of this process has other words"],
    [line(), "the command line of this process has other words"],
  ];
  for (const [read, message] of cases) {
    assertThrows(() => exactWords(["Gr\ufffdn"], read), UsageError, message);
  }
});

const program = `
  import { exactWords } from "${new URL("../../src/cli/exact_words.ts", import.meta.url)}";
  import { encodeText } from "${new URL("../../src/nagios/text.ts", import.meta.url)}";
  console.log(exactWords(Deno.args).map((word) => encodeText(word).toHex()).join(" "));
`;

Deno.test("exactWords() reads the command line of a real process", async () => {
  const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
  const file = `data:application/typescript,${encodeURIComponent(program)}`;
  // The shell writes bytes that Deno.Command cannot pass.
  const script = String.raw`exec "$0" run --quiet --no-lock --config="$1" $2 "$3" ` +
    String.raw`"$(printf 'Gr\374n')" '' "$(printf '\303\274')"`;
  async function start(permissions: string) {
    const args = ["-c", script, Deno.execPath(), config, permissions, file];
    const { stdout, stderr } = await runToEnd("/bin/sh", { args });
    return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  }
  assertEquals(await start("--allow-all"), "4772fc6e  c3bc\n");
  assertEquals((await start("--allow-read")).includes("only a process with --allow-all"), true);
});
