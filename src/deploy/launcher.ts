import { shellWord } from "./shell_word.ts";

/** What a deployable's launcher has to know. */
export interface LauncherInput {
  /** The name of the agent's module. */
  agent: string;
  /** The version of Checkwright that compiled it. */
  version: string;
  /** The digest of the manifest. */
  digest: string;
  /** What `deno run` is told whoever asks: words without blanks, none of them a permission. */
  runFlags: readonly string[];
  /** The permissions of the daemon, as flags. */
  permissions: readonly string[];
  /** Whether checks are run in processes of their own: then the daemon may start Deno. */
  processes: boolean;
  /** The folder for what the daemon keeps, where the agent names one. */
  state?: string;
  /** Whether the daemon serves with a certificate that it makes for itself. */
  ownCertificate: boolean;
}

/**
 * Writes a word for a shell, as it is.
 *
 * @param word the word
 * @returns the word in quotes
 * @throws {SyntaxError} where it holds a control character, which nobody would see in the script
 */
export function quote(word: string): string {
  // deno-lint-ignore no-control-regex -- control characters are what must not be there
  if (/[\0-\x1f\x7f]/.test(word)) {
    throw new SyntaxError(
      `Cannot write ${JSON.stringify(word)} into a script: it holds a control character`,
    );
  }
  return shellWord(word);
}

/**
 * Lines of `sh` that put the path of Deno into `$deno`: the one that is named, the one beside the
 * script, or the one in the path. Where npm's wrapper is found there, it is asked for the real one.
 */
export const FIND_DENO = `here=$(dirname -- "$(readlink -f -- "$0")")
deno=\${CHECKWRIGHT_DENO:-$here/deno}
[ -x "$deno" ] || deno=$(command -v deno) || {
  echo "checkwright: no Deno: expected it in PATH, beside $0, or named by CHECKWRIGHT_DENO" >&2
  exit 3
}
deno=$(readlink -f -- "$deno")
case $deno in *js) deno=$("$deno" eval 'console.log(Deno.execPath())') ;; esac`;

/**
 * Writes the launcher: a script that becomes the daemon, with the permissions that were compiled in
 * and those that the host's settings ask for. What those are is worked out by a process that may
 * read, and does nothing else.
 *
 * @param input what it has to know
 * @returns the script
 */
export function launcherScript(input: LauncherInput): string {
  const { agent, version, digest, runFlags, permissions, processes, state, ownCertificate } = input;
  return `#!/bin/sh
# Serves ${comment(agent)}, compiled by Checkwright ${version}.
# manifest.json sha256 ${digest}
set -euf

# Variables that change what the runtime does, whatever its permissions.
unset NODE_OPTIONS NODE_DEBUG SSLKEYLOGFILE OTEL_DENO DENO_AUDIT_PERMISSIONS DENO_COVERAGE_DIR \\
  DENO_PERMISSION_BROKER_PATH DENO_SERVE_ADDRESS DENO_V8_FLAGS

usage() {
  echo "Usage: checkwright [serve|check] [--settings FILE]

Serves what was compiled from ${
    quote(agent).replaceAll(/["$`\\]/g, "\\$&")
  } over NRPE, or checks the settings.

Options:
  --settings FILE  host settings (YAML); default: /etc/checkwright/settings.yaml, if it exists
  --no-settings    no host settings
  --until-eof      stop when standard input ends, for a supervisor"
}
fault() {
  echo "checkwright: $1" >&2
  exit 3
}

# Whether a file or folder is not a link, is this user's, and may be written by no other.
ours() {
  [ -O "$1" ] && ! [ -L "$1" ] || return 1
  case $(ls -ld -- "$1") in ?????w* | ????????w*) return 1 ;; esac
}

mode=serve settings= defaults=/etc/checkwright/settings.yaml untilEof=
while [ $# -gt 0 ]; do
  case $1 in
    serve | check) mode=$1 ;;
    --settings) [ $# -gt 1 ] || fault 'Option "--settings" is without its value'; settings=$2; shift ;;
    --settings=?*) settings=\${1#*=} ;;
    --no-settings) defaults= ;;
    --until-eof) untilEof=yes ;;
    --help | -h) usage; exit 0 ;;
    --version | -V) echo 'checkwright ${version}'; exit 0 ;;
    *) fault "Cannot take \\"$1\\": expected serve, check, --settings FILE or --help" ;;
  esac
  shift
done
${FIND_DENO}

case $here in *,*) fault "Cannot run in \\"$here\\": expected a path without a comma" ;; esac

# Nothing is fetched and nothing is asked, whatever a check imports.
flags='${runFlags.join(" ")}'
export DENO_NO_UPDATE_CHECK=1 MALLOC_ARENA_MAX=1
# Without a home folder the runtime wants to know where its cache is, and uses none.
[ -n "\${HOME:-}\${DENO_DIR:-}" ] || export DENO_DIR=/nonexistent

# What the checks declare and the daemon needs, as compiled.
set -- ${["", ...permissions.map(quote)].join(" \\\n  ").trim() || "--"}
${processes ? 'set -- "$@" "--allow-run=$deno"\n' : ""}
# Where the daemon keeps what is its own: its certificate, and who is in quarantine.
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

# What this host's settings ask for besides.
[ -n "$settings" ] || ! [ -e "$defaults" ] || settings=$defaults
if [ -n "$settings" ]; then
  file=$(readlink -f -- "$settings") || fault "Cannot read \\"$settings\\": No such file"
  settings=$file
  needs=$("$deno" run $flags --allow-read "$here/daemon.js" host "settings=$settings" "state=$state")
  while IFS= read -r line; do
    case $line in
      state=*) state=\${line#*=} ;;
      certificate=*) certificate=\${line#*=} ;;
      --*) set -- "$@" "$line" ;;
    esac
  done <<EOF
$needs
EOF
fi

case $state in
  *,*) fault "Cannot keep anything in \\"$state\\": expected a path without a comma" ;;
  /*) ;;
  *) fault "Cannot keep anything in \\"$state\\": expected an absolute path" ;;
esac
mkdir -p -m 700 -- "$state" || fault "Cannot keep anything in \\"$state\\": name another by STATE_DIRECTORY"
if [ "$mode" = serve ]; then
  # Another user's folder or file could be a certificate that this user knows the key of.
  ours "$(readlink -f -- "$state")" || fault "Cannot trust \\"$state\\": expected a folder of this user that no other may write"
  for file in self-signed.pem quarantine.json running.txt; do
    file=$state/$file
    ! [ -e "$file" ] && ! [ -L "$file" ] || { [ -f "$file" ] && ours "$file"; } ||
      fault "Cannot trust \\"$file\\": expected a file of this user that no other may write"
  done
fi
if [ "$certificate" = own ] && ! [ -e "$state/self-signed.pem" ]; then
  "$deno" run $flags "--allow-read=$state" "--allow-write=$state" --allow-sys=hostname \\
    "$here/first_start.js" "$state"
fi

set -- "$@" \\
  "--allow-read=$here/manifest.json,$here/sandbox.js,$here/agent.js" \\
  "--allow-read=$here/process_imports.json,$here/refused.txt" \\
  "--allow-read=$state/self-signed.pem,$state/quarantine.json,$state/running.txt" \\
  "--allow-write=$state/quarantine.json,$state/running.txt" \\
  "$here/daemon.js" "$mode" "state=$state" "hostname=$(uname -n)" "descriptors=$(ulimit -Hn)"
[ -z "$settings" ] || set -- "$@" "settings=$settings"
[ -z "$untilEof" ] || set -- "$@" "untilEof=yes"
case \${NOTIFY_SOCKET:-} in *,*) fault "Cannot use NOTIFY_SOCKET \\"$NOTIFY_SOCKET\\": expected a path without a comma" ;; esac
case $mode\${NOTIFY_SOCKET:-} in serve/*)
  own=\${RUNTIME_DIRECTORY:-$state}/notify.sock
  set -- --unstable-net "--allow-net=unix:$NOTIFY_SOCKET,unix:$own" \\
    "--allow-read=$NOTIFY_SOCKET,$own" "--allow-write=$NOTIFY_SOCKET,$own" \\
    "$@" "notify=$NOTIFY_SOCKET" "notifyFrom=$own"
  [ -z "\${WATCHDOG_USEC:-}" ] || set -- "$@" "watchdog=$WATCHDOG_USEC"
  ;;
esac
set -- run $flags "--import-map=$here/imports.json" "$@"
[ "$$" = 1 ] || exec "$deno" "$@"

# PID 1 of a container: what plugins leave behind becomes a child of this shell, which reaps it.
"$deno" "$@" &
daemon=$!
for signal in HUP INT TERM; do trap "kill -s $signal $daemon" "$signal"; done
while :; do
  wait "$daemon" && code=0 || code=$?
  kill -s 0 "$daemon" 2>/dev/null || exit "$code"
done
`;
}

// A comment ends with its line, so nothing may end the line.
function comment(text: string): string {
  return JSON.stringify(text).replaceAll(/[^\x20-\x7e]/g, "?");
}
