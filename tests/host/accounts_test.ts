import { assertEquals } from "@std/assert";
import { findBy, parseGroups, parseUsers } from "../../src/host/accounts.ts";

const passwd = `root:x:0:0:root:/root:/bin/bash
nagios:x:102:105:Nagios,,,:/var/lib/nagios:/usr/sbin/nologin
999:x:7:8::/digits:
bare:x:1001:1001:::
+nis::::::
broken:x:abc:1::/:/bin/sh

# comment
`;

Deno.test("parseUsers() reads entries and ignores lines that are not entries", {
  permissions: "none",
}, () => {
  assertEquals(parseUsers(passwd), [
    { name: "root", uid: 0, gid: 0, home: "/root", shell: "/bin/bash" },
    { name: "nagios", uid: 102, gid: 105, home: "/var/lib/nagios", shell: "/usr/sbin/nologin" },
    { name: "999", uid: 7, gid: 8, home: "/digits", shell: "" },
    { name: "bare", uid: 1001, gid: 1001, home: "/", shell: "" },
  ]);
  assertEquals(parseGroups("adm:x:4:syslog\nshadow:x:42:\n+::0:\nx\n"), [
    { name: "adm", gid: 4 },
    { name: "shadow", gid: 42 },
    { name: "+", gid: 0 },
  ]);
});

Deno.test("findBy() finds a name before a number", { permissions: "none" }, () => {
  const users = parseUsers(passwd);
  const find = (who: string) => findBy(users, who, ({ uid }) => uid)?.name;
  assertEquals(["nagios", "102", "999", "7", "4711", "nobody", "-1", ""].map(find), [
    "nagios",
    "nagios",
    "999",
    "999",
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
