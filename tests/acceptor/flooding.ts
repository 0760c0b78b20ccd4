/**
 * Floods of bad connections beside good queries. Used by the tests, and by tests/bench/floods.ts
 * with more connections.
 */
import { askOnce } from "../asking.ts";
import { later } from "../waiting.ts";
import type { BadPeers, Flood } from "./bad_peers.ts";

/** Result of a flood. */
export interface Damage {
  /** The number of good queries meanwhile. */
  queries: number;
  /** The first error of each good query that had to be repeated. */
  errors: string[];
  /** The longest time until a good query was answered, in milliseconds, with its repetitions. */
  worst: number;
  /** The duration of the flood, in seconds. */
  seconds: number;
}

/** Options of {@linkcode flood}. */
export interface FloodOptions extends Omit<BadPeers, "kind" | "atOnce" | "silence"> {
  tls: boolean;
  /** Default: 500. */
  atOnce?: number;
  /** Default: 3,000. */
  silence?: number;
}

/**
 * Opens bad connections, and sends a good query every 20 ms meanwhile. A query that fails is
 * repeated until it is answered, as an engine does.
 */
export async function flood(
  { name }: Flood,
  { port, tls, from, count, atOnce = 500, silence = 3_000 }: FloodOptions,
): Promise<Damage> {
  const damage: Damage = { queries: 0, errors: [], worst: 0, seconds: 0 };
  const worker = new Worker(import.meta.resolve("./bad_peers.ts"), {
    type: "module",
    name: "bad peers",
  });
  const start = performance.now();
  let flooding = true;

  async function failures(): Promise<string[]> {
    const errors: string[] = [];
    for (;;) {
      try {
        await askOnce({ port }, ["fast"], { tls });
        return errors;
      } catch (error) {
        errors.push((error as Error).message);
        await later(20);
      }
    }
  }

  async function good(): Promise<void> {
    do {
      const asked = performance.now();
      const [first] = await failures();
      if (first !== undefined) damage.errors.push(first);
      damage.queries++;
      damage.worst = Math.max(damage.worst, performance.now() - asked);
      await later(20);
    } while (flooding);
  }

  const done = new Promise((resolve) => worker.onmessage = resolve);
  worker.postMessage({ kind: name, port, from, count, atOnce, silence } satisfies BadPeers);
  const asking = good();
  await done;
  worker.terminate();
  damage.seconds = (performance.now() - start) / 1000;
  flooding = false;
  await asking;
  return damage;
}
