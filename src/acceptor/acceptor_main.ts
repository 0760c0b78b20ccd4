/**
 * The program of the acceptor's worker. The worker may use the addresses to listen on and nothing
 * else: no other address, no file, no variable, no program.
 */
import { createAcceptor } from "./acceptor.ts";
import type { FromAcceptor, ToAcceptor } from "./acceptor_messages.ts";

interface WorkerScope {
  postMessage(message: FromAcceptor): void;
  onmessage: (event: MessageEvent<ToAcceptor>) => void;
}

const scope = globalThis as unknown as WorkerScope;
const receive = createAcceptor((message) => scope.postMessage(message), { disposable: true });
scope.onmessage = ({ data }) => receive(data);
scope.postMessage({ type: "ready" });
