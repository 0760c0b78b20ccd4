/** Client certificates: the real check_nrpe presents a valid one, a wrong one, or none. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { AUTHORITY, certificateFolder, type Issued, openssl, SERVER } from "../openssl.ts";
import { serve } from "../serving.ts";
import { isMissing, pluginFolder } from "../tools.ts";
import { runToEnd } from "../waiting.ts";

const checkNrpe = `${pluginFolder}/check_nrpe`;
const agent = fileURLToPath(new URL("../fixtures/interop_agent.ts", import.meta.url));
const CLIENT = ["basicConstraints=CA:FALSE", "extendedKeyUsage=clientAuth"];

Deno.test({
  name: "check_nrpe with a client certificate may run only the commands of its rule",
  ignore: isMissing(checkNrpe) || isMissing(openssl),
  async fn() {
    await using folder = await certificateFolder();
    const ca = await folder.issue("ca", { subject: "/CN=Test CA", extensions: AUTHORITY });
    const other = await folder.issue("other", { subject: "/CN=Other CA", extensions: AUTHORITY });
    const server = await folder.issue("server", {
      subject: "/CN=host",
      issuer: ca,
      extensions: SERVER,
    });
    const rsa = await folder.issue("rsa", {
      subject: "/CN=host",
      issuer: ca,
      extensions: SERVER,
      newkey: ["rsa:2048"],
    });
    const monitor = await folder.issue("monitor", {
      subject: "/CN=monitor-1",
      issuer: ca,
      extensions: CLIENT,
    });
    const stranger = await folder.issue("stranger", {
      subject: "/CN=monitor-1",
      issuer: other,
      extensions: CLIENT,
    });

    const show = (who: typeof monitor) => ["-C", who.certFile, "-K", who.keyFile];
    const settings = `${folder.path}/settings.yaml`;
    // With -A, check_nrpe verifies the chain of the server.
    const cases: [
      mode: string,
      host: typeof server,
      flags: string[],
      command: string,
      code: number,
      text: string,
    ][] = [
      ["require", server, show(monitor), "ok", 0, "all fine"],
      ["require", rsa, [...show(monitor), "-A", ca.certFile], "ok", 0, "all fine"],
      [
        "require",
        server,
        show(monitor),
        "warning",
        3,
        "Command 'warning' is not allowed for this client",
      ],
      ["request", server, show(monitor), "ok", 0, "all fine"],
      ["request", server, [], "ok", 3, "Client certificate: none"],
      ["require", server, [], "ok", -1, ""],
      ["require", server, show(stranger), "ok", -1, ""],
      ["request", server, show(stranger), "ok", -1, ""],
    ];
    for (const [mode, host, flags, command, code, text] of cases) {
      await Deno.writeTextFile(
        settings,
        `tls: { cert: ${host.certFile}, key: ${host.keyFile}, ca: ${ca.certFile}, clientCertificates: ${mode} }\n` +
          `clients: [{ subject: CN=monitor-*, commands: [ok] }]\n`,
      );
      await using served = await serve(agent, "--settings", settings);
      const asked = await runToEnd(checkNrpe, {
        args: ["-H", "127.0.0.1", "-p", `${served.port}`, ...flags, "-c", command],
      });
      const printed = new TextDecoder().decode(asked.stdout);
      const name = `${mode} ${flags.join(" ")} ${command}: ${printed}`;
      if (code >= 0) assertEquals(asked.code, code, name);
      else assertEquals([asked.code, printed.includes("all fine")], [3, false], name);
      assertStringIncludes(printed, text, name);
      if (code >= 0 && flags.length > 0) {
        await served.logged("subject=");
        assertStringIncludes(served.log(), 'subject="CN=monitor-1"');
      } else if (code < 0) await served.logged("connection error peer=127.0.0.1 stage=handshake");
    }
  },
});

Deno.test({
  name: "check_nrpe ends with a message and exit code 3 if its certificate is refused",
  ignore: isMissing(checkNrpe) || isMissing(openssl),
  async fn() {
    await using folder = await certificateFolder();
    const issue = (name: string, issuer?: Issued, extensions: string[] = AUTHORITY) =>
      folder.issue(name, { subject: `/CN=${name}`, extensions, ...(issuer && { issuer }) });
    const [ca, other] = [await issue("ca"), await issue("other")];
    const server = await issue("server", ca, SERVER);
    const stranger = await issue("stranger", other, CLIENT);
    const settings = `${folder.path}/settings.yaml`;
    await Deno.writeTextFile(
      settings,
      `tls: { cert: ${server.certFile}, key: ${server.keyFile}, ca: ${ca.certFile}, ` +
        "clientCertificates: require }\n",
    );
    await using served = await serve(agent, "--settings", settings);
    // From a shell, SIGPIPE has its default effect: exit code 141.
    const loop =
      'for i in $(seq 20); do "$@" >/dev/null; code=$?; text=$("$@"); echo "$code $? $text"; done';
    for (const flags of [[], ["-C", stranger.certFile, "-K", stranger.keyFile]]) {
      const at = ["-H", "127.0.0.1", "-p", `${served.port}`, ...flags, "-c", "ok"];
      const { stdout } = await runToEnd("/bin/sh", { args: ["-c", loop, "sh", checkNrpe, ...at] });
      const lines = new TextDecoder().decode(stdout).trim().split("\n");
      assertEquals(lines.length, 20);
      for (const line of lines) assertMatch(line, /^3 3 CHECK_NRPE: /);
    }
  },
});
