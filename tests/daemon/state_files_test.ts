/** The files of the states of commands: what they contain, what survives, and their bounds. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { MAX_STATE } from "../../src/check/check_state.ts";
import { openStateFiles, type StateFiles } from "../../src/daemon/state_files.ts";
import { MAX_STATES } from "../../src/runner/state_store.ts";
import { runToEnd } from "../waiting.ts";

/** A folder of states that is removed at the end. */
interface Place extends AsyncDisposable {
  folder: string;
  /** The reported reasons, each with its command. */
  reported: string[];
  /** Opens the folder, as the next daemon does. */
  open(): StateFiles;
  /** Returns the names of all files. */
  names(): string[];
}

async function createPlace(): Promise<Place> {
  const root = await Deno.makeTempDir({ prefix: "checkwright-test-" });
  const folder = `${root}/check_state`;
  const reported: string[] = [];
  return {
    folder,
    reported,
    open: () => openStateFiles(folder, (command, reason) => reported.push(`${command}: ${reason}`)),
    names: () => [...Deno.readDirSync(folder)].map(({ name }) => name).sort(),
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

/** Stores one state and returns the path of its file. */
async function storeOne(place: Place, json = "1", command = "a"): Promise<string> {
  const states = place.open();
  states.write(command, "[]", json);
  await states.flush();
  const [name] = place.names();
  return `${place.folder}/${name}`;
}

Deno.test("A state is found by the next daemon, under its command and options only", async () => {
  await using place = await createPlace();
  const odd = "a/../b \n\0__proto__ ü";
  const rows: [command: string, options: string, json: string][] = [
    ["a", "[]", "1"],
    ["a", '[["w",5]]', '"x"'],
    ["b", "[]", "null"],
    [odd, odd, '{"a":[1]}'],
  ];
  const first = place.open();
  assertEquals(await first.read("a", "[]"), null);
  assertEquals(first.has("a"), false);
  for (const [command, options, json] of rows) first.write(command, options, json);
  await first.flush();
  const second = place.open();
  for (const states of [first, second]) {
    for (const [command, options, json] of rows) {
      assertEquals(states.has(command), true);
      assertEquals(await states.read(command, options), json);
    }
    assertEquals(await states.read("b", '[["w",5]]'), null);
    assertEquals(await states.read("c", "[]"), null);
    assertEquals(states.has("c"), false);
  }
  assertEquals(place.names().length, rows.length);
  for (const name of place.names()) assertMatch(name, /^[0-9a-f]{32}-[0-9a-f]{32}\.json$/);
  assertEquals(place.reported, []);
});

Deno.test("The file of a state has a version, the command and the value, and only its owner can read it", async () => {
  await using place = await createPlace();
  const path = await storeOne(place, '{"n":1}', "check_x");
  assertEquals(JSON.parse(await Deno.readTextFile(path)), {
    version: 1,
    command: "check_x",
    state: '{"n":1}',
  });
  assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
  assertEquals((await Deno.stat(place.folder)).mode! & 0o777, 0o700);
});

Deno.test("A new state is read before it is stored, and the last one remains", async () => {
  await using place = await createPlace();
  const states = place.open();
  for (let count = 1; count <= 50; count++) {
    states.write("a", "[]", `${count}`);
    assertEquals(states.has("a"), true);
    assertEquals(await states.read("a", "[]"), `${count}`);
  }
  await states.flush();
  assertEquals(await place.open().read("a", "[]"), "50");
  states.write("a", "[]", "51");
  states.write("a", "[]", null);
  assertEquals(await states.read("a", "[]"), null);
  await states.flush();
  assertEquals([states.has("a"), place.names()], [false, []]);
});

Deno.test("The largest state is stored", async () => {
  await using place = await createPlace();
  const json = JSON.stringify("\u0001".repeat((MAX_STATE - 2) / 6));
  assert(json.length > MAX_STATE - 8);
  const states = place.open();
  states.write("a", "[]", json);
  await states.flush();
  assertEquals(await place.open().read("a", "[]"), json);
});

Deno.test("A command has a bounded number of files, and the least recently used one is removed", async () => {
  await using place = await createPlace();
  const states = place.open();
  states.write("other", "[]", "0");
  for (let at = 0; at < MAX_STATES; at++) {
    states.write("a", `${at}`, `${at}`);
    if (at % 100 === 0) await states.flush();
  }
  await states.flush();
  assertEquals(place.names().length, MAX_STATES + 1);
  assertEquals(await states.read("a", "0"), "0");
  for (let at = 0; at < 10; at++) states.write("a", `new ${at}`, "1");
  await states.flush();
  assertEquals(place.names().length, MAX_STATES + 1);
  for (const one of [states, place.open()]) {
    assertEquals(await one.read("a", "0"), "0");
    assertEquals(await one.read("a", "1"), null);
    assertEquals(await one.read("a", "11"), "11");
    assertEquals(await one.read("a", "new 9"), "1");
    assertEquals(await one.read("other", "[]"), "0");
  }
  assertEquals(place.reported, []);
});

Deno.test("After a start, the state that was changed first is removed first", async () => {
  await using place = await createPlace();
  const before = place.open();
  for (let at = 0; at < MAX_STATES; at++) {
    before.write("a", `${at}`, `${at}`);
    if (at % 100 === 0) await before.flush();
  }
  await before.flush();
  // The times of the files are too close to be compared. So one file becomes older.
  const [oldest] = place.names();
  const past = new Date(Date.now() - 3_600_000);
  await Deno.utime(`${place.folder}/${oldest}`, past, past);
  const states = place.open();
  states.write("a", "new", "1");
  await states.flush();
  assertEquals(place.names().length, MAX_STATES);
  assertEquals(place.names().includes(oldest!), false);
});

Deno.test("The file of a newer version is neither read nor changed nor removed", async () => {
  await using place = await createPlace();
  const path = await storeOne(place);
  const text = '{"version":2,"state":{"in":"another form"}}';
  await Deno.writeTextFile(path, text);
  const states = place.open();
  assertEquals(await states.read("a", "[]"), null);
  for (const json of ["2", null, "3"]) states.write("a", "[]", json);
  await states.flush();
  for (let at = 0; at < MAX_STATES + 5; at++) {
    states.write("a", `${at}`, "1");
    if (at % 100 === 0) await states.flush();
  }
  await states.flush();
  await states.retain([]);
  assertEquals(place.names().map((name) => `${place.folder}/${name}`), [path]);
  assertEquals(await Deno.readTextFile(path), text);
  assertEquals(place.reported, [
    `a: ${path} has format 2, which this version cannot read: the file is not changed, and the ` +
    "command has no state",
  ]);
});

Deno.test("A newer file is not replaced by a state that was not read before", async () => {
  await using place = await createPlace();
  const path = await storeOne(place);
  const text = '{"version":1e9}';
  await Deno.writeTextFile(path, text);
  const states = place.open();
  states.write("a", "[]", "2");
  await states.flush();
  assertEquals(await Deno.readTextFile(path), text);
  assertEquals(place.reported.length, 1);
});

Deno.test("A damaged file is ignored, and replaced by the next state", async () => {
  const damaged: [name: string, content: string | Uint8Array][] = [
    ["an empty file", ""],
    ["half a file", '{"version":1,"command":"a","sta'],
    ["zeros", "\0".repeat(100)],
    ["no object", "[1]"],
    ["null", "null"],
    ["no version", '{"command":"a","state":"1"}'],
    ["a version that is text", '{"version":"2","command":"a","state":"1"}'],
    ["an older version that does not exist", '{"version":0,"command":"a","state":"1"}'],
    ["a state that is not text", '{"version":1,"command":"a","state":1}'],
    ["a state that is not JSON", '{"version":1,"command":"a","state":"{"}'],
    ["the state of another command", '{"version":1,"command":"b","state":"1"}'],
    ["a deep list", "[".repeat(500_000)],
    [
      "a state that is too large",
      JSON.stringify({ version: 1, command: "a", state: JSON.stringify("x".repeat(MAX_STATE)) }),
    ],
    ["bytes that are not UTF-8", new Uint8Array([0xff, 0xfe, 0])],
    ["a file that is too large", " ".repeat(2_000_000)],
  ];
  for (const [name, content] of damaged) {
    await using place = await createPlace();
    const path = await storeOne(place);
    if (typeof content === "string") await Deno.writeTextFile(path, content);
    else await Deno.writeFile(path, content);
    const states = place.open();
    assertEquals(await states.read("a", "[]"), null, name);
    assertEquals(place.reported, [`a: ${path} is damaged and is ignored`], name);
    states.write("a", "[]", "2");
    await states.flush();
    assertEquals(await place.open().read("a", "[]"), "2", name);
  }
});

Deno.test("Special files in place of a state do not block the daemon", async () => {
  const special: [name: string, make: (path: string) => Promise<unknown>][] = [
    ["a FIFO", (path) => runToEnd("/usr/bin/mkfifo", { args: [path] })],
    ["a link to a device", (path) => Deno.symlink("/dev/zero", path)],
    ["a link to itself", (path) => Deno.symlink(path, path)],
    ["a folder", (path) => Deno.mkdir(path)],
  ];
  for (const [name, make] of special) {
    await using place = await createPlace();
    const path = await storeOne(place);
    await Deno.remove(path);
    await make(path);
    const states = place.open();
    assertEquals(await states.read("a", "[]"), null, name);
    states.write("a", "[]", "2");
    await states.flush();
    const replaced = name !== "a folder";
    assertEquals(await place.open().read("a", "[]"), replaced ? "2" : null, name);
    assertEquals(place.names().length, 1, name);
  }
});

Deno.test("The states of removed commands are removed, and nothing else", async () => {
  await using place = await createPlace();
  const states = place.open();
  for (const command of ["kept", "removed"]) {
    for (const options of ["[]", "[1]"]) states.write(command, options, "1");
  }
  await states.flush();
  await Deno.writeTextFile(`${place.folder}/notes.txt`, "x");
  await states.retain(["kept"]);
  assertEquals(place.names().length, 3);
  assertEquals(await states.read("kept", "[1]"), "1");
  assertEquals(await states.read("removed", "[]"), null);
  // A run that began before the reload.
  states.write("removed", "[]", "2");
  states.write("kept", "[]", "2");
  await states.flush();
  assertEquals([await states.read("removed", "[]"), await states.read("kept", "[]")], [null, "2"]);
  await states.retain(["kept", "removed"]);
  states.write("removed", "[]", "3");
  await states.flush();
  assertEquals(await place.open().read("removed", "[]"), "3");
});

Deno.test("A removed file or folder is an empty state, and the next state creates it again", async () => {
  await using place = await createPlace();
  const states = place.open();
  states.write("a", "[]", "1");
  await states.flush();
  await Deno.remove(place.folder, { recursive: true });
  assertEquals(await states.read("a", "[]"), null);
  states.write("a", "[]", "2");
  await states.flush();
  assertEquals(await place.open().read("a", "[]"), "2");
  assertEquals(place.reported, []);
});

Deno.test("A temporary file of a process that was killed is removed later", async () => {
  await using place = await createPlace();
  const path = await storeOne(place);
  const name = path.slice(place.folder.length + 1);
  const old = `.${name}.${crypto.randomUUID()}.tmp`;
  const young = `.${name}.${crypto.randomUUID()}.tmp`;
  for (const temporary of [old, young]) {
    await Deno.writeTextFile(`${place.folder}/${temporary}`, "");
  }
  const past = new Date(Date.now() - 3_600_000);
  await Deno.utime(`${place.folder}/${old}`, past, past);
  assertEquals(await place.open().read("a", "[]"), "1");
  assertEquals(place.names(), [young, name].sort());
});

Deno.test("A folder that cannot be written is reported once, and nothing is stored", async () => {
  const reported: string[] = [];
  const report = (command: string, reason: string) => reported.push(`${command}: ${reason}`);
  const states = openStateFiles("/proc/nowhere/check_state", report);
  for (const command of ["a", "a", "b"]) states.write(command, "[]", "1");
  await states.flush();
  assertEquals(await states.read("a", "[]"), null);
  await states.retain([]);
  assertEquals(reported.length, 1);
  assertStringIncludes(reported[0]!, "a: Cannot write /proc/nowhere/check_state: No such file");
});

Deno.test("A process without permission for the folder reports it", {
  permissions: { read: false, write: false },
}, async () => {
  const reported: string[] = [];
  const states = openStateFiles("/tmp/never", (_command, reason) => reported.push(reason));
  assertEquals(await states.read("a", "[]"), null);
  for (const options of ["[]", "[1]"]) states.write("a", options, "1");
  await states.flush();
  await states.retain([]);
  assertEquals(reported, ["Cannot write /tmp/never: this process has no permission for it"]);
});

Deno.test("A slow disk bounds the number of states that wait", async () => {
  await using place = await createPlace();
  const states = place.open();
  for (let at = 0; at < 1_000; at++) states.write("a", `${at}`, "1");
  await states.flush();
  assertEquals(place.names().length, 256);
  assertEquals(place.reported, [
    `a: Cannot write ${place.folder}: too many states wait to be stored`,
  ]);
});
