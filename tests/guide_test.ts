/** The guide, followed step by step: writes its files, runs its commands and compares the outputs. */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { freePort } from "./ports.ts";
import { parseConsole, withoutNumbers } from "./samples.ts";
import { isMissing } from "./tools.ts";
import { runToEnd, until } from "./waiting.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

/** A block of the page: a file, or commands with their outputs. */
const blocks = /^```(ts|console)\n([\s\S]*?)^```$/gm;

/** The file that a block replaces: the last one that the text before it names. */
const named = /Replace `([^`]+)`:\s*$/;

/** Lines whose number or order depends on the machine and on the cache of Deno. */
const variable = /^(?:Check |Checked |Download )/;

/** The identifier of a commit. */
const commit = /since \w+ \(/g;

function comparable(output: string): string {
  const lines = output.split("\n").filter((line) => !variable.test(line));
  // The width of columns depends on the length of paths.
  return withoutNumbers(
    lines.join("\n").replaceAll(commit, "since (").replaceAll(/ {2,}/g, "  ").replaceAll(
      /\d+m?s\)/g,
      "N)",
    ),
  );
}

Deno.test("Each command of the guide prints what the guide shows", {
  ignore: isMissing("/usr/bin/git"),
  timeout: 300_000,
}, async () => {
  const page = await Deno.readTextFile(`${root}/GUIDE.md`);
  const temporary = await Deno.makeTempDir({ prefix: "checkwright-guide-" });
  const bin = `${temporary}/bin`;
  await Deno.mkdir(bin);
  await Deno.symlink(Deno.execPath(), `${bin}/deno`);
  await Deno.symlink(`${root}/bin/checkwright`, `${bin}/checkwright`);
  const identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
  const git = `#!/bin/sh\nexec /usr/bin/git ${identity.join(" ")} "$@"\n`;
  await Deno.writeTextFile(`${bin}/git`, git, { mode: 0o755 });
  const env = {
    ...{ HOME: temporary, XDG_STATE_HOME: `${temporary}/state`, NO_COLOR: "1" },
    ...{ PATH: `${bin}:${Deno.env.get("PATH")}` },
  };
  const port = freePort();
  let cwd = temporary;
  let daemon: Deno.ChildProcess | undefined;
  let commands = 0;

  const shell = (command: string) => ({ args: ["-c", command], cwd, env });

  async function start(command: string): Promise<string> {
    const settings = `${cwd}/settings.yaml`;
    await Deno.writeTextFile(settings, `\nlisten: 127.0.0.1:${port}\n`, { append: true });
    daemon = new Deno.Command("sh", {
      ...shell(`exec ${command}`),
      ...{ stdin: "null", stdout: "piped", stderr: "null" },
    }).spawn();
    let output = "";
    (async () => {
      for await (const text of daemon.stdout.pipeThrough(new TextDecoderStream())) output += text;
    })();
    return await until("the daemon of the guide", () => output.endsWith("\n") && output);
  }

  async function run(command: string): Promise<string> {
    if (command.startsWith("cd ")) {
      cwd = `${cwd}/${command.slice(3)}`;
      return "";
    }
    if (command.endsWith("task --quiet start")) return await start(command);
    const asked = command.replace("query -H 127.0.0.1", `query -H 127.0.0.1 -p ${port}`);
    const { stdout, stderr } = await runToEnd("sh", shell(asked.replaceAll("/var/tmp", temporary)));
    const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    return `${error}${out}`.replaceAll(temporary, "/var/tmp");
  }

  try {
    for (const { 1: kind, 2: block, index } of page.matchAll(blocks)) {
      if (kind === "ts") {
        const [, path] = named.exec(page.slice(0, index))!;
        await Deno.writeTextFile(`${cwd}/${path}`, block!.replaceAll("/var/tmp", temporary));
        continue;
      }
      for (const { command, output } of parseConsole(block!)) {
        assertEquals(comparable(await run(command)), comparable(output), command);
        commands++;
      }
    }
    assert(commands >= 18, `${commands}`);
  } finally {
    daemon?.kill("SIGTERM");
    await daemon?.status;
    await Deno.remove(temporary, { recursive: true });
  }
});
