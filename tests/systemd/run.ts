/**
 * Installs agents on a Debian machine that boots systemd, and checks that each unit works there:
 * start, answers, a late address, a late name, reload, restart, death, watchdog, invalid settings and
 * stop. Prints the score of each unit. Run it as root, with debootstrap and systemd-container:
 *
 *   deno task systemd [ROOT [SUITE [MIRROR]]]
 *
 * ROOT is a folder for the machine, which is installed at the first run.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { isMissing } from "../tools.ts";
import { run as checkwright } from "../serving.ts";
import { until } from "../waiting.ts";
import {
  lateAddress,
  lateName,
  lateNameAddress,
  secretName,
  sourceOf,
  type Variant,
  variants,
  writtenFile,
} from "./agents.ts";
import { boot, buildRoot, type Machine, needed } from "./machine.ts";

const port = "5666";
const unit = "checkwright.service";
const settingsFile = "/etc/checkwright/settings.yaml";

/** The watchdog of the unit, and the time to end and to start the daemon. */
const watchdogMilliseconds = 90_000;

/** A late address is tried again after 1, 2, 4 and 8 s. */
const lateMilliseconds = 60_000;

function step(name: string): void {
  console.log(`  ${name}`);
}

/** Asks the daemon like an engine, from the machine itself. */
async function ask(machine: Machine, host: string, command?: string) {
  return await machine.run(
    "/usr/lib/nagios/plugins/check_nrpe",
    ...["-H", host, "-p", port, "-t", "20"],
    ...(command === undefined ? [] : ["-c", command]),
  );
}

async function answers(machine: Machine, host = "127.0.0.1"): Promise<boolean> {
  const { code, stdout } = await ask(machine, host);
  return code === 0 && stdout.startsWith("NRPE v");
}

async function property(machine: Machine, name: string): Promise<string> {
  return (await machine.run("systemctl", "show", "--value", `--property=${name}`, unit)).stdout
    .trim();
}

async function must(machine: Machine, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await machine.run(...words);
  assertEquals(code, 0, `${words.join(" ")}:\n${stdout}${stderr}`);
  return stdout;
}

/** Compiles a package, and installs it. */
async function install(machine: Machine, variant: Variant, folder: string): Promise<void> {
  await Deno.writeTextFile(`${folder}/agent.ts`, sourceOf(variant));
  const out = `${folder}/dist`;
  const words = [`${folder}/agent.ts`, "--out", out, "--deb", "--no-runtime"];
  const compiled = await checkwright("compile", ...words);
  assertEquals(compiled.code, 0, compiled.stderr);
  const [deb] = (await Array.fromAsync(Deno.readDir(out))).filter(({ name }) =>
    name.endsWith(".deb")
  );
  await Deno.copyFile(`${out}/${deb!.name}`, `${machine.root}/opt/agent.deb`);
  await Deno.remove(out, { recursive: true });
  await must(machine, "dpkg", "--install", "/opt/agent.deb");
}

async function expectAnswers(machine: Machine, { answers }: Variant): Promise<void> {
  for (const [command, expected] of Object.entries(answers)) {
    const { code, stdout } = await ask(machine, "127.0.0.1", command);
    assertEquals(code, 0, `${command}: ${stdout}`);
    assertMatch(stdout, expected, command);
  }
}

async function verify(machine: Machine, variant: Variant, folder: string): Promise<string> {
  step("install and start");
  // The check `write` must be able to write as each user of the units.
  await must(machine, "install", "-d", "-m", "0777", "/var/lib/shop");
  await install(machine, variant, folder);
  await until("the first answer", () => answers(machine));
  assertEquals(await property(machine, "ActiveState"), "active");
  await expectAnswers(machine, variant);

  step("an address that appears after the start");
  assertEquals(await answers(machine, lateAddress), false);
  await must(machine, "ip", "address", "add", `${lateAddress}/32`, "dev", "lo");
  await until(
    "an answer of the late address",
    () => answers(machine, lateAddress),
    lateMilliseconds,
  );

  step("reload");
  const pid = await property(machine, "MainPID");
  await must(machine, "systemctl", "reload", unit);
  const logOf = ["journalctl", "--no-pager", "--boot", "--unit", unit, `_PID=${pid}`];
  await until(
    "the reload in the log",
    async () => / info reload /.test(await must(machine, ...logOf)),
  );
  assertEquals(await property(machine, "MainPID"), pid);
  await expectAnswers(machine, variant);

  step("restart");
  await must(machine, "systemctl", "restart", unit);
  const next = await property(machine, "MainPID");
  assert(next !== pid);
  await expectAnswers(machine, variant);

  step("death of the daemon");
  await must(machine, "systemctl", "kill", "--kill-whom=main", "--signal=KILL", unit);
  await until(
    "another daemon",
    async () => await property(machine, "MainPID") !== next && await answers(machine),
  );
  await expectAnswers(machine, variant);

  step("invalid settings");
  await Deno.writeTextFile(`${machine.root}${settingsFile}`, "lisen: 127.0.0.1\n");
  assert((await machine.run("systemctl", "restart", unit)).code !== 0);
  await until("the failed unit", async () => await property(machine, "ActiveState") === "failed");
  assertEquals(await property(machine, "ExecMainStatus"), "3");

  step("score");
  await Deno.writeTextFile(`${machine.root}${settingsFile}`, "");
  await must(machine, "systemctl", "start", unit);
  const { stdout } = await machine.run("systemd-analyze", "--no-pager", "security", unit);
  const [, score] = /Overall exposure level for \S+: ([\d.]+)/.exec(stdout) ?? [];
  assert(score !== undefined, stdout);

  step("stop");
  await must(machine, "systemctl", "stop", unit);
  assertEquals(await property(machine, "ExecMainStatus"), "0");
  assertEquals(await answers(machine), false);
  const { stdout: left } = await machine.run("pgrep", "--list-full", "--full", "lib/checkwright");
  assertEquals(left, "");
  return score;
}

/** Checks what does not depend on the agent. */
async function verifyOnce(machine: Machine): Promise<void> {
  step("a name in listen that resolves after the start");
  await must(machine, "ip", "address", "add", `${lateNameAddress}/32`, "dev", "lo");
  const hosts = `${machine.root}/etc/hosts`;
  await Deno.writeTextFile(hosts, "127.0.0.1 localhost\n");
  await Deno.writeTextFile(
    `${machine.root}${settingsFile}`,
    `listen: ["127.0.0.1:${port}", "${lateName}:${port}"]\n`,
  );
  await must(machine, "systemctl", "start", unit);
  assert(await answers(machine));
  assertEquals(await answers(machine, lateNameAddress), false);
  await Deno.writeTextFile(hosts, `\n${lateNameAddress} ${lateName}\n`, { append: true });
  await until(
    "an answer at the late name",
    () => answers(machine, lateNameAddress),
    lateMilliseconds,
  );
  assert(await answers(machine));

  step("only a name that does not resolve");
  await Deno.writeTextFile(hosts, "127.0.0.1 localhost\n");
  await Deno.writeTextFile(`${machine.root}${settingsFile}`, `listen: "${lateName}:${port}"\n`);
  await machine.run("systemctl", "restart", "--no-block", unit);
  await until("a restart", async () => Number(await property(machine, "NRestarts")) > 1, 30_000);
  await Deno.writeTextFile(hosts, `\n${lateNameAddress} ${lateName}\n`, { append: true });
  await until("an answer at the name", () => answers(machine, lateNameAddress), lateMilliseconds);

  step("watchdog");
  const pid = await property(machine, "MainPID");
  await must(machine, "kill", "-STOP", pid);
  await until(
    "another daemon",
    async () =>
      await property(machine, "MainPID") !== pid && await answers(machine, lateNameAddress),
    watchdogMilliseconds,
  );
}

async function main(): Promise<void> {
  const missing = needed.filter(isMissing);
  if (Deno.uid() !== 0 || missing.length > 0) {
    throw new Error(`Cannot boot a machine: run as root, with ${needed.join(", ")}`);
  }
  const [given, suite = "bookworm", mirror = "http://deb.debian.org/debian"] = Deno.args;
  const scratch = await Deno.makeTempDir({ prefix: "checkwright-systemd-" });
  const root = given ?? `${scratch}/root`;
  const scores: [string, string][] = [];
  try {
    console.log(`installing ${suite} in ${root}, unless it is there`);
    await buildRoot(root, suite, mirror);
    await Deno.copyFile(Deno.execPath(), `${root}/usr/local/bin/deno`);
    await using machine = await boot(root);
    await machine.run("dpkg", "--purge", "checkwright-agent");
    await must(
      machine,
      "sh",
      "-c",
      "echo 'checkwright ALL=(root) NOPASSWD: /usr/bin/id' >/etc/sudoers.d/agent",
    );
    // Only root may read it.
    await must(machine, "install", "-d", "-m", "0700", "/etc/credstore");
    await Deno.writeTextFile(`${root}/etc/credstore/${secretName}`, "abcd-1234\n", { mode: 0o600 });
    try {
      for (const variant of variants) {
        console.log(variant.name);
        await machine.run("ip", "address", "delete", `${lateAddress}/32`, "dev", "lo");
        await machine.run("rm", "-f", writtenFile, settingsFile);
        scores.push([variant.name, await verify(machine, variant, scratch)]);
        if (variant.name === "plugins") await verifyOnce(machine);
        await must(machine, "dpkg", "--purge", "checkwright-agent");
      }
    } catch (error) {
      const { stdout } = await machine.run(
        "journalctl",
        "--no-pager",
        "--lines=60",
        "--unit",
        unit,
      );
      console.error(stdout);
      throw error;
    }
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
  console.log("scores of systemd-analyze security:");
  for (const [name, score] of scores) console.log(`  ${score}  ${name}`);
}

await main();
