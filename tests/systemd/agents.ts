/** The agents that are installed on the machine, one for each kind of unit. */

/** An address that the machine gets after the start of the daemon. */
export const lateAddress = "10.99.0.5";

/** A host name that resolves after the start of the daemon, and its address. */
export const lateName = "late.example";
export const lateNameAddress = "10.99.0.6";

/** The file that the check `write` writes. */
export const writtenFile = "/var/lib/shop/count.json";

/** An agent, and the answers to its commands. */
export interface Variant {
  readonly name: string;
  /** The entries of `commands`. */
  readonly commands: Readonly<Record<string, string>>;
  /** The first line of each answer; the state must be OK. */
  readonly answers: Readonly<Record<string, RegExp>>;
}

const write = `defineCheck({
  description: "Writes a file",
  permissions: { read: ["${writtenFile}"], write: ["${writtenFile}"] },
  async run() {
    const before = await Deno.readTextFile("${writtenFile}").catch(() => "0");
    await Deno.writeTextFile("${writtenFile}", String(Number(before) + 1));
    return "count " + await Deno.readTextFile("${writtenFile}");
  },
})`;

/** The secret that systemd passes to the service, and one without a file. */
export const secretName = "shop-token";
const absentName = "absent-token";

const secret = (name: string) =>
  `defineCheck({
  description: "Uses a secret",
  options: { token: option.secret({ description: "Token", required: true }) },
  run: ({ token }) => "length " + token.length,
})({ token: { file: "/run/credentials/checkwright.service/${name}" } })`;

const checks = {
  secret: secret(secretName),
  absent: secret(absentName),
  check_load: 'load({ warning: "1000", critical: "2000" })',
  check_users: 'users({ warning: "1000", critical: "2000" })',
  check_disk: 'disk({ path: "/", warning: "0%", critical: "0%" })',
  // These two read /proc, which the unit mounts at another path.
  check_memory: "memory({ warning: 100, critical: 100 })",
  check_uptime: 'uptime({ critical: "0:" })',
  isolated: 'defineCheck({ description: "x", run: () => "alone" })({}, { isolation: "process" })',
  write,
};
const checksAnswers = {
  secret: /^length 9/,
  check_load: /^LOAD OK - /,
  check_users: /^USERS OK - /,
  check_disk: /^DISK OK - free space: \/ /,
  check_memory: /^OK - [\d.]+% /,
  check_uptime: /^OK: Uptime is /,
  isolated: /^alone/,
  write: /^count \d+/,
};

const ping = 'plugin(["/bin/ping", "-n", "-c1", "127.0.0.1"])';
const pingAnswer = /^PING 127\.0\.0\.1 /;

/** One agent for each kind of unit. */
export const variants: readonly Variant[] = [
  { name: "checks only", commands: checks, answers: checksAnswers },
  {
    name: "plugins",
    commands: {
      ...checks,
      check_all_disks: 'disk({ local: true, warning: "0%", critical: "0%" })',
      check_procs: 'procs({ critical: "1:", command: "systemd" })',
      who: 'plugin(["/usr/bin/id", "-un"])',
    },
    answers: {
      ...checksAnswers,
      check_all_disks: /^DISK OK - free space: .*\/ \d/,
      check_procs: /^PROCS OK: \d+ process/,
      who: /^checkwright/,
    },
  },
  {
    name: "ping",
    commands: { ...checks, ping },
    answers: { ...checksAnswers, ping: pingAnswer },
  },
  {
    name: "sudo and ping",
    commands: { write, ping, sudo: 'plugin(["/usr/bin/sudo", "-n", "/usr/bin/id", "-un"])' },
    answers: { write: checksAnswers.write, ping: pingAnswer, sudo: /^root/ },
  },
  {
    name: "plugins as other users",
    commands: { write, games: 'plugin(["/usr/bin/id", "-un"], { user: "games" })' },
    answers: { write: checksAnswers.write, games: /^games/ },
  },
];

/**
 * Returns the source of an agent.
 *
 * @param variant the agent
 */
export function sourceOf({ commands }: Variant): string {
  const root = new URL("../../", import.meta.url);
  const entries = Object.entries(commands).map(([name, value]) => `    ${name}: ${value},\n`);
  return `
import { defineAgent, defineCheck, option, plugin } from "${root}src/mod.ts";
import { disk, load, memory, procs, uptime, users } from "${root}checks/mod.ts";
void [defineCheck, option, plugin, disk, load, memory, procs, uptime, users];
export default defineAgent({
  listen: ["127.0.0.1:5666", "${lateAddress}:5666"],
  allowedHosts: ["127.0.0.1", "${lateAddress}", "${lateNameAddress}"],
  commands: {
${entries.join("")}  },
});
`;
}
