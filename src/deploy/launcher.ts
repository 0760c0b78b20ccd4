import { NO_CACHE } from "../host/paths.ts";
import { shellWord } from "./shell_word.ts";

/** Input of {@linkcode launcherScript}. */
export interface LauncherInput {
  /** The file name of the agent module. */
  agent: string;
  /** The version of the agent. */
  agentVersion: string;
  /** The version of Checkwright that compiled the agent. */
  version: string;
  /** The digest of the manifest. */
  digest: string;
  /** The SHA-256 of each file that runs before the daemon can check it, by name. */
  files: Readonly<Record<string, string>>;
  /**
   * Flags of `deno run` that do not depend on the agent. They contain no spaces and no permissions.
   */
  runFlags: readonly string[];
  /** The permissions of the daemon, as flags. */
  permissions: readonly string[];
  /** Whether checks run in their own processes. Then the daemon may start Deno. */
  processes: boolean;
  /** The state directory, if the agent sets one. */
  state?: string;
  /** Whether the agent listens on a host name, which the launcher resolves. */
  resolves: boolean;
  /** Whether the daemon uses a self-signed certificate that it makes at the first start. */
  ownCertificate: boolean;
}

/**
 * Quotes a word for a shell.
 *
 * @param word the word
 * @returns the word, in quotes if necessary
 * @throws {SyntaxError} if it contains a control character, which would be invisible in the script
 */
export function quote(word: string): string {
  // deno-lint-ignore no-control-regex -- the expression finds control characters
  if (/[\0-\x1f\x7f]/.test(word)) {
    throw new SyntaxError(
      `Cannot write ${
        JSON.stringify(word)
      } to a script: expected a word without control characters`,
    );
  }
  return shellWord(word);
}

/**
 * Lines of `sh` that set `$deno` to the path of Deno: from `CHECKWRIGHT_DENO`, from the folder of
 * the script, or from `PATH`. If the program found is npm's wrapper, the script asks the wrapper
 * for the path of the real executable.
 */
export const FIND_DENO = `here=$(dirname -- "$(readlink -f -- "$0")")
deno=\${CHECKWRIGHT_DENO:-$here/deno}
[ -x "$deno" ] || deno=$(command -v deno) || {
  echo "checkwright: Missing Deno: expected it in PATH, beside $0, or in CHECKWRIGHT_DENO" >&2
  exit 3
}
deno=$(readlink -f -- "$deno")
case $deno in *js) deno=$("$deno" eval 'console.log(Deno.execPath())') ;; esac`;

/**
 * Returns the launcher: a script that starts the daemon with the compiled permissions and the
 * permissions that the host's settings need. A separate process, which has only read permissions,
 * computes the permissions of the settings.
 *
 * The script is one text, so that a reader sees its steps in order.
 *
 * @param input the agent, its permissions and facts about the build
 * @returns the script
 */
export function launcherScript(input: LauncherInput): string {
  const { agent, agentVersion, version, digest, files, runFlags, permissions, processes } = input;
  const { state, ownCertificate, resolves } = input;
  return `#!/bin/sh
# Serves ${comment(agent)}, compiled by Checkwright ${version}.
# manifest.json sha256 ${digest}
set -euf

# These variables change the behavior of the runtime without any permission.
unset NODE_OPTIONS NODE_DEBUG NODE_CHANNEL_FD NODE_UNIQUE_ID SSLKEYLOGFILE OTEL_DENO DENO_AUDIT_PERMISSIONS DENO_COVERAGE_DIR \\
  DENO_PERMISSION_BROKER_PATH DENO_SERVE_ADDRESS DENO_V8_FLAGS

# Plugins would inherit files that the caller left open.
exec 3<&- 4<&- 5<&- 6<&- 7<&- 8<&- 9<&-

usage() {
  echo "Usage: checkwright [serve|check] [--settings FILE]

Serves the agent that was compiled from ${
    quote(agent).replaceAll(/["$`\\]/g, "\\$&")
  } over NRPE, or checks
the settings of this host.

Options:
  --settings FILE  host settings (YAML); default: /etc/checkwright/settings.yaml, if it exists
  --no-settings    no host settings
  --until-eof      stop when standard input ends, for a supervisor"
}
fail() {
  echo "checkwright: $*" >&2
  exit 3
}

# Whether a file or folder is not a link, belongs to this user, and only this user can write to it.
ours() {
  [ -O "$1" ] && ! [ -L "$1" ] || return 1
  case $(ls -ld -- "$1") in ?????w* | ????????w*) return 1 ;; esac
}

# Whether no other user can replace a folder: each folder above it is sticky or writable only for its
# owner and group, and belongs to root or this user.
kept() {
  above=$1
  while above=$(dirname -- "$above"); [ "$above" != / ]; do
    case $(ls -ldL -- "$above") in ????????w[!tT]*) return 1 ;; esac
    set -- $(ls -ldnL -- "$above")
    [ "$3" = 0 ] || [ -O "$above" ] || return 1
  done
}

mode=serve settings= defaults=/etc/checkwright/settings.yaml untilEof=
while [ $# -gt 0 ]; do
  case $1 in
    serve | check) mode=$1 ;;
    --settings) [ $# -gt 1 ] || fail 'Missing value of option "--settings": expected FILE'; settings=$2; shift ;;
    --settings=?*) settings=\${1#*=} ;;
    --no-settings) defaults= ;;
    --until-eof) untilEof=yes ;;
    --help | -h) usage; exit 0 ;;
    --version | -V) echo ${quote(`checkwright ${version}, ${agent} ${agentVersion}`)}; exit 0 ;;
    *) fail "Unexpected argument \\"$1\\": expected serve, check, --settings FILE or --help" ;;
  esac
  shift
done
${FIND_DENO}

case $here in *,*) fail "Cannot run in \\"$here\\": expected a path without a comma" ;; esac

${digestCheck(files)}# The runtime never downloads modules and never prompts.
flags='${runFlags.join(" ")}'
export DENO_NO_UPDATE_CHECK=1 MALLOC_ARENA_MAX=2
# The runtime must not print the error that ends a worker: its text can come from a check.
export DENO_LOG=error,deno_runtime::web_worker=off
# Without a home folder, the runtime requires the path of a cache, although it does not use one.
[ -n "\${HOME:-}\${DENO_DIR:-}" ] || export DENO_DIR=${NO_CACHE}

# The compiled permissions: those that the checks declare, and those that the daemon needs.
set -- ${["", ...permissions.map(quote)].join(" \\\n  ").trim()}
${processes ? 'set -- "$@" "--allow-run=$deno"\n' : ""}
# The folder of the daemon's certificate, its list of quarantined commands and the states of checks.
state=${
    state === undefined
      ? `\${STATE_DIRECTORY:-}
state=\${state%%:*}
if [ -z "$state" ]; then
  if [ "$(id -u)" = 0 ]; then
    state=/var/lib/checkwright
  else
    state=\${XDG_STATE_HOME:-\${HOME:-}/.local/state}/checkwright
  fi
fi`
      : quote(state)
  }
certificate=${ownCertificate ? "own" : "given"}

# Further permissions that the settings of this host need, and names to listen on.
resolve=${resolves ? "yes" : ""} resolved=
[ -n "$settings" ] || ! [ -e "$defaults" ] || settings=$defaults
if [ -n "$settings" ]; then
  file=$(readlink -f -- "$settings") || fail "Cannot read \\"$settings\\": No such file"
  settings=$file
fi
if [ -n "$settings\${resolve}" ]; then
  ask() {
    "$deno" run $flags --allow-read "$@" \
      "$here/daemon.js" host \${settings:+"settings=$settings"} "state=$state" \\
      \${NOTIFY_SOCKET:+"notify=$NOTIFY_SOCKET"}
  }
  needs=$(ask)
  # Host names to listen on are resolved with the permission for these names only.
  case $needs in names=*) needs=$(ask "--allow-net=\${needs#names=}") ;; esac
  while IFS= read -r line; do
    case $line in
      state=*) state=\${line#*=} ;;
      resolved=*) resolved=$line ;;
      certificate=*) certificate=\${line#*=} ;;
      --*) set -- "$@" "$line" ;;
    esac
  done <<EOF
$needs
EOF
fi

case $state in
  *,*) fail "Cannot use state directory \\"$state\\": expected a path without a comma" ;;
  /*) ;;
  *) fail "Cannot use state directory \\"$state\\": expected an absolute path" ;;
esac
mkdir -p -m 700 -- "$state" || {
  # The exit code of trouble with the environment: systemd starts the daemon again.
  echo "checkwright: Cannot create state directory \\"$state\\": set STATE_DIRECTORY to another folder" >&2
  [ -z "\${NOTIFY_SOCKET:-}" ] || sleep 5
  exit 2
}
if [ "$mode" = serve ]; then
  # Another user could have put a certificate there whose key that user knows.
  real=$(readlink -f -- "$state")
  ours "$real" || fail "Cannot trust \\"$state\\": expected a folder of this user that others cannot write to"
  # The path may contain a link, which another user must not replace either.
  kept "$real" && kept "$state" || fail "Cannot trust \\"$state\\": another user can replace its folder \\"$above\\""
  for file in self-signed.pem quarantine.json running.txt; do
    file=$state/$file
    ! [ -e "$file" ] && ! [ -L "$file" ] || { [ -f "$file" ] && ours "$file"; } ||
      fail "Cannot trust \\"$file\\": expected a file of this user that others cannot write to"
  done
  file=$state/check_state
  ! [ -e "$file" ] && ! [ -L "$file" ] || { [ -d "$file" ] && ours "$file"; } ||
    fail "Cannot trust \\"$file\\": expected a folder of this user that others cannot write to"
  # In a sticky folder, the path may contain a link of another user, who could change it later.
  case $real in *,*) fail "Cannot use state directory \\"$real\\": expected a path without a comma" ;; esac
  state=$real
fi
if [ "$mode$certificate" = serveown ] && ! [ -e "$state/self-signed.pem" ]; then
  "$deno" run $flags "--allow-read=$state" "--allow-write=$state" --allow-sys=hostname \\
    "$here/first_start.js" "$state"
fi

set -- "$@" \\
  "--allow-read=$here/manifest.json,$here/acceptor.js,$here/sandbox.js,$here/agent.js" \\
  "--allow-read=$here/process_imports.json,$here/refused.txt" \\
  "--allow-read=$state/self-signed.pem,$state/quarantine.json,$state/running.txt" \\
  "--allow-read=$state/check_state" \\
  "--allow-write=$state/quarantine.json,$state/running.txt,$state/check_state" \\
  "$here/daemon.js" "$mode" "state=$state" "hostname=$(uname -n)" "descriptors=$(ulimit -Hn)"
[ -z "$settings" ] || set -- "$@" "settings=$settings"
[ -z "$resolved" ] || set -- "$@" "$resolved"
[ -z "$untilEof" ] || set -- "$@" "untilEof=yes"
case \${NOTIFY_SOCKET:-} in *,*) fail "Cannot use NOTIFY_SOCKET \\"$NOTIFY_SOCKET\\": expected a path without a comma" ;; esac
case $mode\${NOTIFY_SOCKET:-} in serve/*)
  own=\${RUNTIME_DIRECTORY:-$state}
  own=\${own%%:*}/notify.sock
  case $own in *,*) fail "Cannot use RUNTIME_DIRECTORY \\"$RUNTIME_DIRECTORY\\": expected a path without a comma" ;; esac
  set -- --unstable-net "--allow-net=unix:$NOTIFY_SOCKET,unix:$own" \\
    "--allow-read=$NOTIFY_SOCKET,$own" "--allow-write=$NOTIFY_SOCKET,$own" \\
    "$@" "notify=$NOTIFY_SOCKET" "notifyFrom=$own"
  [ -z "\${WATCHDOG_USEC:-}" ] || set -- "$@" "watchdog=$WATCHDOG_USEC"
  ;;
esac
set -- run $flags "--import-map=$here/imports.json" "$@"
[ "$$" = 1 ] || exec "$deno" "$@"

# As PID 1 of a container, this shell becomes the parent of orphaned processes and reaps them.
"$deno" "$@" &
daemon=$!
for signal in HUP INT TERM; do trap "kill -s $signal $daemon" "$signal"; done
while :; do
  wait "$daemon" && code=0 || code=$?
  kill -s 0 "$daemon" 2>/dev/null || exit "$code"
done
`;
}

// The daemon checks the files that it reads. The launcher checks these files, because they run
// before the daemon can check them.
function digestCheck(files: Readonly<Record<string, string>>): string {
  const lines = Object.entries(files).map(([name, digest]) => `${digest}  ${name}\n`);
  return lines.length === 0 ? "" : `# Finds files that were changed after they were compiled.
checked=$(cd -- "$here" && sha256sum -c 2>&1 <<'EOF'
${lines.join("")}EOF
) || {
  changed=$(printf '%s\\n' "$checked" | sed -n 's/: FAILED.*//p')
  fail "Digest mismatch in \\"$here\\": changed or missing since it was compiled:" \${changed:-$checked}
}

`;
}

// A line break would end the shell comment and start a command.
function comment(text: string): string {
  return JSON.stringify(text).replaceAll(/[^\x20-\x7e]/g, "?");
}
