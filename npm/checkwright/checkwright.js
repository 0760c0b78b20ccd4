#!/usr/bin/env node
/** Runs the command line of `@checkwright/checkwright` with the Deno of the package `deno`. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import process from "node:process";

const require = createRequire(import.meta.url);
// Deno's own command waits for the program without passing signals on.
const deno = require("deno/install_api.cjs").runInstall();
const main = require.resolve("@checkwright/checkwright/cli");
const flags = ["read", "write", "net", "env", "run", "sys"].map((kind) => `--allow-${kind}`);

const child = spawn(deno, ["run", "--quiet", ...flags, main, ...process.argv.slice(2)], {
  stdio: "inherit",
});
const passedOn = ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"];
for (const signal of passedOn) process.on(signal, () => child.kill(signal));
// A terminal sends this signal to the program, too.
process.on("SIGINT", () => {});

child.on("error", (error) => {
  console.error(`checkwright: error: Cannot start ${deno}: ${error.message}`);
  process.exitCode = 3;
});
child.on("exit", (code, signal) => {
  if (signal === null) {
    process.exitCode = code;
    return;
  }
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
