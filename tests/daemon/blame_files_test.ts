import { assertEquals, assertStringIncludes } from "@std/assert";
import { openBlame, showCommands } from "../../src/daemon/blame.ts";
import { NO_QUARANTINE, type QuarantineState } from "../../src/runner/quarantine.ts";
import { AGENT } from "../../src/runner/run_record.ts";

async function withFolder(test: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "checkwright-test-" });
  await test(folder);
  await Deno.remove(folder, { recursive: true });
}

Deno.test("openBlame() passes the quarantine and the marks on to the next process", async () => {
  await withFolder((folder) => {
    const first = openBlame(folder);
    assertEquals([first.state, first.death, first.newer], [NO_QUARANTINE, undefined, undefined]);
    const state: QuarantineState = {
      quarantined: { bad: "why" },
      suspects: { own: { deaths: 0, separate: true }, tried: { deaths: 2, trial: "linger" } },
    };
    first.update(state);
    first.write("a", "running");
    first.write('b "\\n\u00e9', "running");
    first.write("a", undefined);
    first.write("c", "loaded");
    first.write("c", "answered");
    assertEquals(
      Deno.readTextFileSync(`${folder}/running.txt`),
      'checkwright running 1\n- "a"\nr "b \\"\\\\n\u00e9"\na "c"\n',
    );
    const second = openBlame(folder);
    assertEquals(second.death?.suspects, ['b "\\n\u00e9', "c"]);
    assertEquals(second.state.quarantined, state.quarantined);
    assertEquals(second.state.suspects, {
      ...state.suspects,
      'b "\\n\u00e9': { deaths: 1, trial: "run" },
      c: { deaths: 1, trial: "linger" },
    });
    second.restart();
    const third = openBlame(folder);
    assertEquals([third.state, third.death], [second.state, undefined]);
    third.write("a", "running");
    third.stop();
    assertEquals(openBlame(folder).state, NO_QUARANTINE);
  });
});

Deno.test("openBlame() neither reads nor changes files of a newer version", async () => {
  await withFolder((folder) => {
    const files = {
      "quarantine.json": '{"version":2,"quarantined":["in another form"]}',
      "running.txt": "checkwright running 2\nsomething else\n",
    };
    for (const [name, text] of Object.entries(files)) {
      Deno.writeTextFileSync(`${folder}/${name}`, text);
    }
    const blame = openBlame(folder);
    assertEquals(blame.newer, `${folder}/quarantine.json has format 2`);
    assertEquals(blame.state, NO_QUARANTINE);
    blame.update({ quarantined: { a: "b" }, suspects: {} });
    blame.write("a", "running");
    blame.stop();
    for (const [name, text] of Object.entries(files)) {
      assertEquals(Deno.readTextFileSync(`${folder}/${name}`), text);
    }
  });
});

Deno.test("openBlame() reads files of version 0, and ignores malformed files", async () => {
  await withFolder((folder) => {
    const read = (text: string) => {
      Deno.writeTextFileSync(`${folder}/quarantine.json`, text);
      return openBlame(folder).state;
    };
    assertEquals(
      read('{"quarantined":{"a":"it blocked"},"suspects":["b"]}'),
      { quarantined: { a: "it blocked" }, suspects: {} },
    );
    for (const text of ["", "{", "null", "[]", '"x"', '{"quarantined":5,"suspects":null}']) {
      assertEquals(read(text), NO_QUARANTINE, text);
    }
    assertEquals(
      read('{"version":1,"quarantined":{"a":5},"suspects":{"b":7,"c":{"deaths":"x","trial":"y"}}}'),
      { quarantined: { a: "5" }, suspects: {} },
    );
    for (const text of ["r", 'x "a"', 'r "a', "r 5", "\0\0\0", 'r "a"\nr "b']) {
      Deno.writeTextFileSync(`${folder}/quarantine.json`, "{}");
      Deno.writeTextFileSync(`${folder}/running.txt`, `checkwright running 1\n${text}`);
      const suspects = text.startsWith('r "a"\n') ? ["a"] : undefined;
      assertEquals(openBlame(folder).death?.suspects, suspects, text);
    }
  });
});

Deno.test("openBlame() ignores a damaged list of running commands, and records further commands", async () => {
  await withFolder((folder) => {
    for (const text of ["\0\0\0\0\0\0\0\0", 'r "a"\n', "checkwright", "\u00e9\n"]) {
      Deno.writeTextFileSync(`${folder}/running.txt`, text);
      const blame = openBlame(folder);
      assertEquals(blame.death, undefined, text);
      blame.write("b", "running");
      assertEquals(openBlame(folder).death?.suspects, ["b"], text);
    }
  });
});

Deno.test("openBlame() removes all marks if it cannot change a mark", async () => {
  await withFolder((folder) => {
    const blame = openBlame(folder);
    blame.write("a", "trial");
    const write = Deno.FsFile.prototype.writeSync;
    Deno.FsFile.prototype.writeSync = () => {
      throw new Error("No space left on device");
    };
    try {
      blame.write("b", "running");
    } finally {
      Deno.FsFile.prototype.writeSync = write;
    }
    blame.write("a", undefined);
    assertEquals(openBlame(folder).death, undefined);
  });
});

Deno.test("openBlame() reads a damaged quarantine without the values of a wrong type", async () => {
  await withFolder((folder) => {
    const text = '{"quarantined":{"__proto__":"a","b":{"toString":1},"c":5},"suspects":' +
      '{"constructor":{"deaths":1},"d":{"deaths":-1},"e":{"deaths":1e999},"f":{"deaths":0.5}}}';
    Deno.writeTextFileSync(`${folder}/quarantine.json`, text);
    const { quarantined, suspects } = openBlame(folder).state;
    assertEquals(Object.entries(quarantined), [
      ["__proto__", "a"],
      ["b", "unknown reason"],
      ["c", "5"],
    ]);
    assertEquals(Object.entries(suspects), [["constructor", { deaths: 1 }]]);
  });
});

Deno.test("openBlame() replaces files that are too large", async () => {
  await withFolder((folder) => {
    for (const name of ["quarantine.json", "running.txt"]) {
      Deno.writeTextFileSync(`${folder}/${name}`, "");
      Deno.truncateSync(`${folder}/${name}`, 2 ** 40);
    }
    const blame = openBlame(folder);
    assertEquals([blame.state, blame.death, blame.unwritable], [
      NO_QUARANTINE,
      undefined,
      undefined,
    ]);
    blame.write("a", "running");
    assertEquals(openBlame(folder).death?.suspects, ["a"]);
  });
});

Deno.test("openBlame() does nothing if the folder cannot be written", () => {
  const blame = openBlame("/proc/nowhere");
  assertStringIncludes(blame.unwritable!, "Cannot write /proc/nowhere/running.txt: ");
  blame.update({ quarantined: { a: "b" }, suspects: {} });
  blame.write("a", "running");
  blame.stop();
  assertEquals(blame.state, NO_QUARANTINE);
});

Deno.test("showCommands() shows the agent's module as (agent)", () => {
  assertEquals(showCommands(["a", AGENT, "b"]), "a, (agent), b");
});
