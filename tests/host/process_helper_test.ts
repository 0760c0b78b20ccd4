import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { isAlive, listProcesses } from "../processes.ts";
import { statusOf, until } from "../waiting.ts";
import { createMark, MARK_VARIABLE, markBelow } from "../../src/host/mark.ts";
import { startProcessHelper } from "../../src/host/process_helper.ts";

async function withHelper(use: (helper: ReturnType<typeof startProcessHelper>) => Promise<void>) {
  const helper = startProcessHelper(createMark());
  try {
    await use(helper);
  } finally {
    await helper.close();
  }
}

Deno.test("Concurrent calls of list() return the same list, which contains this process", async () => {
  await withHelper(async (helper) => {
    const lists = await Promise.all([helper.list(), helper.list()]);
    assertEquals(lists[0] === lists[1], true);
    const own = lists[0]!.find(({ pid }) => pid === Deno.pid);
    assertEquals([own?.parent, own?.alive], [Deno.ppid, true]);
    assertEquals(await helper.list() === lists[0], false);
  });
});

Deno.test("signal() and exists() ignore ids without a process and ids of process groups (0, -1, …)", async () => {
  await withHelper(async (helper) => {
    // For kill(2), 0 and -0 mean the helper's group, 1 means init, and -1 means every process of
    // this user.
    await helper.signal([0, -0, 1, -1, 4_194_305, NaN], "KILL");
    assertEquals(await helper.exists(1), false);
    assertEquals(await helper.exists(4_194_305), false);
    assertEquals((await helper.list()).length > 0, true);
  });
});

Deno.test("Requests at the same time get their own answers", async () => {
  const child = new Deno.Command(
    "/bin/sleep",
    { args: ["60"], detached: true } as Deno.CommandOptions,
  )
    .spawn();
  await withHelper(async (helper) => {
    const groups = Array.from(
      { length: 200 },
      (_, index) => index % 3 === 0 ? child.pid : 4_194_305,
    );
    const [found, ...lists] = await Promise.all([
      Promise.all(groups.map((group) => helper.exists(group))),
      helper.list(),
      ...groups.map(() => helper.signal([4_194_305], "TERM")),
      helper.list(),
    ]);
    assertEquals(found, groups.map((group) => group === child.pid));
    for (const list of [lists[0], lists.at(-1)]) {
      assertEquals(list?.some(({ pid, alive }) => pid === child.pid && alive), true);
    }
    await helper.signal([-child.pid], "KILL");
  });
  assertEquals((await child.status).signal, "SIGKILL");
});

Deno.test("close() waits for the answers to all requests", async () => {
  const helper = startProcessHelper(createMark());
  const lists = [helper.list(), Promise.resolve().then(() => helper.list())];
  await Promise.resolve();
  await helper.close();
  for (const list of await Promise.all(lists)) assertEquals(list.length > 0, true);
});

Deno.test("A killed helper rejects every request and reports the reason", async () => {
  const mark = createMark();
  const helper = startProcessHelper(mark);
  await helper.list();
  for (const { pid, args } of listProcesses()) if (args.includes(mark)) Deno.kill(pid, "SIGKILL");
  await assertRejects(() => helper.list());
  await assertRejects(() => helper.signal([4_194_305], "TERM"));
  assertStringIncludes(await helper.broken, "exited");
  await helper.close();
});

Deno.test("A stopped helper rejects every request after ten seconds, and close() ends it", async () => {
  const mark = createMark();
  const helper = startProcessHelper(mark);
  await helper.list();
  const [own] = listProcesses().filter(({ args }) => args.includes(mark));
  Deno.kill(own!.pid, "SIGSTOP");
  const requests = [helper.list(), helper.list(), helper.exists(4_194_305)];
  for (const request of requests) await assertRejects(() => request, Error, "no answer within");
  await assertRejects(() => helper.signal([4_194_305], "TERM"), Error, "no answer within");
  assertEquals(await helper.broken, "no answer within 10000 ms");
  await helper.close();
  assertEquals(isAlive(own!.pid), false);
});

// Without programs in its path, the helper has only the builtins of the shell.
for (const [name, path] of [["grep", undefined], ["builtins", "/nonexistent"]] as const) {
  Deno.test(`When the pipe closes, the helper kills the processes with the daemon's mark and their children, found with ${name}`, () =>
    closes(path));
}

async function closes(path: string | undefined): Promise<void> {
  const folder = await Deno.makeTempDir();
  const [mark, other] = [createMark(), createMark()];
  const helper = startProcessHelper(mark, path);
  const start = (of: string, name: string, line: string) =>
    new Deno.Command("/bin/sh", {
      args: ["-c", line.replaceAll("PID", `${folder}/${name}`)],
      env: { [MARK_VARIABLE]: markBelow(of) },
      stdin: "null",
    }).spawn();
  const children = [
    start(mark, "marked", "echo $$ > PID; exec sleep 60"),
    start(mark, "cleared", "env -i setsid sh -c 'echo $$ > PID; sleep 60' & wait"),
    start(other, "neighbour", "echo $$ > PID; exec sleep 60"),
  ];
  const pids = await Promise.all(["marked", "cleared", "neighbour"].map(async (name) => {
    const path = `${folder}/${name}`;
    return await until(name, () => Deno.readTextFile(path).then(Number, () => 0));
  }));
  await helper.close();
  assertEquals(pids.map(isAlive), [false, false, true]);
  children[2]!.kill("SIGKILL");
  for (const child of children) await statusOf(child, "a child");
  await Deno.remove(folder, { recursive: true });
}

Deno.test("Without grep, list() returns the same processes and marks", async () => {
  const mark = createMark();
  const run = markBelow(mark);
  // A check can set other variables of its programs, but these must not hide the mark.
  const forged = markBelow(mark);
  const child = new Deno.Command("/bin/sleep", {
    args: ["60"],
    env: {
      A: "x\ny\\n",
      // Any user can start such a process.
      FOREIGN: `${MARK_VARIABLE}=${markBelow(createMark())} `.repeat(9),
      B: `${MARK_VARIABLE}=${forged}`,
      [MARK_VARIABLE]: run,
      Z: `${MARK_VARIABLE}=${forged}`,
    },
    clearEnv: true,
  }).spawn();
  const helpers = [startProcessHelper(mark), startProcessHelper(mark, "/nonexistent")];
  const lists = await Promise.all(helpers.map((helper) => helper.list()));
  const [found, withoutGrep] = lists.map((list) =>
    list.filter(({ pid }) => pid === child.pid || pid === Deno.pid)
  );
  assertEquals(withoutGrep, found);
  assertEquals(
    found!.find(({ pid }) => pid === child.pid)?.marks?.toSorted(),
    [forged, forged, run].sort(),
  );
  // This kills the process, because it has the mark.
  await Promise.all(helpers.map((helper) => helper.close()));
  await statusOf(child, "sleep");
});
