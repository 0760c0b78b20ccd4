import { assertEquals } from "@std/assert";
import { countUtmp, isLogin, presentUsers, users } from "../../checks/users.ts";
import { testCheck } from "../../src/mod.ts";
import { statusOf } from "../waiting.ts";
import { assertOutput, optionsOf, type Recorded } from "./recorded.ts";

const recorded: Recorded<number>[] = [
  {
    args: "-w 5 -c 10",
    reading: 3,
    code: 0,
    text: "USERS OK - 3 users currently logged in |users=3;5;10;0",
  },
  {
    args: "-w 3 -c 10",
    reading: 3,
    code: 0,
    text: "USERS OK - 3 users currently logged in |users=3;3;10;0",
  },
  {
    args: "-w 2 -c 10",
    reading: 3,
    code: 1,
    text: "USERS WARNING - 3 users currently logged in |users=3;2;10;0",
  },
  {
    args: "-w 1 -c 2",
    reading: 3,
    code: 2,
    text: "USERS CRITICAL - 3 users currently logged in |users=3;1;2;0",
  },
  {
    args: "-w 2: -c 1:",
    reading: 3,
    code: 0,
    text: "USERS OK - 3 users currently logged in |users=3;2:;1:;0",
  },
  {
    args: "-w 10:20 -c @2:4",
    reading: 3,
    code: 2,
    text: "USERS CRITICAL - 3 users currently logged in |users=3;10:20;@2:4;0",
  },
];

for (const row of recorded) {
  Deno.test(
    `presentUsers() returns the output of check_users ${row.args} for ${row.reading} users`,
    { permissions: "none" },
    () => {
      const { warning, critical } = optionsOf(users, row.args);
      assertOutput(presentUsers(row.reading, warning, critical), row);
    },
  );
}

/** Returns a utmp file in glibc's format: records with these types and process IDs, little-endian. */
function utmp(types: number[], size: number, pid = 0): Uint8Array {
  const bytes = new Uint8Array(types.length * size);
  const view = new DataView(bytes.buffer);
  types.forEach((type, at) => {
    view.setInt16(at * size, type, true);
    view.setInt32(at * size + 4, pid, true);
  });
  return bytes;
}

const never = () => false;

Deno.test("countUtmp() counts the records of logins", { permissions: "none" }, () => {
  // Three logins among a boot, a run level, a login prompt and an ended session.
  const types = [2, 1, 7, 6, 7, 8, 7];
  assertEquals(countUtmp(utmp(types, 384), "x86_64", never), 3);
  assertEquals(countUtmp(utmp(types, 400), "aarch64", never), 3);
  assertEquals(countUtmp(new Uint8Array(), "x86_64", never), 0);
});

Deno.test("countUtmp() ignores an incomplete record", { permissions: "none" }, () => {
  assertEquals(countUtmp(utmp([7, 7], 384).subarray(0, 767), "x86_64", never), 1);
  assertEquals(countUtmp(utmp([7], 384).subarray(0, 1), "x86_64", never), 0);
});

Deno.test("isLogin() accepts only sessions of people", { permissions: "none" }, () => {
  const cases: [text: string, login: boolean][] = [
    ["UID=0\nUSER=root\nACTIVE=1\nSTATE=active\nCLASS=user\nTYPE=tty\n", true],
    ["USER=ann\nSTATE=online\nCLASS=user-light\n", true],
    ["USER=ann\nSTATE=closing\nCLASS=user\n", false],
    ["USER=ann\nSTATE=active\nCLASS=manager\n", false],
    ["USER=gdm\nSTATE=active\nCLASS=greeter\n", false],
    ["USER=root\nSTATE=active\nCLASS=background\nSERVICE=cron\n", false],
    ["", false],
  ];
  for (const [text, login] of cases) assertEquals(isLogin(text), login, text);
});

Deno.test("countUtmp() counts only logins whose process exists", { permissions: "none" }, () => {
  const bytes = new Uint8Array([...utmp([7], 384, 4711), ...utmp([7], 384, 815)]);
  assertEquals(countUtmp(bytes, "x86_64", (pid) => pid === 4711), 1);
  assertEquals(countUtmp(bytes, "x86_64", () => true), 2);
  assertEquals(countUtmp(utmp([7], 400, 815), "aarch64", never), 0);
});

Deno.test("users does not count the utmp record of a process that has ended", async () => {
  const child = new Deno.Command("/bin/true", { stdin: "null" }).spawn();
  await statusOf(child, "true");
  const size = Deno.build.arch === "aarch64" ? 400 : 384;
  const file = (pid: number) => ({
    "/run/utmp": utmp([7], size, pid),
    "/run/systemd/sessions": new Deno.errors.NotFound("No such file or directory"),
  });
  const count = async (pid: number) =>
    (await testCheck(users({ warning: 0 }), { read: file(pid) })).text;
  assertEquals(await count(child.pid), "USERS OK - 0 users currently logged in|users=0;0;;0");
  assertEquals(await count(1), "USERS WARNING - 1 users currently logged in|users=1;0;;0");
});
