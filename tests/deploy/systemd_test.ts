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

/** Checks alone, as most agents are. */
const checksOnly: AgentInput = {
  listen: "0.0.0.0",
  allowedHosts: ["10.0.0.0/8", "::ffff:192.0.2.1", "2001:db8::1/32"],
  commands: {
    check_load: check({ sys: ["loadavg"] }),
    check_queue: check({ net: ["127.0.0.1:6379", "[2001:db9::1]:80"] }),
    check_spool: check({ read: ["/var/spool/mail"], write: ["/var/lib/spool check"] }),
  },
};

/** Plugins, of which nobody knows what they touch. */
const withPlugins: AgentInput = {
  allowedHosts: ["10.0.0.0/8"],
  commands: { check_raid: plugin(["/usr/lib/nagios/plugins/check_raid", "-p", "$ARG1$"]) },
};

Deno.test("systemdUnit() shuts every door but those that checks declare", {
  permissions: "none",
}, () => {
  assertEquals(
    systemdUnit(manifestOf(checksOnly)),
    `# Written by Checkwright from what the commands of the agent declare. Settings of a host that add
# plugins, allowed hosts or ports below 1024 ask for more: systemctl edit checkwright
[Unit]
Description=Checkwright monitoring agent (NRPE)
After=network.target
# What dies at each start is given up within seconds; what dies now and then never is.
StartLimitIntervalSec=60s
StartLimitBurst=20

[Service]
Type=notify
NotifyAccess=main
ExecStart=/usr/lib/checkwright/checkwright
# The shell has a kill of its own: a minimal system has no other.
ExecReload=/bin/sh -c 'kill -HUP \$\$MAINPID'
# An engine that is refused asks again after a second or more: by then another one listens.
Restart=on-failure
RestartSec=100ms
# With 75 it makes way for another, since what runs in it can be ended in no other way.
RestartForceExitStatus=75
# 3 is a fault in the settings, which no start mends; what it is, the log says.
RestartPreventExitStatus=3
TimeoutStartSec=30s
WatchdogSec=30s
# At SIGTERM it finishes what runs within 10 s; plugins are not signalled meanwhile.
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
# What may be written, as far as it is there at the start and the user may.
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
# MemoryDenyWriteExecute= is impossible: V8 compiles JavaScript to memory that it then runs.
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM

RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
# This host, who may ask, and what checks may talk to. Packets of others are dropped.
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
# One child that runs out of memory is no reason to stop all others.
OOMPolicy=continue

[Install]
WantedBy=multi-user.target
`,
  );
});

Deno.test("systemdUnit() follows what the commands need", { permissions: "none" }, () => {
  const anything = { a: () => ok("fine") };
  const raid = "/usr/lib/nagios/plugins/check_raid";
  const table: [AgentInput, present: string[], absent: string[]][] = [
    [{ commands: anything }, [
      "After=network.target",
      "ProcSubset=pid",
      "ProtectProc=invisible",
      "IPAddressAllow=localhost",
      "MemoryMax=1024M",
      "LimitNOFILE=4896",
    ], ["IPAddressAllow=127.0.0.0/8", "Wants=network-online.target"]],
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
      ["# SupplementaryGroups=.", "ProtectHome=yes"],
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
      ["# No filter of addresses: an allowed host is a name, which is looked up."],
      ["IPAddressDeny=any", "IPAddressAllow=localhost"],
    ],
    ...["db.example:5432", "*.example", "vsock:2:1"].map((host) =>
      [{ commands: { a: check({ net: [host] }) } }, [
        "# No filter of addresses: a check talks to a host by its name, which is looked up.",
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
      "# No filter of addresses: what it starts may talk to anybody.",
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
      "# No MemoryMax=: what the programs need that it starts is not known here.",
      "TasksMax=2688",
      "LimitNOFILE=4896",
    ], []],
    [{ commands: { a: plugin([raid, "-d", "/dev/sda"]) } }, ["PrivateDevices=no"], []],
    [{ commands: { a: shell("du -s /srv 2>/dev/null") } }, ["PrivateDevices=yes"], []],
    [{ commands: { a: plugin([raid], { user: "monitor" }) } }, [
      "User=root",
      "CapabilityBoundingSet=CAP_KILL CAP_SETGID CAP_SETUID",
      "AmbientCapabilities=",
      "SystemCallFilter=@setuid",
      "NoNewPrivileges=yes",
    ], ["DynamicUser=yes", "CapabilityBoundingSet="]],
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

Deno.test("systemdUnit() writes paths so that systemd reads them back", {
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

Deno.test("systemdUnit() refuses a path that would be another line, or that it cannot start from", {
  permissions: "none",
}, () => {
  for (const path of ["/srv/x\nExecStartPre=/bin/evil", "/srv/\r", "/srv/\x85", "/srv/\ud800"]) {
    assertThrows(
      () => systemdUnit(manifestOf({ commands: { a: check({ write: [path] }) } })),
      RangeError,
      "into a unit: expected an absolute path",
    );
  }
  for (const directory of ["lib", "/a b", "/a%n", "/a$b", "/a/../b", "/a/", "/", '/"', "/a\nb"]) {
    assertThrows(
      () => systemdUnit(manifestOf(checksOnly), { directory }),
      RangeError,
      "Cannot start a program below",
    );
  }
});

const systemdAnalyze = "/usr/bin/systemd-analyze";

/** Every kind of unit there is. */
const kinds: Record<string, AgentInput> = {
  checksOnly,
  withPlugins,
  root: {
    listen: "10.0.0.1:566",
    commands: { a: plugin(["/usr/bin/true"], { user: "monitor" }) },
  },
  named: { commands: { a: shell("cat </tmp/x") } },
  odd: {
    allowedHosts: ["engine.example"],
    procfs: "/run/check wright/proc:1",
    commands: { a: check({ proc: ["stat"], write: ['/srv/a b%n"c\\d', "/srv/ü$"] }, "process") },
  },
};

/** Has `systemd-analyze` look at a unit as it is installed, with its program beside it. */
async function analyze(input: AgentInput, args: string[]): Promise<[code: number, said: string]> {
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

Deno.test("The real systemd-analyze accepts every kind of unit, without a word", {
  ignore: isMissing(systemdAnalyze),
}, async () => {
  for (const [kind, input] of Object.entries(kinds)) {
    assertEquals(await analyze(input, ["verify", "--man=no"]), [0, ""], kind);
  }
});

Deno.test("The real systemd-analyze finds little that is exposed", {
  ignore: isMissing(systemdAnalyze),
}, async () => {
  // Of 10; 9.6 is a service without any hardening.
  const bounds = { checksOnly: 1.5, withPlugins: 2, named: 2, root: 3 };
  for (const [kind, bound] of Object.entries(bounds)) {
    const [, said] = await analyze(kinds[kind]!, ["security", "--offline=true", "--no-pager"]);
    const score = Number(
      /Overall exposure level for checkwright.service: ([\d.]+)/.exec(said)?.[1],
    );
    assert(score <= bound, `${kind}: ${score}`);
  }
});
