/**
 * Tries popular packages of npm in a check, in both kinds of sandbox, and writes the table of
 * `src/check/PACKAGES.md`. A package works if the check gives the expected text. Clients of servers
 * try to connect to a port of loopback at which nothing listens, and must report that.
 *
 *     deno task packages
 */
import { assertGenerated } from "../generated_page.ts";
import { createProject } from "../project.ts";
import type { Permissions } from "../../src/mod.ts";
import { run } from "../serving.ts";

/** A package, and the code that uses it: the body of a function with the parameter `signal`. */
interface Row {
  /** Name and version, and a module of the package if it is not the main one. */
  name: string;
  imports: string;
  code: string;
  expected: RegExp;
  /** Permissions besides the address of the server. */
  needs?: Permissions;
  /** Whether the package is imported when the check runs, because it needs a permission for that. */
  late?: boolean;
}

/** An address at which nothing listens. */
const address = "127.0.0.1:2";
const refused = /ECONNREFUSED|[Cc]onnection refused|CONNECTION_REFUSED|Could not connect/;

function client(name: string, imports: string, code: string, more: Partial<Row> = {}): Row {
  return {
    name,
    imports,
    code: `try { ${code}; return "connected"; } catch (error) { return describe(error); }`,
    expected: refused,
    ...more,
  };
}

function pure(
  name: string,
  imports: string,
  code: string,
  text: string,
  more: Partial<Row> = {},
): Row {
  return {
    name,
    imports,
    code: `return String(${code});`,
    expected: new RegExp(`^${text}$`),
    ...more,
  };
}

const rows: Row[] = [
  // Clients of servers.
  client(
    "@elastic/elasticsearch@9.5.1",
    "{ Client }",
    'await new Client({ node: "http://127.0.0.1:2", maxRetries: 0 }).ping()',
    { late: true, needs: { sys: ["osRelease"] } },
  ),
  client(
    "@aws-sdk/client-s3@3.1175.0",
    "{ ListBucketsCommand, S3Client }",
    'await new S3Client({ endpoint: "http://127.0.0.1:2", region: "eu", maxAttempts: 1, credentials: { accessKeyId: "a", secretAccessKey: "b" } }).send(new ListBucketsCommand({}))',
    { needs: { sys: ["homedir", "osRelease", "uid"] } },
  ),
  client("axios@1.21.1", "axios", 'await axios.get("http://127.0.0.1:2/")'),
  client(
    "basic-ftp@6.2.6",
    "{ Client }",
    'await new Client().access({ host: "127.0.0.1", port: 2 })',
  ),
  client(
    "cassandra-driver@4.10.0",
    "cassandra",
    'await new cassandra.Client({ contactPoints: ["127.0.0.1:2"], localDataCenter: "a" }).connect()',
  ),
  client(
    "dockerode@5.0.1",
    "Docker",
    'await new Docker({ protocol: "http", host: "127.0.0.1", port: 2 }).ping()',
  ),
  client("got@16.1.0", "got", 'await got("http://127.0.0.1:2/", { retry: { limit: 0 } }).text()'),
  client("graphql-request@7.4.0", "{ request }", 'await request("http://127.0.0.1:2/", "{ a }")'),
  client(
    "imapflow@2.10.2",
    "{ ImapFlow }",
    'const flow = new ImapFlow({ host: "127.0.0.1", port: 2, logger: false, auth: { user: "a", pass: "b" } }); flow.on("error", () => {}); await flow.connect()',
    { late: true, needs: { sys: ["hostname"] } },
  ),
  client(
    "kafkajs@2.2.4",
    "{ Kafka, logLevel }",
    'await new Kafka({ brokers: ["127.0.0.1:2"], retry: { retries: 0 }, logLevel: logLevel.NOTHING }).admin().connect()',
  ),
  client(
    "ldapts@9.2.0",
    "{ Client }",
    'await new Client({ url: "ldap://127.0.0.1:2" }).bind("cn=a", "b")',
  ),
  client(
    "memjs@1.3.2",
    "memjs",
    'await memjs.Client.create("127.0.0.1:2", { retries: 1 }).get("a")',
  ),
  client(
    "mongodb@7.9.0",
    "{ MongoClient }",
    'await new MongoClient("mongodb://127.0.0.1:2", { serverSelectionTimeoutMS: 500 }).connect()',
  ),
  client(
    "mqtt@5.16.0",
    "mqtt",
    'await mqtt.connectAsync("mqtt://127.0.0.1:2", { reconnectPeriod: 0 }, false)',
  ),
  client(
    "mssql@12.7.14",
    "mssql",
    'await mssql.connect({ server: "127.0.0.1", port: 2, options: { trustServerCertificate: true } })',
  ),
  client(
    "nats@2.29.3",
    "{ connect }",
    'await connect({ servers: "127.0.0.1:2", reconnect: false })',
  ),
  client("node-fetch@3.3.2", "nodeFetch", 'await nodeFetch("http://127.0.0.1:2/")'),
  client(
    "ssh2@1.17.0",
    "ssh2",
    'await new Promise((_, fail) => new ssh2.Client().on("error", fail).connect({ host: "127.0.0.1", port: 2, username: "a", password: "b" }))',
  ),
  client(
    "ws@8.23.0",
    "{ WebSocket }",
    'await new Promise((_, fail) => new WebSocket("ws://127.0.0.1:2/").on("error", fail))',
  ),
  // Formats, dates and other calculations.
  pure("ajv@8.20.0", "{ Ajv }", 'new Ajv().compile({ type: "number" })("x")', "false"),
  pure("cheerio@1.2.0", "* as cheerio", 'cheerio.load("<b>4</b>")("b").text()', "4"),
  pure("csv-parse@7.0.3/sync", "{ parse }", 'parse("a,b")[0][1]', "b"),
  pure("dayjs@1.11.23", "dayjs", 'dayjs("2026-03-01").diff("2026-02-01", "day")', "28"),
  pure("fast-xml-parser@5.12.1", "{ XMLParser }", 'new XMLParser().parse("<a>4</a>").a', "4"),
  pure("ini@7.0.0", "ini", 'ini.parse("[a]\\nb=4").a.b', "4"),
  pure("ipaddr.js@2.5.0", "ipaddr", 'ipaddr.parse("10.0.0.1").range()', "private"),
  pure("joi@18.3.2", "Joi", 'Joi.number().validate("x").error.message', '"value" must be a number'),
  pure("js-yaml@5.5.0", "{ load }", 'load("a: 4").a', "4"),
  pure("jsonpath-plus@11.3.0", "{ JSONPath }", 'JSONPath({ path: "$.a", json: { a: 4 } })[0]', "4"),
  pure("jsonwebtoken@9.0.3", "jwt", 'jwt.verify(jwt.sign({ a: 4 }, "s"), "s").a', "4"),
  pure("lru-cache@11.5.3", "{ LRUCache }", "new LRUCache({ max: 4 }).max", "4"),
  pure("luxon@3.7.2", "{ DateTime }", 'DateTime.fromISO("2026-03-01").weekday', "7"),
  pure("moment@2.31.0", "moment", 'moment("2026-03-01").diff("2026-02-01", "days")', "28"),
  pure("p-limit@7.3.3", "pLimit", "await pLimit(1)(() => 4)", "4"),
  pure("rxjs@7.8.2", "{ lastValueFrom, of }", "await lastValueFrom(of(4))", "4"),
  pure("uuid@14.0.3", "{ validate, v7 }", "validate(v7())", "true"),
  pure("yaml@2.9.1", "{ parse }", 'parse("a: 4").a', "4"),
  // Programs, logs, native code.
  pure("better-sqlite3@13.2.0", "Database", 'new Database(":memory:").open', "true"),
  pure(
    "execa@10.2.1",
    "{ execa }",
    '(await execa("/bin/echo", ["4"], { cancelSignal: signal, extendEnv: false })).stdout',
    "4",
    { needs: { run: ["/bin/echo"] } },
  ),
  pure("jsdom@31.0.1", "{ JSDOM }", 'new JSDOM("<b>4</b>").window.document.body.textContent', "4"),
  pure("pino@10.4.0", "{ pino }", "pino().level", "info", {
    late: true,
    needs: { sys: ["hostname"] },
  }),
  pure("sharp@0.35.5", "sharp", "typeof sharp()", "object"),
  pure("systeminformation@5.33.26", "si", "(await si.osInfo()).platform", "linux"),
  pure("winston@3.19.0", "winston", "winston.createLogger().level", "info"),
];

/** The agent that uses a package in a worker and in a process. */
function agentOf({ name, imports, code, needs, late = false }: Row): string {
  const taken = `${imports} from "npm:${name}";`;
  return `
import { defineAgent, defineCheck, ok } from "@checkwright/checkwright";
${late ? "" : `import ${taken}`}

function describe(error: any): string {
  return [error, error?.cause, ...error?.errors ?? [], ...error?.cause?.errors ?? []]
    .map((error) => \`\${error?.code} \${error?.message}\`).join(" ").replaceAll("\\n", " ");
}

const check = defineCheck({
  description: "Uses a package",
  permissions: ${JSON.stringify({ net: [address], ...needs })},
  async run(_options, { signal }) {
    ${late ? `const ${imports} = await import("npm:${name}");` : ""}
    const use = async (): Promise<any> => { ${code} };
    return ok(await use());
  },
});
export default defineAgent({
  commands: {
    worker: check({}, { isolation: "worker", timeout: "20s" }),
    process: check({}, { isolation: "process", timeout: "20s" }),
  },
});
`;
}

/** Returns what a package does in both sandboxes. */
async function attempt(row: Row): Promise<string> {
  await using project = await createProject(agentOf(row));
  const results = new Set<string>();
  for (const isolation of ["worker", "process"]) {
    const { stdout, stderr } = await run("run", project.agent, isolation);
    const text = stdout.trim();
    results.add(row.expected.test(text) ? "works" : reasonOf(text || stderr));
    if (!row.expected.test(text)) console.error(text, stderr);
  }
  return [...results].join("; ");
}

function reasonOf(text: string): string {
  if (/\.node"/.test(text)) return "requires a native addon";
  return text.split("\n")[0]!.replace(/^.*Cannot import npm:\S+: (?:it )?/, "");
}

function needsOf({ needs = {}, late = false }: Row): string {
  const permissions = Object.entries(needs).map(([kind, entries]) =>
    `\`${kind}: ${JSON.stringify(entries)}\``
  );
  return [...permissions, ...(late ? ["`await import()` in `run`"] : [])].join(", ");
}

const lines = ["| Package | Result | Needs |", "| --- | --- | --- |"];
for (const row of rows.toSorted((a, b) => a.name < b.name ? -1 : 1)) {
  if (Deno.args.length > 0 && !Deno.args.some((name) => row.name.startsWith(name))) continue;
  const result = await attempt(row);
  lines.push(`| \`${row.name}\` | ${result} | ${needsOf(row)} |`);
  console.log(lines.at(-1));
}
if (Deno.args.length === 0) {
  Deno.env.set("CHECKWRIGHT_WRITE_PAGES", "1");
  await assertGenerated("src/check/PACKAGES.md", lines.join("\n"));
}
