/** The console samples of the page about certificates, run as the page shows them. */
import { assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { certificateFolder } from "../openssl.ts";
import { samplesOf, shownOutput, withoutNumbers } from "../samples.ts";
import { serve } from "../serving.ts";
import { tools } from "../tools.ts";
import { runToEnd } from "../waiting.ts";

const page = "src/certificate/README.md";
const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
const builtIn = fileURLToPath(new URL("../../checks/agent.ts", import.meta.url));

Deno.test("The page about certificates shows the output of cert and check_nrpe", {
  ignore: tools.openssl === undefined || tools.checkNrpe === undefined,
}, async () => {
  const text = await Deno.readTextFile(new URL(`../../${page}`, import.meta.url));
  await using folder = await certificateFolder();
  const pki = folder.path;

  async function shows(command: string, output: string): Promise<void> {
    assertMatch(
      comparable(output.replaceAll(`${pki}/`, "/srv/pki/")),
      pattern(await shownOutput(page, command)),
      output,
    );
  }

  const made = [
    "checkwright cert ca --out /srv/pki",
    "checkwright cert server web-1.example 192.0.2.7",
    "checkwright cert client monitor-1",
  ];
  for (const command of made) await shows(command, await cert(pki, command));

  const ca = { certFile: `${pki}/ca.pem`, keyFile: `${pki}/ca.key`, cert: "", key: "" };
  await folder.issue("old", { subject: "/CN=web-1.example", issuer: ca, days: 30 });
  await Deno.rename(`${pki}/old.crt`, `${pki}/old.pem`);
  const old = "checkwright cert show old.pem --ca .";
  await shows(old, await cert(pki, old, 1));

  const [, settings] = /^```yaml\n([\s\S]*?)^```$/m.exec(text)!;
  await Deno.writeTextFile(`${pki}/settings.yaml`, settings!.replaceAll("/srv/pki", pki));
  await using daemon = await serve(builtIn, "--settings", `${pki}/settings.yaml`);
  const host = "checkwright cert show web-1.example --ca .";
  const local = host.replace("web-1.example", `127.0.0.1:${daemon.port} --name web-1.example`);
  const shown = await cert(pki, local);
  await shows(host, shown.replace(`127.0.0.1:${daemon.port}`, "web-1.example"));

  const query = "check_nrpe -H web-1.example -A ca.pem " +
    "-C monitor-1.pem -K monitor-1.key -c check_users";
  const ask = async (line: string) => {
    const args = line.replace("web-1.example", `127.0.0.1 -p ${daemon.port}`).split(" ").slice(1);
    const { stdout } = await runToEnd(tools.checkNrpe!, { args, cwd: pki });
    return new TextDecoder().decode(stdout);
  };
  await shows(query, await ask(query));
  await ask("check_nrpe -H web-1.example -A ca.pem -c check_users");
  const [, logged] = /the log contains\s+`([^`]+)`/.exec(text)!;
  await daemon.logged(logged!);

  const tested = [...made, old, host, query, "cd /srv/pki"];
  const commands = (await samplesOf(page)).map(({ command }) => command);
  assertEquals(tested.sort(), commands.sort(), "every sample of the page is run");
});

/** Runs a command of the page in the folder of the certificates. */
async function cert(pki: string, command: string, expected = 0): Promise<string> {
  const args = command.replaceAll("/srv/pki", pki).split(" ").slice(1);
  const { code, stdout, stderr } = await runToEnd(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", `--config=${config}`, main, ...args],
    cwd: pki,
    env: { NO_COLOR: "1" },
  });
  const decoder = new TextDecoder();
  assertEquals([code, decoder.decode(stderr)], [expected, ""], command);
  return decoder.decode(stdout);
}

/** Fingerprints and numbers differ from run to run. */
function comparable(text: string): string {
  return withoutNumbers(text.replaceAll(/(?:[0-9A-F]{2}:){31}[0-9A-F]{2}/g, "FINGERPRINT"));
}

/** Returns a pattern for a sample, in which a line `…` stands for any lines. */
function pattern(sample: string): RegExp {
  const lines = comparable(sample).split("\n").map((line) => (
    line === "…" ? "[\\s\\S]*?" : line.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&") + "(?:\n|$)"
  ));
  return new RegExp(`^${lines.join("")}$`);
}
