import { assertEquals } from "@std/assert";
import { countUtmp, isLogin, presentUsers, users } from "../../checks/users.ts";
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

/** Returns a utmp file in glibc's format: records with these types, little-endian. */
function utmp(types: number[], size: number): Uint8Array {
  const bytes = new Uint8Array(types.length * size);
  const view = new DataView(bytes.buffer);
  types.forEach((type, at) => view.setInt16(at * size, type, true));
  return bytes;
}

Deno.test("countUtmp() counts the records of logins", { permissions: "none" }, () => {
  // Three logins among a boot, a run level, a login prompt and an ended session.
  const types = [2, 1, 7, 6, 7, 8, 7];
  assertEquals(countUtmp(utmp(types, 384), "x86_64"), 3);
  assertEquals(countUtmp(utmp(types, 400), "aarch64"), 3);
  assertEquals(countUtmp(new Uint8Array(), "x86_64"), 0);
});

Deno.test("countUtmp() ignores an incomplete record", { permissions: "none" }, () => {
  assertEquals(countUtmp(utmp([7, 7], 384).subarray(0, 767), "x86_64"), 1);
  assertEquals(countUtmp(utmp([7], 384).subarray(0, 1), "x86_64"), 0);
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
