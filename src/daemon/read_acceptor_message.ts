import type { AcceptorEvent, FromAcceptor, ReceivedQuery } from "../acceptor/acceptor_messages.ts";
import type { Address } from "../net/host_port.ts";
import { MAX_BUFFER_LENGTH } from "../protocol/packet.ts";

/** The most fields of an event. */
const mostFields = 16;

/** The longest value of a field: an escaped query. */
const maxText = 8 * MAX_BUFFER_LENGTH;

/**
 * Checks a message of an acceptor. The acceptor reads from the network. If a peer could take it
 * over, its messages must not end the daemon, forge lines of the log, or pass arguments to commands
 * that accept none.
 *
 * @param data the message as it was received
 * @returns the message with its known properties; undefined if it is malformed
 */
export function readAcceptorMessage(data: unknown): FromAcceptor | undefined {
  if (!isObject(data)) return undefined;
  const { type, id, query, name, event, addresses, reason, open } = data;
  switch (type) {
    case "ready":
    case "prepared":
    case "worn":
    case "exhausted":
    case "idle":
      return { type };
    case "query":
      return isCount(id) && isQuery(query) ? { type, id, query: copyOf(query) } : undefined;
    case "resolve":
      return isCount(id) && isText(name) ? { type, id, name } : undefined;
    case "event":
      return isEvent(event) ? { type, event } : undefined;
    case "listening":
      return Array.isArray(addresses) && addresses.every(isAddress)
        ? { type, addresses }
        : undefined;
    case "failed":
      return isText(reason) ? { type, reason } : undefined;
    case "closed":
      return isCount(open) ? { type, open } : undefined;
  }
}

function copyOf({ address, subject, command, args }: ReceivedQuery): ReceivedQuery {
  return { address, subject, command, args };
}

function isQuery(value: unknown): value is ReceivedQuery {
  if (!isObject(value)) return false;
  const { address, subject, command, args } = value;
  return isText(address) && (subject === undefined || isText(subject)) && isText(command) &&
    Array.isArray(args) && args.length <= MAX_BUFFER_LENGTH && args.every(isText);
}

function isEvent(value: unknown): value is AcceptorEvent {
  if (!isObject(value)) return false;
  const { level, event, fields } = value;
  return ["info", "warning", "error"].includes(level as string) &&
    isText(event) && /^[a-z ]{1,32}$/.test(event) && isObject(fields) &&
    Object.keys(fields).length <= mostFields &&
    Object.entries(fields).every(([name, field]) => /^[a-z]{1,16}$/i.test(name) && isField(field));
}

function isField(value: unknown): boolean {
  return isText(value) || ["number", "boolean", "undefined"].includes(typeof value);
}

function isAddress(value: unknown): value is Address {
  return isObject(value) && isText(value.hostname) && isCount(value.port);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= maxText;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
