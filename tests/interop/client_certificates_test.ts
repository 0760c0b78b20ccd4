/** Client certificates: the real check_nrpe presents a valid one, a wrong one, or none. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { AUTHORITY, certificateFolder, openssl, SERVER } from "../openssl.ts";
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
      // With TLS 1.3, the refusal comes late, and check_nrpe 4.1 may die of SIGPIPE. So its exit
      // code is not tested. The test only requires that it gets no answer.
      else assertEquals(printed.includes("all fine"), false, name);
      assertStringIncludes(printed, text, name);
      if (code >= 0 && flags.length > 0) {
        await served.logged("subject=");
        assertStringIncludes(served.log(), 'subject="CN=monitor-1"');
      } else if (code < 0) await served.logged("connection error peer=127.0.0.1 stage=handshake");
    }
  },
});
