import { assertEquals } from "@std/assert";
import { describeAgent } from "../../src/agent/describe_agent.ts";
import { describeGains, knownGains } from "../../src/agent/gained_privileges.ts";
import { type AgentInput, defineAgent, defineCheck, plugin, shell } from "../../src/mod.ts";

function gainsOf(input: AgentInput): string[] {
  const { manifest } = describeAgent(defineAgent(input));
  return knownGains(manifest).map(({ program, capabilities }) =>
    `${program} ${capabilities ?? "user"}`
  );
}

Deno.test(
  "knownGains() finds programs that gain privileges, in plugins, prefixes, shell lines and checks",
  {
    permissions: "none",
  },
  () => {
    const raw = "CAP_NET_RAW";
    const run = (path: string) =>
      defineCheck({ description: "x", permissions: { run: [path] }, run: () => "" });
    const table: [AgentInput["commands"][string], gains: string[]][] = [
      [plugin(["/usr/bin/sudo", "-n", "/opt/check_raid"]), ["/usr/bin/sudo user"]],
      [plugin(["/usr/bin/env", "A=B", "/usr/bin/sudo", "-n", "/opt/x"]), ["/usr/bin/sudo user"]],
      [plugin(["/usr/bin/timeout", "5", "/bin/ping", "::1"]), [`/bin/ping ${raw}`]],
      [plugin(["/usr/lib/nagios/plugins/check_icmp"]), [
        `/usr/lib/nagios/plugins/check_icmp ${raw}`,
      ]],
      [plugin(["/opt/check_dhcp"]), [`/opt/check_dhcp CAP_NET_BIND_SERVICE,${raw}`]],
      [plugin(["/opt/check_file_age", "-f", "/usr/bin/sudo"]), []],
      [plugin(["/opt/check_sudo"]), []],
      [shell("df | grep x; sudo -n cat /x"), ["sudo user"]],
      [shell("x=$(/bin/ping -c1 h) && echo sudo"), [`/bin/ping ${raw}`]],
      [shell("echo sudo"), []],
      [run("/usr/bin/fping"), [`/usr/bin/fping ${raw}`]],
      [run("/usr/bin/ps"), []],
    ];
    for (const [command, gains] of table) {
      assertEquals(gainsOf({ commands: { a: command } }), gains);
    }
    assertEquals(
      gainsOf({ pluginPrefix: ["/usr/bin/doas"], commands: { a: plugin(["/opt/check_icmp"]) } }),
      ["/usr/bin/doas user", `/opt/check_icmp ${raw}`],
    );
  },
);

Deno.test("describeGains() returns one line for each program", { permissions: "none" }, () => {
  assertEquals(
    describeGains([
      { command: "raid", program: "/usr/bin/sudo" },
      { command: "net", program: "/bin/ping", capabilities: ["CAP_NET_RAW"] },
    ]),
    [
      "raid starts /usr/bin/sudo, which becomes another user: the systemd unit allows new privileges " +
      "and no system call filter",
      "net starts /bin/ping, which needs CAP_NET_RAW: the systemd unit grants it to all commands",
    ],
  );
});
