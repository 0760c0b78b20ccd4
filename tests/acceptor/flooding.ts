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
  /** The errors of good queries. */
  errors: string[];
  /** The longest time of a good query, in milliseconds. */
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

/** Opens bad connections, and sends a good query every 20 ms meanwhile. */
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

  async function good(): Promise<void> {
    do {
      const asked = performance.now();
      try {
        await askOnce({ port }, ["fast"], { tls });
        damage.queries++;
      } catch (error) {
        damage.errors.push((error as Error).message);
      }
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
