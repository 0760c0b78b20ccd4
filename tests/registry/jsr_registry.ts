import { createSelfSigned } from "../../src/certificate/self_signed.ts";
import { readCopy } from "../../src/cli/own_package.ts";

/** A registry with the layout of JSR on this machine. */
export interface JsrRegistry extends AsyncDisposable {
  /** The URL, for JSR_URL. */
  url: string;
  /** The certificate in PEM, for DENO_CERT. */
  certificate: string;
}

interface Package {
  name: string;
  version: string;
  exports: Record<string, string>;
  /** The text of each file by its path, for example "src/mod.ts". */
  files: Record<string, string>;
}

/** Serves Checkwright, and the stand-ins under the names of the `@std` packages. */
export async function startJsrRegistry(): Promise<JsrRegistry> {
  const texts = new Map<string, string>();
  for (const each of [await checkwright(), ...await standIns()]) await publish(each, texts);
  const { cert, key } = await createSelfSigned({ names: ["127.0.0.1"] });
  const address = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const server = Deno.serve({ ...address, cert, key }, (request) => {
    const text = texts.get(new URL(request.url).pathname);
    const type = request.url.endsWith(".json") ? "application/json" : "application/typescript";
    return text === undefined
      ? new Response("not found", { status: 404 })
      : new Response(text, { headers: { "content-type": type } });
  });
  return {
    url: `https://127.0.0.1:${server.addr.port}/`,
    certificate: cert,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function checkwright(): Promise<Package> {
  const files = await readCopy(new URL("../../", import.meta.url));
  const own = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  const { name, version, exports, imports } = own;
  const named = Object.entries(files).map(([path, text]) => [path, resolved(text, imports)]);
  return { name, version, exports, files: Object.fromEntries(named) };
}

/** JSR replaces the names of an import map when a package is published. */
function resolved(text: string, imports: Record<string, string>): string {
  return text.replaceAll(
    /^(?! \*)(.*(?:from |import\())"([^"]+)"/gm,
    (all, start: string, name: string) =>
      Object.hasOwn(imports, name) ? `${start}"${imports[name]}"` : all,
  );
}

async function standIns(): Promise<Package[]> {
  const folder = new URL("../../src/std/", import.meta.url);
  return await Promise.all(
    [...Deno.readDirSync(folder)].map(async ({ name: part }) => {
      const read = (file: string) => Deno.readTextFile(new URL(`${part}/${file}`, folder));
      const { name, version, exports } = JSON.parse(await read("deno.json"));
      return {
        name,
        version,
        exports: { ".": exports },
        files: { "mod.ts": await read("mod.ts") },
      };
    }),
  );
}

async function publish(
  { name, version, exports, files }: Package,
  texts: Map<string, string>,
): Promise<void> {
  const [scope, short] = name.slice(1).split("/");
  const manifest: Record<string, { size: number; checksum: string }> = {};
  for (const [path, text] of Object.entries(files)) {
    const bytes = new TextEncoder().encode(text);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
    manifest[`/${path}`] = { size: bytes.length, checksum: `sha256-${digest}` };
    texts.set(`/${name}/${version}/${path}`, text);
  }
  texts.set(`/${name}/${version}_meta.json`, JSON.stringify({ manifest, exports }));
  texts.set(
    `/${name}/meta.json`,
    JSON.stringify({ scope, name: short, latest: version, versions: { [version]: {} } }),
  );
}
