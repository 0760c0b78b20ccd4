/**
 * The module of an agent with checks of real servers. They use the client libraries of npm, and
 * have the smallest permissions: the address of the server. The password is a secret.
 */
import type { servers } from "./servers.ts";

/** A check as source text. */
interface LibraryCheck {
  /** The server, and the line that imports the library. */
  server: keyof typeof servers | "http";
  imports: string;
  /** The body of the function with the parameters `port`, `password`, `signal`. */
  body: string;
  /** The result. */
  text: string;
}

/** The checks, by the name of the library. */
export const libraryChecks: Readonly<Record<string, LibraryCheck>> = {
  pg: {
    server: "postgresql",
    imports: 'import pg from "npm:pg@8.23.1";',
    body: `
      const client = new pg.Client({ host, port, user, password, database: "postgres" });
      await client.connect();
      try {
        const { rows } = await client.query("SELECT $1::int + 1 AS sum", [41]);
        return \`sum \${rows[0].sum}\`;
      } finally {
        await client.end();
      }`,
    text: "sum 42",
  },
  postgres: {
    server: "postgresql",
    imports: 'import postgres from "npm:postgres@3.4.9";',
    body: `
      const sql = postgres({ host, port, user, password, database: "postgres", max: 1 });
      try {
        const [row] = await sql\`SELECT \${41}::int + 1 AS sum\`;
        return \`sum \${row?.sum}\`;
      } finally {
        await sql.end();
      }`,
    text: "sum 42",
  },
  mysql2: {
    server: "mariadb",
    imports: 'import mysql from "npm:mysql2@3.24.6/promise";',
    body: `
      const connection = await mysql.createConnection({ host, port, user, password });
      try {
        const [rows] = await connection.execute("SELECT ? + 1 AS sum", [41]);
        return \`sum \${(rows as { sum: number }[])[0]?.sum}\`;
      } finally {
        await connection.end();
      }`,
    text: "sum 42",
  },
  ioredis: {
    server: "redis",
    imports: 'import { Redis } from "npm:ioredis@6.0.0";',
    body: `
      const redis = new Redis({ host, port, password, maxRetriesPerRequest: 0 });
      try {
        await redis.set("ioredis", 41);
        return \`sum \${await redis.incr("ioredis")}\`;
      } finally {
        redis.disconnect();
      }`,
    text: "sum 42",
  },
  redis: {
    server: "redis",
    imports: 'import { createClient } from "npm:redis@6.3.1";',
    body: `
      const client = createClient({ password, socket: { host, port, reconnectStrategy: false } });
      await client.connect();
      try {
        await client.set("redis", "41");
        return \`sum \${await client.incr("redis")}\`;
      } finally {
        client.destroy();
      }`,
    text: "sum 42",
  },
  amqplib: {
    server: "rabbitmq",
    imports: 'import amqplib from "npm:amqplib@2.3.1";',
    body: `
      const connection = await amqplib.connect({ hostname: host, port, username: user, password });
      try {
        const channel = await connection.createChannel();
        const { messageCount } = await channel.checkQueue("orders");
        return \`\${messageCount} messages\`;
      } finally {
        await connection.close();
      }`,
    text: "0 messages",
  },
  nodemailer: {
    server: "smtp",
    imports: 'import { createTransport } from "npm:nodemailer@10.6.1";',
    body: `
      const transport = createTransport({ host, port });
      try {
        return String(await transport.verify());
      } finally {
        transport.close();
      }`,
    text: "true",
  },
  undici: {
    server: "http",
    imports: 'import { request } from "npm:undici@8.13.1";',
    body: `
      const { statusCode, body } = await request(\`http://\${host}:\${port}/\`, { signal });
      return \`\${statusCode} \${await body.text()}\`;`,
    text: "200 served",
  },
};

/**
 * Returns the module of the agent. It has each check twice: as NAME_worker and NAME_process.
 *
 * @param ports the ports of the servers
 * @param secret the file with the password
 * @param names the libraries; default: all
 */
export function libraryAgent(
  ports: Readonly<Record<LibraryCheck["server"], number>>,
  secret: string,
  names: readonly string[] = Object.keys(libraryChecks),
): string {
  const rows = names.map((name) => [name, libraryChecks[name]!] as const);
  return `
import { defineAgent, defineCheck, ok, option } from "@checkwright/checkwright";
${rows.map(([, { imports }]) => imports).join("\n")}

const host = "127.0.0.1";
const user = "shop";

function library(ask: (port: number, password: string, signal: AbortSignal) => Promise<string>) {
  return defineCheck({
    description: "Asks a server with a library",
    options: {
      port: option.integer({ description: "Port", required: true }),
      password: option.secret({ description: "Password", required: true }),
    },
    permissions: ({ port }) => ({ net: [\`\${host}:\${port}\`] }),
    run: async ({ port, password }, { signal }) => ok(await ask(port, password, signal)),
  });
}

const checks = {
${
    rows.map(([name, { server, body }]) =>
      `  ${name}: [${
        ports[server]
      }, async (port: number, password: string, signal: AbortSignal) => {${body}
  }],`
    ).join("\n")
  }
} as const;

const password = { file: ${JSON.stringify(secret)} };
const isolations = ["worker", "process"] as const;
export default defineAgent({
  commands: Object.fromEntries(
    Object.entries(checks).flatMap(([name, [port, ask]]) =>
      isolations.map((isolation) =>
        [\`\${name}_\${isolation}\`, library(ask)({ port, password }, { isolation })] as const
      )
    ),
  ),
  tls: false,
});
`;
}
