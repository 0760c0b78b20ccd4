import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { presentProcesses } from "../../../checks/procs/_process_answer.ts";
import { selectProcesses, withoutSelf } from "../../../checks/procs/_process_filter.ts";
import { parseElapsed, parseProcesses, psArguments } from "../../../checks/procs/_process_list.ts";
import { parsePattern } from "../../../checks/_posix_pattern.ts";
import { readProcesses } from "../../../checks/_ps.ts";
import { findUser, ownersOf, parsePasswd } from "../../../checks/procs/_user.ts";
import { procs } from "../../../checks/procs/procs.ts";
import { testCheck } from "../../../src/mod.ts";
import { isMissing } from "../../tools.ts";
import { statusOf } from "../../waiting.ts";

function line(fields: string, comm: string, args: string): string {
  const [stat, uid, user, pid, ppid, vsz, rss, pcpu, etime] = fields.split(" ");
  return `${stat!.padEnd(4)} ${uid!.padStart(5)} ${user!.padEnd(64)} ${pid!.padStart(5)} ` +
    `${ppid!.padStart(5)} ${vsz!.padStart(6)} ${rss!.padStart(5)} ${pcpu!.padStart(4)} ` +
    `${etime!.padStart(11)} ${comm.padEnd(64)} ${args}`;
}

/** The output of procps 4.0: all columns but the last have a fixed width. */
const listed = [
  line("STAT UID USER PID PPID VSZ RSS %CPU ELAPSED", "COMMAND", "COMMAND"),
  line("Ss 0 root 1 0 49980 18824 0.4 2-25:32:01", "systemd", "/sbin/init"),
  line("S 0 root 2 0 0 0 0.0 25:32", "kthreadd", "[kthreadd]"),
  line("I< 0 root 8 2 0 0 0.0 25:32", "kworker/0:0H-ev", "[kworker/0:0H-events_highpri]"),
  line("Ss 0 root 700 1 11036 5148 0.0 10:21", "sshd", "sshd: /usr/sbin/sshd -D"),
  line("Ss 1000 ada 800 1 5384 4428 0.0 01:18:55", "tmux: server", "tmux new -s  two blanks"),
  line("Z 1000 ada 801 800 0 0 0.0 00:07", "sh <defunct>", "[sh] <defunct>"),
  line("Sl 33 www-data 900 1 18455868 172772 101 00:54", "deno", "deno run -A serve.ts"),
  line("Sl 33 www-data 901 900 18228792 48980 2.5 00:50", "deno", "deno run -A child.ts"),
  line("R 33 www-data 999 901 8680 4600 0.0 00:00", "ps", "/bin/ps axwwo stat,uid"),
].join("\n") + "\n";

const processes = parseProcesses(listed);

Deno.test(
  "parseProcesses() parses the output of ps without its heading",
  { permissions: "none" },
  () => {
    assertEquals(processes.map(({ pid }) => pid), [1, 2, 8, 700, 800, 801, 900, 901, 999]);
    assertEquals(processes[4], {
      stat: "Ss",
      uid: 1000,
      user: "ada",
      pid: 800,
      ppid: 1,
      vsz: 5384,
      rss: 4428,
      pcpu: 0,
      elapsed: 4735,
      comm: "tmux: server",
      args: "tmux new -s  two blanks",
    });
    assertEquals(processes[0]?.elapsed, 2 * 86400 + 25 * 3600 + 32 * 60 + 1);
  },
);

Deno.test("parseProcesses() parses a list without arguments", { permissions: "none" }, () => {
  const text = "Ss       0 root   700     1  11036  5148  0.0       10:21 tmux: server\n";
  assertEquals(parseProcesses(text).map(({ comm, args }) => [comm, args]), [["tmux: server", ""]]);
  assertEquals(parseProcesses("garbage\n\n1 2 3\n"), []);
});

Deno.test("parseElapsed() parses every format of ps", { permissions: "none" }, () => {
  const cases: [text: string, seconds: number][] = [
    ["00:07", 7],
    ["59:59", 3599],
    ["01:00:00", 3600],
    ["3-02:01:00", 3 * 86400 + 7260],
    ["123-00:00:00", 123 * 86400],
  ];
  for (const [text, seconds] of cases) assertEquals(parseElapsed(text), seconds, text);
});

Deno.test("psArguments() lists command lines only on request", {
  permissions: "none",
}, () => {
  assertMatch(psArguments(true).join(" "), /^axwwo .*,args$/);
  assertMatch(psArguments(false).join(" "), /^axwwo .*,comm:64$/);
});

Deno.test(
  "withoutSelf() removes this process and its ps, and its parent if command lines are searched",
  {
    permissions: "none",
  },
  () => {
    const searching = { argumentArray: "x" };
    const pids = (self: number, filter: Parameters<typeof withoutSelf>[2]) =>
      withoutSelf(processes, self, filter).map(({ pid }) => pid);
    assertEquals(pids(901, searching), [1, 2, 8, 700, 800, 801]);
    assertEquals(pids(901, {}), [1, 2, 8, 700, 800, 801, 900]);
    assertEquals(pids(700, searching), [1, 2, 8, 800, 801, 900, 901, 999]);
    assertEquals(withoutSelf(processes, 4242, searching), processes);
  },
);

Deno.test("withoutSelf() removes the programs that started the check with the searched string", {
  permissions: "none",
}, () => {
  const run = "deno run -A main.ts run agent.ts";
  const processes = parseProcesses([
    line("Ss 0 root 1 0 1 1 0.0 10:21", "init", "/sbin/init"),
    line("Ss 0 root 20 1 1 1 0.0 10:21", "sshd", "sshd: /usr/sbin/sshd -D"),
    line("S 0 root 21 20 1 1 0.0 10:21", "sshd", "sshd: ada@notty"),
    line("S 0 root 22 21 1 1 0.0 00:01", "sh", `sh -c ${run} procs -a 'sshd: /usr'; true`),
    line("S 0 root 23 22 1 1 0.0 00:01", "timeout", `timeout 9 ${run} procs -a sshd: /usr`),
    line("S 0 root 24 23 1 1 0.0 00:01", "deno", `${run} procs -a sshd: /usr`),
    line("S 0 root 25 24 1 1 0.0 00:01", "deno", "deno run sandbox.js"),
    line("S 0 root 26 1 1 1 0.0 00:01", "sh", `sh -c ${run} procs -a 'sshd: /usr'; false`),
  ].join("\n"));
  const find = (filter: Omit<Parameters<typeof selectProcesses>[1], "noKthreads">) => {
    const rest = withoutSelf(processes, 25, filter);
    return selectProcesses(rest, { ...filter, noKthreads: false }).map(({ pid }) => pid);
  };
  // The daemon above the check matches, and so does the same check of another user.
  assertEquals(find({ argumentArray: "sshd: /usr" }), [20, 26]);
  assertEquals(
    find({ eregArgumentArray: { text: "sshd: /usr", regex: /sshd: .usr/ } }),
    [20, 26],
  );
  assertEquals(find({ argumentArray: "notty" }), [21]);
});

Deno.test("selectProcesses() supports every filter of check_procs", { permissions: "none" }, () => {
  const pattern = (text: string) => ({ text, regex: parsePattern(text) });
  const cases: [filter: Parameters<typeof selectProcesses>[1], pids: number[]][] = [
    [{ noKthreads: false }, [1, 2, 8, 700, 800, 801, 900, 901, 999]],
    [{ noKthreads: true }, [1, 700, 800, 801, 900, 901, 999]],
    [{ noKthreads: false, state: "Z" }, [801]],
    [{ noKthreads: false, state: "Ss" }, [1, 700, 800]],
    [{ noKthreads: false, state: "sS" }, []],
    [{ noKthreads: false, ppid: 1 }, [700, 800, 900]],
    [{ noKthreads: false, user: { uid: 1000, name: "ada" } }, [800, 801]],
    [{ noKthreads: false, user: { uid: NaN, name: "nobody" } }, []],
    [{ noKthreads: false, command: "deno" }, [900, 901]],
    [{ noKthreads: false, command: "den" }, []],
    [{ noKthreads: false, command: "tmux: server" }, [800]],
    [{ noKthreads: false, command: "tmux:" }, [800]],
    [{ noKthreads: false, command: "0:0H-ev" }, [8]],
    [{ noKthreads: false, command: "kworker/0:0H-ev" }, [8]],
    [{ noKthreads: false, command: "sh" }, [801]],
    [{ noKthreads: false, argumentArray: "serve.ts" }, [900]],
    [{ noKthreads: false, argumentArray: "SERVE" }, []],
    [{ noKthreads: false, eregArgumentArray: pattern("(serve|child)\\.ts$") }, [900, 901]],
    [{ noKthreads: false, eregArgumentArray: pattern("^/s?bin") }, [1, 999]],
    [{ noKthreads: false, vsz: 18228792 }, [900, 901]],
    [{ noKthreads: false, rss: 48981 }, [900]],
    [{ noKthreads: false, pcpu: 2.5 }, [900, 901]],
    [{ noKthreads: false, pcpu: 2.5, rss: 48981 }, [900]],
  ];
  for (const [filter, pids] of cases) {
    assertEquals(selectProcesses(processes, filter).map(({ pid }) => pid), pids, String(filter));
  }
});

Deno.test("selectProcesses() keeps the first process in a container without kernel threads", {
  permissions: "none",
}, () => {
  const container = processes.filter(({ comm }) => comm !== "kthreadd");
  assertEquals(selectProcesses(container, { noKthreads: true }), container);
});

Deno.test("presentProcesses() returns the texts of check_procs", { permissions: "none" }, () => {
  const range = (end: number, start = 0) => ({ start, end, inside: false });
  const question = { metric: "PROCS", filter: { noKthreads: false }, verbose: false } as const;
  const present = presentProcesses;
  const deno = processes.filter(({ comm }) => comm === "deno");
  const all = {
    noKthreads: false,
    state: "S",
    ppid: 1,
    user: { uid: 33, name: "www-data" },
    command: "deno",
    argumentArray: "serve",
    eregArgumentArray: { text: "s.rve", regex: /s.rve/ },
    vsz: 1,
    rss: 2,
    pcpu: 0.125,
  };
  const cases: [result: ReturnType<typeof present>, state: string, output: string, perf: string][] =
    [
      [present(processes, question), "OK", "PROCS OK: 9 processes", "procs 9"],
      [
        present([deno[0]!], { ...question, filter: all }),
        "OK",
        "PROCS OK: 1 process with STATE = S, PPID = 1, UID = 33 (www-data), " +
        "command name 'deno', args 'serve', regex args 's.rve', VSZ >= 1, RSS >= 2, PCPU >= 0.12",
        "procs 1",
      ],
      [
        present([], {
          ...question,
          filter: { command: "deno", argumentArray: "serve", noKthreads: false, state: "S" },
        }),
        "OK",
        "PROCS OK: 0 processes with command name 'deno', args 'serve', STATE = S",
        "procs 0",
      ],
      [
        present([], {
          ...question,
          filter: { noKthreads: true, command: "sshd" },
          critical: range(1, 1),
        }),
        "CRITICAL",
        "PROCS CRITICAL: 0 processes with command name 'sshd'",
        "procs 0",
      ],
      [
        present(processes, { ...question, warning: range(5), critical: range(10) }),
        "WARNING",
        "PROCS WARNING: 9 processes",
        "procs 9",
      ],
      [
        present(processes, {
          ...question,
          metric: "RSS",
          warning: range(10000),
          critical: range(100000),
        }),
        "CRITICAL",
        "RSS CRITICAL: 1 crit, 2 warn out of 9 processes",
        "procs 9, procs_warn 2, procs_crit 1",
      ],
      [
        present(deno, { ...question, metric: "VSZ", warning: range(1), verbose: true }),
        "WARNING",
        "VSZ WARNING: 2 warn out of 2 processes [deno, deno]",
        "procs 2, procs_warn 2, procs_crit 0",
      ],
      [
        present(deno, { ...question, metric: "CPU", warning: range(2.5), critical: range(101) }),
        "WARNING",
        "CPU WARNING: 1 warn out of 2 processes",
        "procs 2, procs_warn 1, procs_crit 0",
      ],
      [
        present(deno, { ...question, metric: "ELAPSED", critical: range(54), verbose: true }),
        "OK",
        "ELAPSED OK: 2 processes",
        "procs 2, procs_warn 0, procs_crit 0",
      ],
      [
        present([], { ...question, metric: "RSS", critical: range(1) }),
        "OK",
        "RSS OK: 0 processes",
        "procs 0, procs_warn 0, procs_crit 0",
      ],
    ];
  for (const [result, state, output, perf] of cases) {
    const perfdata = result.perfdata ?? [];
    assertEquals([result.state, result.output], [state, output]);
    assertEquals(perfdata.map(({ label, value }) => `${label} ${value}`).join(", "), perf);
  }
});

Deno.test("findUser() finds a user by name or user ID", { permissions: "none" }, () => {
  const passwd = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n\nbroken\n";
  const users = [...ownersOf(processes), ...parsePasswd(passwd)];
  const cases: [wanted: string, found: { uid: number; name: string } | undefined][] = [
    ["root", { uid: 0, name: "root" }],
    ["0", { uid: 0, name: "root" }],
    ["ada", { uid: 1000, name: "ada" }],
    ["nobody", { uid: 65534, name: "nobody" }],
    ["65534", { uid: 65534, name: "nobody" }],
    ["eve", undefined],
    ["4242", undefined],
    ["broken", undefined],
  ];
  for (const [wanted, found] of cases) assertEquals(findUser(wanted, users), found, wanted);
});

Deno.test("parsePattern() supports POSIX classes and line breaks", { permissions: "none" }, () => {
  const cases: [pattern: string, text: string, found: boolean][] = [
    ["[[:alpha:]]+ [[:digit:]]{2}", "abc 12", true],
    ["^[[:space:]]$", "a", false],
    ["[^[:punct:]]", "]-\\[", false],
    ["\\<two\\>", "one two", true],
    ["\\<two\\>", "onetwo", false],
    ["\\\\<", "\\<", true],
    ["two$", "two\nthree", true],
    ["one.two", "one\ntwo", false],
    ["[[:unknown:]]", "n]", true],
  ];
  for (const [pattern, text, found] of cases) {
    assertEquals(parsePattern(pattern).test(text), found, pattern);
  }
  assertEquals(
    parsePattern("ONE.two", { ignoreCase: true, linespan: true }).test("one\ntwo"),
    true,
  );
  assertEquals(parsePattern("one$", { linespan: true }).test("one\ntwo"), false);
});

Deno.test(
  "procs returns the expected output for a list of processes",
  { permissions: "none" },
  async () => {
    const run = { "/bin/ps": listed };
    const read = { "/etc/passwd": "eve:x:1234:1234::/:/bin/sh\n" };
    const cases: [args: string[], text: string][] = [
      [["-C", "sshd", "-c", "1:1"], "PROCS OK: 1 process with command name 'sshd'|procs=1;;1:1;0"],
      [["5", "8", "S"], "PROCS WARNING: 6 processes with STATE = S|procs=6;5;8;0"],
      [["-u", "ada"], "PROCS OK: 2 processes with UID = 1000 (ada)|procs=2;;;0"],
      [
        ["-u", "eve", "-c", "1:"],
        "PROCS CRITICAL: 0 processes with UID = 1234 (eve)|procs=0;;1:;0",
      ],
      [["-u", "mallory", "-w", "5"], "User name was not found - mallory"],
      [
        ["-C", "deno", "-a", "run", "-u", "www-data", "-s", "S"],
        "PROCS OK: 2 processes with command name 'deno', args 'run', UID = 33 (www-data), " +
        "STATE = S|procs=2;;;0",
      ],
      [
        ["--ereg-argument-array=[sc].*[.]ts", "-m", "RSS", "-w", "99999"],
        "RSS WARNING: 1 warn out of 2 processes with regex args '[sc].*[.]ts'" +
        "|procs=2;;;0 procs_warn=1;;;0 procs_crit=0;;;0",
      ],
      // check_procs uses the first name, and getopt usually the last one.
      [
        ["-C", "sshd", "-C", "deno"],
        'Option "command": Set to "sshd" and to "deno": expected one value for the whole command',
      ],
      [["-w", "10:5"], 'Option "warning": Cannot parse range "10:5": start is above end'],
      [["--ereg-argument-array=("], "Could not compile regular expression"],
    ];
    for (const [args, text] of cases) {
      assertStringIncludes((await testCheck(procs, { args, run, read })).text, text);
    }
  },
);

Deno.test("procs looks up a bound user who has no process", {
  permissions: "none",
}, async () => {
  const read = { "/etc/passwd": "eve:x:1234:1234::/:/bin/sh\n" };
  const run = { "/bin/ps": listed };
  const known = await testCheck(procs({ user: "eve", critical: "1:" }), { read, run });
  assertEquals(known, {
    state: "CRITICAL",
    text: "PROCS CRITICAL: 0 processes with UID = 1234 (eve)|procs=0;;1:;0",
  });
  const unknown = await testCheck(procs({ user: "mallory" }), { read, run });
  assertEquals([unknown.state, unknown.text], [
    "UNKNOWN",
    "User name was not found - mallory",
  ]);
});

Deno.test(
  "procs returns UNKNOWN if ps fails or lists nothing",
  { permissions: "none" },
  async () => {
    const failed = await testCheck(procs, {
      run: { "/bin/ps": { stderr: "error: no /proc\nhint", code: 1 } },
    });
    assertEquals(failed, {
      state: "UNKNOWN",
      text: "Cannot list processes: ps exited with 1: error: no /proc",
    });
    const empty = await testCheck(procs, { run: { "/bin/ps": "" } });
    assertEquals(empty, { state: "UNKNOWN", text: "Unable to read output" });
  },
);

const ps = "/bin/ps";
const ignore = isMissing(ps);

Deno.test({
  name: "procs needs run permission for ps only",
  ignore,
  permissions: { run: [ps, "/bin/ps"] },
  async fn() {
    const { state, text } = await testCheck(procs({ argumentArray: "e", critical: "1:" }));
    assertEquals(state, "OK", text);
    assertMatch(text, /^PROCS OK: \d+ process(es)? with args 'e'\|procs=\d+;;1:;0$/);
  },
});

Deno.test({
  name: "readProcesses() reports why ps failed, and starts nothing after the deadline",
  ignore,
  permissions: { run: [ps, "/bin/ps"] },
  async fn() {
    const never = new AbortController().signal;
    await assertRejects(() => readProcesses(["--nonsense"], never), Error, "ps exited with 1");
    const late = AbortSignal.abort(new DOMException("Deadline", "TimeoutError"));
    await assertRejects(() => readProcesses(["ax"], late), DOMException, "Deadline");
  },
});

Deno.test("selectProcesses() finds names that are longer than the kernel keeps", {
  permissions: "none",
}, () => {
  const name = "averyverylongprocessname";
  const processes = parseProcesses([
    line("S 0 root 10 1 1 1 0.0 00:07", name.slice(0, 15), `/opt/bin/${name} --serve`),
    line("S 0 root 11 1 1 1 0.0 00:07", name.slice(0, 15), `/bin/sh /opt/bin/${name} start`),
    line("S 0 root 12 1 1 1 0.0 00:07", name.slice(0, 15), "/opt/bin/averyverylongprocessor"),
    line(
      "Z 0 root 13 1 0 0 0.0 00:07",
      `${name.slice(0, 15)} <defunct>`,
      `[${name.slice(0, 15)}] <defunct>`,
    ),
    line("S 0 root 14 1 1 1 0.0 00:07", "vi", `vi /opt/bin/${name}`),
    line("S 0 root 15 1 1 1 0.0 00:07", "a very long nam", "/opt/a very long name of mine -x"),
  ].join("\n"));
  const find = (command: string) =>
    selectProcesses(processes, { command, noKthreads: false }).map(({ pid }) => pid);
  assertEquals(find(name), [10, 11, 13]);
  assertEquals(find(name.slice(0, 15)), [10, 11, 12, 13]);
  assertEquals(find("averyverylongprocessor"), [12, 13]);
  assertEquals(find("a very long name of mine"), [15]);
  assertEquals(find("averyverylongnothing"), []);
});

Deno.test({
  name: "procs finds a real process whose name is longer than 15 characters",
  ignore: ignore || isMissing("/usr/bin/sleep"),
  async fn() {
    const folder = await Deno.makeTempDir();
    const name = "averyverylongprocessname";
    await Deno.symlink("/usr/bin/sleep", `${folder}/${name}`);
    const child = new Deno.Command(`${folder}/${name}`, { args: ["299"], stdin: "null" }).spawn();
    try {
      const { text } = await testCheck(procs({ command: name, critical: "1:1" }));
      assertEquals(text, `PROCS OK: 1 process with command name '${name}'|procs=1;;1:1;0`);
    } finally {
      child.kill("SIGKILL");
      await statusOf(child, "sleep");
      await Deno.remove(folder, { recursive: true });
    }
  },
});
