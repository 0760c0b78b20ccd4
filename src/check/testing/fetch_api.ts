import { hasPath, readBytes } from "./files.ts";
import type { PeerFixture, PeerReply } from "./fixtures.ts";
import { requireAccess } from "../grants.ts";
import { formatHost } from "./net_api.ts";
import {
  type Call,
  findFixture,
  promised,
  runOutside,
  type Substitute,
  type Substitutes,
  type World,
} from "./world.ts";

const standardPorts: Readonly<Record<string, string>> = {
  "http:": "80",
  "https:": "443",
  "ws:": "80",
  "wss:": "443",
};

const redirections: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Maximum number of redirects that are followed (Fetch standard, "HTTP-redirect fetch"). */
const maxRedirections = 20;

function hostOf({ protocol, hostname, port }: URL): string {
  return formatHost(hostname, port || standardPorts[protocol] || "0");
}

/**
 * Replaces `fetch`. It follows redirects itself, because each redirect target needs a permission.
 */
const guardedFetch: Substitute = async (world, real, [input, init]) => {
  const client = (init as { client?: unknown } | undefined)?.client;
  const send: Call = (request) =>
    real(request, { redirect: "manual", ...(client !== undefined && { client }) });
  let request = new Request(input as RequestInfo, init as RequestInit);
  for (let count = 0; count <= maxRedirections; count++) {
    const again = request.body === null ? request : request.clone();
    const response = await answer(world, send, request);
    const location = response.headers.get("location");
    if (request.redirect === "manual" || location === null || !redirections.has(response.status)) {
      if (count > 0) Object.defineProperty(response, "redirected", { value: true });
      return response;
    }
    await response.body?.cancel();
    if (request.redirect === "error") {
      throw new TypeError(`Cannot fetch "${request.url}": the response is a redirect`);
    }
    request = redirect(again, response.status, new URL(location, request.url));
  }
  throw new TypeError(`Maximum number of redirects (${maxRedirections}) reached`);
};

function redirect(request: Request, status: number, url: URL): Request {
  const asGet = status === 303 || status < 303 && request.method === "POST";
  const headers = new Headers(request.headers);
  if (url.origin !== new URL(request.url).origin) headers.delete("authorization");
  const { method, body, signal } = asGet
    ? { method: "GET", body: null, signal: request.signal }
    : request;
  return new Request(url, { method, body, signal, headers, redirect: request.redirect });
}

async function answer(world: World, send: Call, request: Request): Promise<Response> {
  const url = new URL(request.url);
  if (url.protocol === "file:") {
    const path = decodeURIComponent(url.pathname);
    requireAccess(world.grants, "read", path);
    if (hasPath(world.files, path)) return present(readBytes(world.files, path), request);
  } else if (url.protocol in standardPorts) {
    const host = hostOf(url);
    requireAccess(world.grants, "net", host);
    const names = [url.href, url.origin + url.pathname, url.origin, host];
    const fixture = findFixture<PeerFixture>(world.net, ...names);
    if (fixture !== undefined) return present(await ask(fixture, request), request);
  }
  return await send(request) as Response;
}

async function ask(fixture: PeerFixture, request: Request): Promise<PeerReply> {
  const { signal } = request;
  signal.throwIfAborted();
  if (typeof fixture !== "function") return fixture as PeerReply;
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  const text = await formatRequest(request);
  return await Promise.race([runOutside(() => fixture(text)), aborted]) ?? "";
}

/** Formats a request as HTTP/1.1. */
async function formatRequest(request: Request): Promise<string> {
  const { pathname, search, host } = new URL(request.url);
  const headers = [["host", host], ...request.headers].map(([name, value]) =>
    `${name}: ${value}\r\n`
  );
  return `${request.method} ${pathname}${search} HTTP/1.1\r\n${headers.join("")}\r\n${await request
    .text()}`;
}

function present(reply: PeerReply, request: Request): Response {
  if (Array.isArray(reply)) {
    throw new TypeError(
      `Cannot fetch "${request.url}": the fixture is a list, expected a string, bytes or a ` +
        "Response",
    );
  }
  const response = reply instanceof Response ? reply.clone() : new Response(reply as BodyInit);
  return Object.defineProperty(response, "url", { value: request.url });
}

/** Guards a constructor whose first argument is the URL of a server. */
const connects: Substitute = (world, real, args) => {
  requireAccess(world.grants, "net", hostOf(new URL(String(args[0]))));
  return real(...args);
};

/** The global functions and classes that need a permission. */
export const globalApi: Substitutes = {
  fetch: promised(guardedFetch),
  WebSocket: connects,
  EventSource: connects,
  Worker: () => {
    throw new Deno.errors.NotSupported(
      "Cannot start a Worker in testCheck(): its permissions would not be enforced",
    );
  },
};
