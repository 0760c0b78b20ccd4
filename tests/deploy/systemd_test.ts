import { disk } from "../../checks/mod.ts";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { describeAgent } from "../../src/agent/describe_agent.ts";
import type { Manifest } from "../../src/agent/manifest.ts";
import { systemdUnit } from "../../src/deploy/systemd.ts";
import {
  type AgentInput,
  defineAgent,
  defineCheck,
  ok,
  type Permissions,
  plugin,
  shell,
} from "../../src/mod.ts";
import { isMissing } from "../tools.ts";
import { runToEnd } from "../waiting.ts";

function manifestOf(input: AgentInput): Manifest {
  return describeAgent(defineAgent(input)).manifest;
}

function check(permissions: Permissions, isolation: "worker" | "process" = "worker") {
  return defineCheck({ description: "A check", permissions, run: () => "fine" })({}, { isolation });
}

/** An agent with checks only, as most agents are. */
const checksOnly: AgentInput = {
  listen: "0.0.0.0",
  allowedHosts: ["10.0.0.0/8", "::ffff:192.0.2.1", "2001:db8::1/32"],
  commands: {
    check_load: check({ sys: ["loadavg"] }),
    check_queue: check({ net: ["127.0.0.1:6379", "[2001:db9::1]:80"] }),
    check_spool: check({ read: ["/var/spool/mail"], write: ["/var/lib/spool check"] }),
  },
};

/** An agent with a plugin. The files and hosts that a plugin accesses are unknown. */
const withPlugins: AgentInput = {
  allowedHosts: ["10.0.0.0/8"],
  commands: { check_raid: plugin(["/usr/lib/nagios/plugins/check_raid", "-p", "$ARG1$"]) },
};

Deno.test("systemdUnit() forbids everything except what checks declare", {
  permissions: "none",
}, () => {
  assertEquals(
    systemdUnit(manifestOf(checksOnly)),
    `# Written by Checkwright: it permits what the agent's commands declare. If settings of this host
# add plugins, allowed hosts or ports below 1024, permit more with: systemctl edit checkwright
[Unit]
Description=Checkwright monitoring agent (NRPE)
After=network.target
# systemd gives up within seconds if every start fails, but never if the daemon fails rarely.
# A check can end the daemon twice before it is quarantined.
StartLimitIntervalSec=60s
StartLimitBurst=26

[Service]
Type=notify
NotifyAccess=main
ExecStart=/usr/lib/checkwright/checkwright
# Uses the kill command of the shell, because a minimal system has no /bin/kill.
ExecReload=/bin/sh -c 'kill -HUP \$\$MAINPID'
# Engines retry a refused connection after a second or more. By then the next daemon listens.
Restart=on-failure
RestartSec=100ms
# Exit code 75: too many workers are abandoned, and only a restart can end them.
RestartForceExitStatus=75
# Exit code 2: the environment has an error, such as an address in use, that may go away. The
# daemon waits 5 s before it exits, so that systemd does not give up.
# Exit code 3: the settings have an error that a restart does not fix. The log contains it.
RestartPreventExitStatus=3
TimeoutStartSec=30s
WatchdogSec=30s
# At SIGTERM the daemon waits up to 10 s for running commands; their plugins get no signal.
KillMode=mixed
TimeoutStopSec=15s

DynamicUser=yes
CapabilityBoundingSet=
AmbientCapabilities=
NoNewPrivileges=yes
RestrictSUIDSGID=yes
KeyringMode=private
UMask=0077

StateDirectory=checkwright
StateDirectoryMode=0700
RuntimeDirectory=checkwright
ConfigurationDirectory=checkwright
ProtectSystem=strict
# Writable paths, if they exist at the start, and if the user has write permission.
ReadWritePaths="-/var/lib/spool check"
ProtectHome=yes
PrivateTmp=yes
PrivateMounts=yes
PrivateDevices=yes
ProtectProc=invisible
ProcSubset=all
RemoveIPC=yes

ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
LockPersonality=yes
RestrictNamespaces=yes
RestrictRealtime=yes
# MemoryDenyWriteExecute= is impossible: V8 compiles JavaScript to machine code at run time.
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM

RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
# This host, allowed hosts, and hosts that checks connect to. Other packets are dropped.
IPAddressDeny=any
IPAddressAllow=localhost
IPAddressAllow=10.0.0.0/8
IPAddressAllow=192.0.2.1/32
IPAddressAllow=2001:db8::1/32
IPAddressAllow=2001:db9::1/128

LimitNOFILE=4896
LimitCORE=0
TasksMax=640
MemoryMax=1024M
# If the kernel kills a child process because memory is low, the daemon continues.
OOMPolicy=continue

[Install]
WantedBy=multi-user.target
`,
  );
});

Deno.test("systemdUnit() permits what the commands need", { permissions: "none" }, () => {
  const anything = { a: () => ok("fine") };
  const raid = "/usr/lib/nagios/plugins/check_raid";
  const table: [AgentInput, present: string[], absent: string[]][] = [
    [
      {
        commands: {
          token: check({ read: ["/run/credentials/checkwright.service/shop-token"] }),
          other: check({ read: ["/run/credentials/other.service/x", "/etc/shop-token"] }),
        },
      },
      ["LoadCredential=shop-token"],
      ["LoadCredential=x"],
    ],
    [{ commands: anything }, [
      "After=network.target",
      "ProcSubset=pid",
      "ProtectProc=invisible",
      "IPAddressAllow=localhost",
      "MemoryMax=1024M",
      "LimitNOFILE=4896",
    ], ["IPAddressAllow=127.0.0.0/8", "Wants=network-online.target", "LoadCredential="]],
    [{ commands: anything, limits: { connections: 10_000 } }, ["LimitNOFILE=10800"], []],
    [{ commands: anything, listen: "10.0.0.1" }, ["After=network-online.target"], []],
    [{ commands: anything, listen: ["[::]:566"] }, [
      "CapabilityBoundingSet=CAP_NET_BIND_SERVICE",
      "AmbientCapabilities=CAP_NET_BIND_SERVICE",
      "DynamicUser=yes",
    ], ["CapabilityBoundingSet="]],
    [{ commands: anything, listen: "127.0.0.1:0" }, ["CapabilityBoundingSet="], []],
    [
      { commands: anything, tls: { cert: "/etc/a.pem", key: "/etc/b.pem" } },
      ["# in SupplementaryGroups=.", "ProtectHome=yes"],
      [],
    ],
    [
      { commands: anything, tls: { cert: "/root/a.pem", key: "/root/b.pem" } },
      ["ProtectHome=read-only"],
      [],
    ],
    [{ commands: anything, state: "/var/lib/agent/one" }, ["StateDirectory=agent/one"], []],
    [
      { commands: anything, state: "/var/lib/../x" },
      ["StateDirectory=checkwright", "ReadWritePaths=-/var/x"],
      [],
    ],
    [{ commands: anything, allowedHosts: ["0.0.0.0/0"] }, ["IPAddressAllow=0.0.0.0/0"], []],
    [{ commands: anything, allowedHosts: [] }, ["IPAddressDeny=any"], []],
    [
      { commands: anything, allowedHosts: ["engine.example"] },
      ["# No address filter: an allowed host is a name, not an address."],
      ["IPAddressDeny=any", "IPAddressAllow=localhost"],
    ],
    ...["db.example:5432", "db.example"].map((host) =>
      [{ commands: { a: check({ net: [host] }) } }, [
        "# No address filter: a check connects to a host by name, not by address.",
      ], ["IPAddressDeny=any"]] as [AgentInput, string[], string[]]
    ),
    [
      { commands: { a: check({ net: ["192.0.2.7", "198.51.100.0/24", "localhost:80"] }) } },
      ["IPAddressAllow=192.0.2.7/32", "IPAddressAllow=198.51.100.0/24"],
      [],
    ],
    [{ commands: { a: check({ run: ["/bin/ps"] }) } }, [
      "ProtectProc=default",
      "ProtectHome=yes",
      "IPAddressDeny=any",
      "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
    ], []],
    [{ commands: { a: check({ run: ["/usr/bin/curl"] }) } }, [
      "# No address filter: its plugins and programs may use any address.",
      "ProtectHome=read-only",
    ], ["IPAddressDeny=any"]],
    [{ commands: { a: check({ sys: ["networkInterfaces"] }) } }, [
      "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
    ], []],
    [{ commands: { a: check({ proc: ["stat"] }) }, procfs: "/run/checkwright/proc" }, [
      "BindReadOnlyPaths=/proc:/run/checkwright/proc",
      "ProtectProc=invisible",
      "ProcSubset=all",
    ], []],
    [{ commands: { a: check({ proc: ["1/status"] }) }, procfs: "/proc" }, [
      "ProtectProc=default",
    ], ["BindReadOnlyPaths=/proc:/proc"]],
    [{ commands: { a: check({ read: ["/home/app/queue"] }) } }, ["ProtectHome=read-only"], []],
    [{ commands: { a: check({ read: ["/"] }) } }, ["ProtectHome=yes"], []],
    [{ commands: { a: check({ read: ["/srv/home/x", "/homes"] }) } }, ["ProtectHome=yes"], []],
    [{ commands: { a: check({ read: ["/tmp"] }) } }, ["PrivateTmp=yes", "DynamicUser=yes"], []],
    [
      { commands: { a: check({ read: ["/var/tmp/x"] }) } },
      ["PrivateTmp=no", "User=checkwright"],
      ["DynamicUser=yes", "ReadWritePaths=-/tmp"],
    ],
    ...["cat </tmp/x", "cat -f/tmp/x", 'cat "/tmp/x"'].map((line) =>
      [{ commands: { a: shell(line) } }, ["PrivateTmp=no", "ReadWritePaths=-/tmp"], [
        "DynamicUser=yes",
      ]] as [AgentInput, string[], string[]]
    ),
    [{ commands: { a: plugin([raid, "/srv/tmp/x"]) } }, [
      "DynamicUser=yes",
      "PrivateTmp=yes",
      "PrivateDevices=yes",
      "# No MemoryMax=, because the memory that plugins and programs need is unknown.",
      "TasksMax=2688",
      "LimitNOFILE=4896",
    ], []],
    [{ commands: { a: plugin([raid, "-d", "/dev/sda"]) } }, ["PrivateDevices=no"], []],
    [{ commands: { a: disk({ path: "/dev/sda1", warning: "10%" }) } }, ["PrivateDevices=no"], [
      "# No MemoryMax=, because the memory that plugins and programs need is unknown.",
    ]],
    [{ commands: { a: disk({ path: "/dev/shm", warning: "10%" }) } }, ["PrivateDevices=yes"], []],
    [{ commands: { a: shell("du -s /srv 2>/dev/null") } }, ["PrivateDevices=yes"], []],
    [{ commands: { a: plugin([raid], { user: "monitor" }) } }, [
      "User=root",
      "CapabilityBoundingSet=CAP_KILL CAP_SETGID CAP_SETUID",
      "AmbientCapabilities=",
      "SystemCallFilter=@setuid capset",
      "NoNewPrivileges=yes",
    ], ["DynamicUser=yes", "CapabilityBoundingSet="]],
    [{ commands: { a: plugin(["/usr/bin/ping", "-c1", "$ARG1$"]) } }, [
      "DynamicUser=yes",
      "CapabilityBoundingSet=CAP_NET_RAW",
      "AmbientCapabilities=CAP_NET_RAW",
      "# Needs the capabilities above: /usr/bin/ping. Every command has them, so that",
      "NoNewPrivileges=yes",
      "RestrictSUIDSGID=yes",
      "SystemCallFilter=@setuid capset",
      "SystemCallFilter=~@privileged @resources",
    ], ["CapabilityBoundingSet=", "NoNewPrivileges=no"]],
    [{ commands: { a: plugin(["/usr/bin/ping"], { user: "monitor" }) } }, [
      "User=root",
      "CapabilityBoundingSet=CAP_KILL CAP_NET_RAW CAP_SETGID CAP_SETUID",
      "AmbientCapabilities=",
      "NoNewPrivileges=no",
    ], ["NoNewPrivileges=yes"]],
    [{ commands: { a: plugin([raid]) }, pluginPrefix: ["/usr/bin/sudo", "-n"], listen: ":80" }, [
      "User=checkwright",
      "# Becomes another user: /usr/bin/sudo.",
      "CapabilityBoundingSet=CAP_AUDIT_WRITE CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_KILL " +
      "CAP_NET_BIND_SERVICE CAP_SETGID CAP_SETUID CAP_SYS_RESOURCE",
      "AmbientCapabilities=CAP_NET_BIND_SERVICE",
      "NoNewPrivileges=no",
      "RestrictSUIDSGID=no",
      "ReadWritePaths=-/run/sudo",
      "ProtectSystem=strict",
    ], ["DynamicUser=yes", "NoNewPrivileges=yes"]],
    [{
      commands: {
        a: check({ write: ["/srv/app/data/x.json", "/srv/app/spool", "/etc/y.json", "/z.d/q"] }),
      },
    }, [
      "ReadWritePaths=-/srv/app/data/x.json",
      "ReadWritePaths=-/srv/app/data",
      "ReadWritePaths=-/srv/app/spool",
      "ReadWritePaths=-/etc/y.json",
      "ReadWritePaths=-/z.d/q",
    ], ["ReadWritePaths=-/srv/app", "ReadWritePaths=-/etc", "ReadWritePaths=-/z.d"]],
    [
      {
        commands: { a: check({}, "process"), b: check({}, "process") },
        limits: { sandboxes: 32 },
      },
      ["MemoryMax=1408M"],
      [],
    ],
  ];
  for (const [input, present, absent] of table) {
    const lines = systemdUnit(manifestOf(input)).split("\n");
    const about = JSON.stringify(input);
    for (const line of present) assert(lines.includes(line), `${about} lacks ${line}`);
    for (const line of absent) assert(!lines.includes(line), `${about} has ${line}`);
  }
});

Deno.test(
  "A unit that allows new privileges has no setting that forbids them for another user than root",
  {
    permissions: "none",
  },
  () => {
    // Each of these implies NoNewPrivileges=yes for a service with User=, see systemd.exec(5).
    const implying = [
      ...["SystemCallFilter", "SystemCallArchitectures", "RestrictAddressFamilies", "DynamicUser"],
      ...["RestrictNamespaces", "ProtectKernelTunables", "ProtectKernelModules", "ProtectHostname"],
      ...["ProtectKernelLogs", "ProtectClock", "MemoryDenyWriteExecute", "RestrictRealtime"],
      "LockPersonality",
    ];
    const sudo = ["/usr/bin/sudo", "-n", "/usr/sbin/smartctl"];
    for (const commands of [{ a: plugin(sudo) }, { a: shell("sudo -n /usr/sbin/smartctl") }]) {
      const lines = systemdUnit(manifestOf({ commands })).split("\n");
      const found = lines.filter((line) => implying.includes(line.split("=")[0]!));
      assertEquals(found, []);
      for (const off of ["PrivateDevices=no", "RestrictSUIDSGID=no"]) {
        assert(
          lines.includes(off),
          off,
        );
      }
    }
  },
);

Deno.test("systemdUnit() quotes paths so that systemd reads them unchanged", {
  permissions: "none",
}, () => {
  const table = [
    ["/srv/a+b@c~d", "ReadWritePaths=-/srv/a+b@c~d"],
    ["/srv/a b", 'ReadWritePaths="-/srv/a b"'],
    ["/srv/100%n", 'ReadWritePaths="-/srv/100%%n"'],
    ['/srv/"a\\b', 'ReadWritePaths="-/srv/\\"a\\\\b"'],
    ["/srv/$HOME;#", 'ReadWritePaths="-/srv/$HOME;#"'],
    ["/srv/../etc//x/", "ReadWritePaths=-/etc/x/"],
  ] as const;
  for (const [path, line] of table) {
    assertStringIncludes(
      systemdUnit(manifestOf({ commands: { a: check({ write: [path] }) } })),
      `\n${line}\n`,
    );
  }
  assertStringIncludes(
    systemdUnit(manifestOf({ commands: { a: check({ proc: ["stat"] }) }, procfs: "/run/a:b" })),
    '\nBindReadOnlyPaths=/proc:"/run/a:b"\n',
  );
});

Deno.test("systemdUnit() refuses a path with control characters, and an unusual program folder", {
  permissions: "none",
}, () => {
  for (const path of ["/srv/x\nExecStartPre=/bin/evil", "/srv/\r", "/srv/\x85", "/srv/\ud800"]) {
    // An agent with such a path is refused earlier, but the unit must not rely on that.
    const manifest = manifestOf({ commands: { a: check({ write: ["/srv/x"] }) } });
    const commands = JSON.parse(
      JSON.stringify(manifest.commands).replace('"/srv/x"', JSON.stringify(path)),
    );
    assertThrows(
      () => systemdUnit({ ...manifest, commands }),
      RangeError,
      "to a unit: expected an absolute path",
    );
  }
  for (const directory of ["lib", "/a b", "/a%n", "/a$b", "/a/../b", "/a/", "/", '/"', "/a\nb"]) {
    assertThrows(
      () => systemdUnit(manifestOf(checksOnly), { directory }),
      RangeError,
      "expected an absolute path that contains only letters, digits and",
    );
  }
});

const systemdAnalyze = "/usr/bin/systemd-analyze";

/** Agents for every kind of unit. */
const kinds: Record<string, AgentInput> = {
  checksOnly,
  withPlugins,
  root: {
    listen: "10.0.0.1:566",
    commands: { a: plugin(["/usr/bin/true"], { user: "monitor" }) },
  },
  named: { commands: { a: shell("cat </tmp/x") } },
  sudo: { commands: { a: plugin(["/usr/bin/sudo", "-n", "/usr/sbin/smartctl"]) } },
  ping: { commands: { a: plugin(["/usr/bin/ping", "-c1", "192.0.2.1"]) } },
  odd: {
    allowedHosts: ["engine.example"],
    procfs: "/run/check wright/proc:1",
    commands: { a: check({ proc: ["stat"], write: ['/srv/a b%n"c\\d', "/srv/ü$"] }, "process") },
  },
};

/** Runs `systemd-analyze` on a unit in a folder that also contains its program. */
async function analyze(input: AgentInput, args: string[]): Promise<[code: number, output: string]> {
  const directory = await Deno.makeTempDir({ prefix: "checkwright-test-" });
  try {
    await Deno.writeTextFile(`${directory}/checkwright`, "#!/bin/sh\n", { mode: 0o755 });
    const unit = `${directory}/checkwright.service`;
    await Deno.writeTextFile(unit, systemdUnit(manifestOf(input), { directory }));
    const { code, stdout, stderr } = await runToEnd(systemdAnalyze, {
      args: [...args, unit],
      env: { LC_ALL: "C.UTF-8", SYSTEMD_LOG_TARGET: "console" },
    });
    const decoder = new TextDecoder();
    return [code, decoder.decode(stderr) + decoder.decode(stdout)];
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("systemd-analyze accepts every kind of unit without a warning", {
  ignore: isMissing(systemdAnalyze),
}, async () => {
  for (const [kind, input] of Object.entries(kinds)) {
    assertEquals(await analyze(input, ["verify", "--man=no"]), [0, ""], kind);
  }
});

Deno.test("systemd-analyze security scores every kind of unit low", {
  ignore: isMissing(systemdAnalyze),
}, async () => {
  // 0 is best, 10 is worst. A service without any hardening has 9.6.
  const bounds = { checksOnly: 1.5, withPlugins: 2, named: 2, root: 3, ping: 2.5, sudo: 7 };
  for (const [kind, bound] of Object.entries(bounds)) {
    const [, output] = await analyze(kinds[kind]!, ["security", "--offline=true", "--no-pager"]);
    const score = Number(
      /Overall exposure level for checkwright.service: ([\d.]+)/.exec(output)?.[1],
    );
    assert(score <= bound, `${kind}: ${score}`);
  }
});
