/** Attempts to reach files, descriptors, programs and the process of the daemon. */
import { type Expression, node, notForChecks, requires, type Surroundings } from "./expression.ts";

const decode = "(bytes) => new TextDecoder().decode(bytes)";

/** The attempts. */
export function host({ folder }: Surroundings): Expression[] {
  const fs = node("fs");
  const [allowed, links] = [`${folder}/allowed`, `${folder}/links`];
  const outside = `${folder}/outside`;
  const setId = "NotCapable: A check cannot set the set-user-ID";
  const echo = `new Deno.Command("/usr/bin/printf", { args: ["FORGED\\n"],`;
  const descriptors = (call: string) =>
    `const codes = new Set();
     for (let fd = 3; fd < 60; fd++) { try { codes.add(String(${call})) } catch (e) { codes.add(e.code) } }
     return [...codes]`;
  return [
    [
      "write to open descriptors of the daemon",
      "none",
      descriptors(`${fs}.writeSync(fd, "x")`),
      "OK EBADF",
    ],
    [
      "read open descriptors of the daemon",
      "none",
      descriptors(`${fs}.readSync(fd, new Uint8Array(9), 0, 9, 0)`),
      "OK EBADF",
    ],
    [
      "close open descriptors of the daemon",
      "none",
      descriptors(`${fs}.closeSync(fd)`),
      "OK EBADF",
    ],
    [
      "examine open descriptors of the daemon",
      "none",
      descriptors(`${fs}.fstatSync(fd).size`),
      "OK EBADF",
    ],
    [
      "truncate open descriptors of the daemon",
      "none",
      descriptors(`${fs}.ftruncateSync(fd)`),
      "OK EBADF",
    ],
    [
      "change the mode of open descriptors",
      "none",
      descriptors(`${fs}.fchmodSync(fd, 0o777)`),
      "OK EBADF",
    ],
    [
      "pass a descriptor of the daemon to a program as input",
      "run",
      `const texts = new Set();
       for (let stdin = 3; stdin < 40; stdin++) {
         const { stdout } = await new Deno.Command("/bin/cat", { stdin, stdout: "piped" }).output();
         texts.add((${decode})(stdout));
       }
       return JSON.stringify([...texts])`,
      'OK [""]',
    ],
    [
      "pass the output of the daemon to a program by number",
      "run",
      `return (await ${echo} stdout: 1, stderr: 2 }).spawn().status).code`,
      "OK 0",
    ],
    [
      "pass the log of the daemon to a program by number",
      "run",
      `return (await ${echo} stdout: 2 }).output()).code`,
      "OK 0",
    ],
    [
      "pass the output of the daemon to a program by an object",
      "run",
      `return (await ${echo} stdout: new String("inherit") }).spawn().status).code`,
      "OK 0",
    ],
    [
      "pass the output of the daemon to a program by a getter",
      "run",
      `let reads = 0;
       return (await ${echo} get stdout() { return reads++ ? "inherit" : "null" } }).spawn().status).code`,
      "OK 0",
    ],
    [
      "pass the output of the daemon to a program synchronously",
      "run",
      `return ${echo} stdout: 1 }).outputSync().code`,
      "OK 0",
    ],
    [
      "pass a descriptor to a program of Node",
      "run",
      `return ${node("child_process")}.spawnSync("/usr/bin/printf", ["x"], { stdio: ["pipe", 1] })`,
      "NotCapable",
    ],
    [
      "pass a channel to a program of Node",
      "run",
      `return ${node("child_process")}.spawn("/bin/cat", [], { stdio: ["pipe", "pipe", "ipc"] })`,
      "NotCapable",
    ],
    [
      "pass descriptors to a program by a list that changes",
      "run",
      `let reads = 0; const stdio = ["pipe"];
       Object.defineProperty(stdio, 0, { get: () => reads++ ? "inherit" : "pipe", enumerable: true });
       return ${node("child_process")}.spawnSync("/usr/bin/printf", ["x"], { stdio }).error?.code`,
      /NotCapable|undefined|EACCES|EPERM/,
    ],
    [
      "start a program by another name",
      "run",
      `return ${
        node("child_process")
      }.spawnSync("/usr/bin/printf", ["x"], { shell: "/bin/sh" }).error`,
      /NotCapable|EACCES|EPERM/,
    ],
    [
      "start a program in a declared program's place",
      "run",
      `return new Deno.Command("/usr/bin/../bin/id").outputSync()`,
      "NotCapable",
    ],
    [
      "start a program with a library",
      "run",
      `return new Deno.Command("/bin/cat", { env: { LD_PRELOAD: "/x.so" } }).outputSync()`,
      "NotCapable",
    ],
    [
      "start a program with a library in an inherited property",
      "run",
      `return new Deno.Command("/bin/cat", { env: Object.create({ LD_PRELOAD: "/x.so" }) }).outputSync().code`,
      "OK 0",
    ],
    [
      "start a program as another user",
      "run",
      `return new Deno.Command("/bin/cat", { uid: 12345, gid: 12345 }).outputSync().code`,
      /NotCapable|PermissionDenied|OK \d+|EPERM/,
    ],
    [
      "signal the daemon with a child's method",
      "run",
      `const child = new Deno.Command("/bin/cat").spawn();
       Object.defineProperty(child, "pid", { value: Deno.pid }); child.kill("SIGKILL");
       return (await child.status).signal`,
      /^OK (SIGKILL|null)$|Cannot redefine/,
    ],
    [
      "signal the daemon from a process",
      "none_process",
      `return Deno.kill(Deno.ppid, "SIGTERM")`,
      "NotCapable",
    ],
    ["signal all processes", "none_process", `return Deno.kill(-1, "SIGTERM")`, "NotCapable"],
    [
      "signal the init process with node:process",
      "none_process",
      `return process.kill(1, "SIGTERM")`,
      /NotCapable|EPERM|ESRCH/,
    ],
    [
      "replace the process by another",
      "none",
      "return process.execve?.('/bin/true') ?? 'nothing'",
      "nothing",
    ],
    [
      "change the priority of the daemon",
      "none",
      `return ${node("os")}.setPriority(0, 19)`,
      requires("sys", "setPriority"),
    ],
    [
      "write a report about the daemon",
      "none",
      `return process.report.writeReport("${allowed}/report")`,
      notForChecks("process.report.writeReport"),
    ],
    [
      "read a report about the daemon",
      "none",
      "return process.report.getReport()",
      notForChecks("process.report.getReport"),
    ],
    [
      "redirect the reports of the daemon",
      "none",
      `process.report.directory = "${allowed}"; return process.report.directory`,
      /^OK (?!.*allowed)/,
    ],
    [
      "catch the errors of the daemon",
      "none",
      "return process.setUncaughtExceptionCaptureCallback(() => {})",
      notForChecks("process.setUncaughtExceptionCaptureCallback"),
    ],
    [
      "become a group of the host",
      "none",
      "return process.setegid(0)",
      notForChecks("process.setegid"),
    ],
    [
      "change the groups of the daemon",
      "none",
      "return process.setgroups?.([0]) ?? 'nothing'",
      /nothing|not a function|not for a check|not supported/,
    ],
    [
      "set the exit code of the daemon",
      "none",
      "Deno.exitCode = 75; process.exitCode = 75; return 'set'",
      "OK set",
    ],
    [
      "make a resource from a number",
      "none",
      "return new Deno.HttpClient(3)",
      notForChecks("Deno.HttpClient"),
    ],
    ["make a file from a number", "none", "return new Deno.FsFile(3)", "cannot be constructed"],
    ["make a child process from a number", "none", "return new Deno.ChildProcess(3)", "TypeError"],
    [
      "make a process from a number",
      "none",
      "return new Deno.Process({ rid: 3 })",
      notForChecks("Deno.Process"),
    ],
    [
      "make a client from the class of another",
      "none",
      "return new (Object.getPrototypeOf(Deno.createHttpClient({})).constructor)(3)",
      notForChecks("Deno.HttpClient"),
    ],
    [
      "leave a declared folder with a prefix",
      "files",
      `return Deno.makeTempFileSync({ dir: "${allowed}", prefix: "../outside/x" })`,
      "Invalid character",
    ],
    [
      "leave a declared folder with a suffix",
      "files",
      `return Deno.makeTempDirSync({ dir: "${allowed}", suffix: "/../../outside/x" })`,
      "Invalid character",
    ],
    [
      "leave a declared folder with mkdtemp()",
      "files",
      `return ${fs}.mkdtempSync("${allowed}/../outside/x")`,
      "NotCapable: Requires write access",
    ],
    [
      "leave a declared folder with mkdtemp() through a link",
      "files",
      `return ${fs}.mkdtempSync("${links}/folder/x")`,
      "NotCapable: Requires write access",
    ],
    [
      "change the time of a file through a link",
      "files",
      `return Deno.utimeSync("${links}/out", 0, 0)`,
      requires("write", `${outside}/file`),
    ],
    [
      "change the mode of a file through a link",
      "files",
      `return ${fs}.chmodSync("${links}/out", 0o777)`,
      requires("write", `${outside}/file`),
    ],
    [
      "change the owner of a file through a link",
      "files",
      `return Deno.chownSync("${links}/out", 0, 0)`,
      requires("write", `${outside}/file`),
    ],
    [
      "watch a file through a link",
      "files",
      `return ${fs}.watch("${links}/out", () => {})`,
      "NotCapable",
    ],
    [
      "poll a file through a link",
      "files",
      `return ${fs}.watchFile("${links}/out", () => {})`,
      "NotCapable",
    ],
    [
      "test for a file through a link",
      "files",
      `return ${fs}.existsSync("${links}/out")`,
      /OK false|NotCapable/,
    ],
    [
      "read the file system's size through a link",
      "files",
      `return ${fs}.statfsSync("${links}/folder")`,
      "NotCapable",
    ],
    [
      "copy out of the declared folder",
      "files",
      `return Deno.copyFileSync("${allowed}/file", "${links}/folder/copy")`,
      "NotCapable",
    ],
    [
      "read by a path with a NUL",
      "files",
      `return Deno.readTextFileSync("${allowed}/file\\0/../../secret")`,
      /threw|NotCapable/,
    ],
    [
      "read by a path that changes",
      "files",
      `let reads = 0; return Deno.readTextFileSync({ toString: () => reads++ ? "${folder}/secret" : "${allowed}/file" })`,
      "TypeError",
    ],
    [
      "read by a URL that changes",
      "files",
      `const url = new URL("file://${allowed}/file");
       Object.defineProperty(url, "pathname", { value: "${folder}/secret" });
       return Deno.readTextFileSync(url).trim()`,
      "OK allowed",
    ],
    [
      "read by an encoded slash",
      "files",
      `return Deno.readTextFileSync(new URL("file://${allowed}%2f..%2fsecret"))`,
      /NotCapable|NotFound/,
    ],
    [
      "read by bytes that are not UTF-8",
      "files",
      `return ${fs}.readFileSync(Buffer.from([47, 255, 254]))`,
      "NotCapable",
    ],
    ["open a loop of links", "files", `return Deno.readTextFileSync("${links}/loop")`, /threw/],
    [
      "make a node of the file system",
      "files",
      `return ${fs}.mknodSync?.("${allowed}/node") ?? "nothing"`,
      "nothing",
    ],
    [
      "make a link with a handle",
      "files",
      `const file = await ${fs}.promises.open("${allowed}/file");
       try { return typeof file.link + typeof file.symlink } finally { await file.close() }`,
      "undefinedundefined",
    ],
    [
      "read the process information of the host",
      "files",
      `return Deno.readTextFileSync("/proc/1/environ")`,
      "NotCapable",
    ],
    [
      "read the memory of the process",
      "files_process",
      `return Deno.readFileSync("/proc/self/mem")`,
      "NotCapable",
    ],
    ["read a variable of the runtime", "none", `return Deno.env.get("DENO_DIR")`, "NotCapable"],
    [
      "read the mark of the sandbox",
      "none",
      `return Deno.env.get("CHECKWRIGHT_RUN")`,
      "NotCapable",
    ],
    [
      "read undeclared facts of the system",
      "sys",
      "return Deno.osRelease()",
      requires("sys", "osRelease"),
    ],
    [
      "read the memory of the host",
      "sys",
      "return Deno.systemMemoryInfo()",
      requires("sys", "systemMemoryInfo"),
    ],
    ["read the users of the host", "sys", `return ${node("os")}.userInfo()`, /NotCapable|ERR_/],
    ...([
      ["make a program that runs as its owner", `Deno.chmodSync("${allowed}/file", 0o4755)`, setId],
      [
        "make a program that runs as its owner by a large number",
        `Deno.chmodSync("${allowed}/file", 2 ** 32 + 0o4755)`,
        setId,
      ],
      [
        "make a program that runs as its group",
        `${fs}.chmodSync("${allowed}/file", "2755")`,
        setId,
      ],
      [
        "write a program that runs as its owner",
        `Deno.writeTextFile("${allowed}/new", "x", { mode: 0o4755 })`,
        setId,
      ],
      [
        "make a program that runs as its owner by a handle",
        `${fs}.promises.open("${allowed}/file").then(async (file) => {
           try { await file.chmod(0o4755) } finally { await file.close() } })`,
        setId,
      ],
      ...[
        "Deno.copyFileSync",
        "Deno.copyFile",
        `${fs}.copyFileSync`,
        `${fs}.promises.copyFile`,
        `${node("util")}.promisify(${fs}.copyFile)`,
      ].map((copy) =>
        [
          `copy a program that runs as its owner with ${copy}()`,
          `${copy}("${links}/setid", "${allowed}/new")`,
          setId,
        ] as const
      ),
      [
        "write a program that runs as its owner by a function in place of options",
        `Deno.writeTextFile("${allowed}/new", "x", Object.assign(() => {}, { mode: 0o4755 }))`,
        setId,
      ],
      [
        "make a folder through a link by a function in place of options",
        `Deno.makeTempDirSync(Object.assign(() => {}, { dir: "${links}/folder" }))`,
        requires("write", outside),
      ],
      [
        "lose the copy of a file",
        `(async () => { const to = "${allowed}/new"; const sizes = [];
         for (const copy of [Deno.copyFileSync, Deno.copyFile, ${fs}.copyFileSync,
           ${fs}.promises.copyFile, ${node("util")}.promisify(${fs}.copyFile)]) {
           await copy("${allowed}/file", to); sizes.push(Deno.statSync(to).size); Deno.removeSync(to);
         }
         return sizes.join() })()`,
        "OK 8,8,8,8,8",
      ],
      [
        "lose the error of a copy",
        `new Promise((go) => ${fs}.copyFile("${allowed}/no", "${allowed}/new", go))`,
        "OK NotFound",
      ],
      [
        "read a link with a slash at its end",
        `Deno.readTextFileSync("${links}/out/")`,
        "NotCapable",
      ],
      [
        "read behind a link with a dot",
        `Deno.readTextFileSync("${links}/folder/./file")`,
        "NotCapable",
      ],
      [
        "read the parent of a link's target",
        `Deno.readTextFileSync("${links}/folder/../secret")`,
        "NotFound",
      ],
      ["read with two slashes", `Deno.readTextFileSync("/${allowed}//..//secret")`, "NotCapable"],
      [
        "read with encoded dots",
        `Deno.readTextFileSync(new URL("file://${allowed}/%2e%2e/secret"))`,
        "NotCapable",
      ],
      [
        "read with backslashes",
        `Deno.readTextFileSync("${allowed}\\\\..\\\\secret")`,
        "NotCapable",
      ],
      [
        "read with a path as a buffer",
        `${fs}.readFileSync(Buffer.from("${links}/out"))`,
        "NotCapable",
      ],
      [
        "read with a path in shared memory",
        `${fs}.readFileSync(new Uint8Array(new SharedArrayBuffer(4)))`,
        /NotCapable|TypeError|NUL/,
      ],
      ["read with a list as a path", `Deno.readTextFileSync(["${links}/out"])`, "TypeError"],
      [
        "read with a string object as a path",
        `Deno.readTextFileSync(new String("${links}/out"))`,
        "TypeError",
      ],
      [
        "read with an object like a URL",
        `${fs}.readFileSync({ href: "file://${folder}/secret", protocol: "file:", pathname: "${folder}/secret" })`,
        "TypeError",
      ],
      [
        "read a path of 200,000 characters",
        `Deno.readTextFileSync("${allowed}/" + "x/".repeat(100_000))`,
        "too long",
      ],
      ["resolve a link", `Deno.realPathSync("${links}/out")`, "NotCapable"],
      [
        "resolve a link with another function",
        `${fs}.realpathSync.native("${links}/out")`,
        "NotCapable",
      ],
      ["list a folder through a link", `[...Deno.readDirSync("${links}/folder")]`, "NotCapable"],
      ["open a folder", `${fs}.opendirSync("${links}/folder")`, notForChecks("fs.opendirSync")],
      ["search files by a pattern", `${fs}.globSync("${links}/*/*")`, notForChecks("fs.globSync")],
      [
        "copy a folder",
        `${fs}.cpSync("${links}/folder", "${allowed}/x")`,
        notForChecks("fs.cpSync"),
      ],
      [
        "list a folder and its links",
        `${fs}.readdirSync("${links}", { recursive: true }).sort()`,
        "OK folder,loop,out",
      ],
      ["open a file as a blob", `${fs}.openAsBlob("${links}/out")`, notForChecks("fs.openAsBlob")],
      [
        "open a link with the flags of the system",
        `${fs}.openSync("${links}/out", 0o102)`,
        "NotCapable",
      ],
      ["make a folder through a link", `Deno.mkdirSync("${links}/folder/new")`, "NotCapable"],
      [
        "write through a loop of links",
        `Deno.writeTextFileSync("${links}/loop", "x")`,
        "FilesystemLoop",
      ],
      [
        "fetch a file through a link",
        `(await fetch("file://${links}/%6fut")).text()`,
        "NotCapable",
      ],
      [
        "ask whether a file exists",
        `${fs}.statSync("/etc/no", { throwIfNoEntry: false })`,
        "NotCapable",
      ],
      ["make a temporary folder", `${fs}.mkdtempSync("/tmp/x")`, "NotCapable"],
      [
        "make a temporary folder that is removed",
        `${fs}.mkdtempDisposableSync("/tmp/x")`,
        "is not for a check",
      ],
      [
        "read the root of its process",
        `Deno.readTextFileSync("/proc/self/root${folder}/secret")`,
        "NotCapable",
      ],
      ["read the input of the daemon by its device", `Deno.openSync("/dev/fd/0")`, "NotCapable"],
    ] as const).map(([attempt, code, answer]): Expression => [
      attempt,
      "files",
      `return await (${code})`,
      answer,
    ]),
    ...([
      ["start a program by its name", `new Deno.Command("id").outputSync()`, "NotCapable"],
      [
        "find a program in its own folder",
        `new Deno.Command("cat", { env: { PATH: "${allowed}" } }).outputSync()`,
        "NotFound",
      ],
      [
        "start a program by a URL",
        `new Deno.Command(new URL("file:///usr/bin/id")).outputSync()`,
        "NotCapable",
      ],
      [
        "start a program by a URL that is not its path",
        `new Deno.Command(Object.defineProperty(new URL("file:///bin/cat"), "pathname",
           { value: "/usr/bin/id" })).outputSync()`,
        "NotCapable",
      ],
      [
        "start a program that is audited",
        `new Deno.Command("/bin/cat", { env: { LD_AUDIT: "/x.so" } }).outputSync()`,
        "NotCapable",
      ],
      [
        "start a program with a library in lower case",
        `new Deno.Command("/bin/cat", { env: { ld_preload: "/x.so" } }).outputSync()`,
        "NotCapable",
      ],
      [
        "start a program with a library in a name",
        `new Deno.Command("/bin/cat", { env: { "LD_PRELOAD=/x.so": "" } }).outputSync()`,
        "Invalid name of a variable",
      ],
      [
        "start a program with a library in a name without a program",
        `new Deno.Command("/bin/cat", { env: { "=LD_PRELOAD=/x.so": "" } }).spawn()`,
        "Invalid name of a variable",
      ],
      [
        "start a program of Node with a library in a name",
        `${node("child_process")}.spawnSync("/bin/cat", [], { env: { "LD_PRELOAD=/x.so": "" } })`,
        /Invalid name of a variable|NotCapable/,
      ],
      [
        "start a program with a library in a proxy",
        `new Deno.Command("/bin/cat", { env: new Proxy({}, { ownKeys: () => ["LD_PRELOAD"],
           getOwnPropertyDescriptor: () => ({ value: "/x.so", enumerable: true, configurable: true }),
           get: () => "/x.so" }) }).outputSync()`,
        "NotCapable",
      ],
      [
        "replace the mark of a program",
        `(${decode})(new Deno.Command("/bin/cat", { args: ["/proc/self/environ"],
           env: { CHECKWRIGHT_RUN: "forged" } }).outputSync().stdout).includes("forged")`,
        "OK false",
      ],
      [
        "pass an argument with a NUL",
        `new Deno.Command("/usr/bin/printf", { args: ["a\\0b"] }).outputSync()`,
        "nul byte",
      ],
      [
        "pass an argument of 3 MB",
        `new Deno.Command("/usr/bin/printf", { args: ["x".repeat(3e6)] }).outputSync()`,
        "too long",
      ],
      [
        "signal the daemon with the class of a child",
        `((child) => { try { Object.getPrototypeOf(child).kill.call(
           Object.create(child, { pid: { value: Deno.pid } }), "SIGURG") } finally { child.kill() } })(
           new Deno.Command("/bin/cat", { stdin: "piped" }).spawn())`,
        "TypeError",
      ],
    ] as const).map(([attempt, code, answer]): Expression => [
      attempt,
      "run",
      `return await (${code})`,
      answer,
    ]),
  ];
}
