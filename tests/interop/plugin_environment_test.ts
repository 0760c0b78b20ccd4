/** Compares the environment of plugins with that of the real nrpe. */
import { assertEquals } from "@std/assert";
import { identify, readAccounts } from "../../src/agent/identify.ts";
import { createReport } from "../../src/agent/diagnostic.ts";
import { sendQuery } from "../../src/client/mod.ts";
import { MARK_VARIABLE } from "../../src/host/mark.ts";
import { openProcessTree } from "../../src/host/process_tree.ts";
import { runPlugin } from "../../src/runner/plugin.ts";
import { nrpe, startNrpe } from "../nrpe_daemon.ts";
import { isMissing } from "../tools.ts";

/** Variables of one side: nrpe sets IFS, which shells ignore; LANG=C is the same as no LANG. */
const ours = [MARK_VARIABLE, "LANG"];
const theirs = ["IFS"];

Deno.test("A plugin has the variables, the groups and the working directory that nrpe gives it", {
  ignore: Deno.uid() !== 0 || isMissing(nrpe) || isMissing("/usr/bin/setpriv"),
}, async () => {
  const folder = await Deno.makeTempDir();
  await Deno.chmod(folder, 0o755);
  const path = `${folder}/environment.sh`;
  await Deno.writeTextFile(path, "#!/bin/sh\nid -un; id -G; pwd; env | sort\n", { mode: 0o755 });
  await using daemon = await startNrpe(folder, { commands: { e: path }, tls: false });
  const where = { host: "127.0.0.1", port: daemon.port, tls: false } as const;
  const real = await sendQuery({ ...where, command: "e" });

  const exec = { user: "nagios", env: {}, cwd: "/", split: true };
  const identity = identify(exec, await readAccounts(), createReport([]));
  const processes = openProcessTree();
  const run = { argv: [path], env: {}, cwd: "/", ...identity };
  const { output } = await runPlugin(run, new AbortController().signal, processes);
  await processes.close();
  const without = (text: string, names: string[]) =>
    text.split("\n").filter((line) => line !== "" && !names.includes(line.split("=")[0]!));
  // The value of IFS ends with a line break, so that its last line has no name.
  const expected = without(real.text, theirs).filter((line) => !/^[ \t]+$/.test(line));
  assertEquals(without(output.text, ours), expected);
  assertEquals(expected.includes("HOME=/var/lib/nagios"), true);
  await Deno.remove(folder, { recursive: true });
});
