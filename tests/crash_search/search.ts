/**
 * Searches for calls that end the process from inside a sandbox. README.md describes the search.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import type { Position } from "./inside.ts";
import { describe, type Finding, narrow } from "./narrow.ts";
import { bundlePrograms, createSetting, type PermissionSet } from "./prepare.ts";
import { type Outcome, runProcess, type Setting } from "./outcome.ts";

/** The number of functions that one process tries. */
const batchSize = 80;
/**
 * Functions that behave differently without permissions. All others are called only with
 * permissions.
 */
const permitted =
  /Deno|net|dns|dgram|http|tls|fs|child_process|process|os\b|fetch|WebSocket|Storage/;
/** After this number of deaths and blocks, the remaining calls of a function are skipped. */
const maxDeaths = 3;
const maxBlocks = 2;

const options = parseArgs(Deno.args, {
  string: ["jobs", "permissions", "from"],
  boolean: ["verbose"],
});
const { jobs = "2", permissions = "all", from = "0", verbose } = options;
const filter = String(options._[0] ?? "");
const say = (text: string) => console.error(text);
const start = performance.now();
const seconds = () => Math.round((performance.now() - start) / 1000);
const folder = await Deno.makeTempDir({ prefix: "crash-search-" });
let found = 0;
try {
  const listener = acceptAll();
  await bundlePrograms(folder);
  const { port } = listener.addr as Deno.NetAddr;
  const sets = permissions === "all" ? ["wide", "none"] : [permissions];
  for (const name of sets as PermissionSet[]) {
    found += await searchWith(name, await createSetting(folder, name, port));
  }
  listener.close();
} finally {
  await Deno.remove(folder, { recursive: true });
}
Deno.exit(found === 0 ? 0 : 1);

function acceptAll(): Deno.Listener {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  (async () => {
    for await (const connection of listener) setTimeout(() => connection.close(), 300);
  })().catch(() => {});
  return listener;
}

async function searchWith(name: string, setting: Setting): Promise<number> {
  const listed = await runProcess(setting, { kind: "list" });
  if (listed.kind !== "done") throw new Error(`The list failed: ${listed.status} ${listed.reason}`);
  const names = listed.lines;
  const isTried = (one: string) => one.includes(filter) && (name !== "none" || permitted.test(one));
  const skip = names.flatMap((one, at) => isTried(one) ? [] : [at]);
  const findings: Finding[] = [];
  let calls = 0;
  const cut: number[] = [];
  say(`permissions ${name}: ${names.length - skip.length} functions`);
  const batches: [number, number][] = [];
  for (let at = Number(from); at < names.length; at += batchSize) {
    batches.push([at, Math.min(at + batchSize, names.length) - 1]);
  }
  const skipped = new Set(skip);
  const work = batches.filter(([first, last]) => {
    for (let at = first; at <= last; at++) if (!skipped.has(at)) return true;
    return false;
  });

  async function explain(outcome: Outcome, from: Position): Promise<Finding | undefined> {
    const { kind, at, method, reason } = outcome;
    if (kind === "died") return await narrow(setting, from, outcome);
    if (kind === "done" || kind === "low") return undefined;
    return { kind, expression: await describe(setting, at, method), status: "", reason };
  }

  async function searchBatch([first, last]: [number, number]): Promise<void> {
    let at: Position = [first, 0, -1];
    const deaths = new Map<string, number>();
    for (;;) {
      const to: Position = [last, 1e9, 1e9];
      const outcome = await runProcess(setting, { kind: "run", from: at, to, skip });
      calls += outcome.calls;
      cut.push(...outcome.cut);
      if (outcome.kind === "done") return;
      const [fn, call] = outcome.at;
      if (outcome.kind === "low") {
        // The last call is tried again in a new process, except if it alone reaches a limit.
        const isFirst = fn === at[0] && call === at[1];
        at = [fn, isFirst ? call + 1 : call, -1];
        continue;
      }
      const finding = await explain(outcome, at);
      if (finding !== undefined) {
        findings.push(finding);
        say(`  ${show(finding)}`);
      }
      const key = `${outcome.kind} ${fn}`;
      deaths.set(key, (deaths.get(key) ?? 0) + 1);
      const many = deaths.get(key)! >= (outcome.kind === "blocked" ? maxBlocks : maxDeaths);
      if (many) cut.push(fn);
      at = many ? [fn + 1, 0, -1] : [fn, call + 1, -1];
      if (at[0] > last) return;
    }
  }

  await Promise.all(Array.from({ length: Number(jobs) }, async () => {
    for (let batch; (batch = work.shift()) !== undefined;) {
      await searchBatch(batch);
      say(
        `  ${name}: functions ${batch[0]} to ${batch[1]} of ${names.length}, ${calls} calls, ` +
          `${findings.filter(({ kind }) => kind === "crash").length} crashes, ${seconds()} s`,
      );
    }
  }));
  print(name, names, calls, cut, findings);
  return findings.filter(({ kind }) => kind === "crash").length;
}

function show({ kind, expression, status, reason }: Finding): string {
  return [kind, expression, status, reason].filter((part) => part !== "").join(" | ");
}

function print(
  name: string,
  names: readonly string[],
  calls: number,
  cut: readonly number[],
  findings: readonly Finding[],
): void {
  console.log(
    `Deno ${Deno.version.deno}, permissions ${name}: ${names.length} functions, ` +
      `${calls} calls, ${seconds()} s`,
  );
  for (const kind of ["crash", "memory", "broken", "blocked"] as const) {
    const these = findings.filter((one) => one.kind === kind).map(show).sort();
    console.log(`${kind}: ${these.length}`);
    for (const line of these) console.log(`  ${line}`);
  }
  console.log(`cut: ${cut.length}`);
  if (verbose) { for (const at of cut) console.log(`  ${names[at]}`); }
}
