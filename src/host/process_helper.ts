/**
 * A small process that signals and lists processes for the daemon.
 *
 * To signal a process group, a process needs the permission to run any program (Deno 2.9.6). To read
 * /proc, it needs all permissions. The helper is a POSIX shell with a fixed script. It is started
 * before the daemon gives up the permission to run the shell. Its only input is a signal and process
 * ids through a pipe. It needs neither `ps` nor `/bin/kill`, and uses `grep` only because the builtins
 * of a shell read slowly. The pipe closes when the
 * daemon exits or is killed. The helper then kills the processes that the daemon has left running,
 * and exits.
 */
import { statusOfChild } from "./child_status.ts";
import { SHELL_PATH } from "./paths.ts";
import { MARK_VARIABLE } from "./mark.ts";
import { parseProcesses, type Process } from "./process_list.ts";

/** Signals and lists processes. After the helper has failed, it rejects every request. */
export interface ProcessHelper {
  /**
   * Signals processes. It ignores those that do not exist or belong to another user.
   *
   * @param targets process ids; a negative id means the whole process group
   * @param signal the signal
   */
  signal(targets: readonly number[], signal: "TERM" | "KILL"): Promise<void>;
  /** Returns whether a process group has a process that can be signalled; zombies count. */
  exists(group: number): Promise<boolean>;
  /**
   * Lists all processes. Callers that wait at the same time share one list, which is made after
   * their calls. After a standstill of the host, many plugins reach their deadlines together.
   */
  list(): Promise<Process[]>;
  /** Resolves with the reason when the helper exits or stops answering. */
  readonly broken: Promise<string>;
  /** Stops the helper, and kills all processes that still have the daemon's mark. */
  close(): Promise<void>;
}

/** The limit for an answer, in milliseconds. A helper that got SIGSTOP never answers. */
const answerMilliseconds = 10_000;
const answerIntervals = 4;

/** A request without a complete answer. */
interface Request {
  /** The lines of the answer that have arrived. */
  lines: string[];
  resolve(lines: string[]): void;
  reject(error: Error): void;
}

/** The folders of programs. */
const defaultPath = "/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * `$1` is the daemon's mark. Other marks are not listed: any user of the host can start processes with
 * millions of them. Apart from the two `grep`, only builtins of the shell are used: the request `list`
 * starts two programs, the others start none. Without `grep`, builtins read the files. They ignore the
 * NULs in `environ`, so that a mark ends after its usual length. Signals of a terminal or of systemd
 * are ignored, because the daemon needs the helper while it stops.
 */
const script = `unset HELPER
own=${MARK_VARIABLE}=$1
trap '' HUP INT TERM PIPE
if command -v grep >/dev/null; then
  stats() { grep -sH '' /proc/[0-9]*/stat; }
  marks() { grep -aHosE "$own[-.0-9a-f]{0,37}" /proc/[0-9]*/environ; }
else
  lines() {
    for file in "$@"; do
      while IFS= read -r line || [ -n "$line" ]; do printf '%s:%s\\n' "$file" "$line"; done <"$file"
    done 2>/dev/null
  }
  stats() { lines /proc/[0-9]*/stat; }
  marks() {
    lines /proc/[0-9]*/environ | while IFS= read -r line; do
      file=\${line%%:*}
      while case $line in *"$own"*) ;; *) false ;; esac; do
        line=\${line#*"$own"}
        printf '%s:%s%.37s\\n' "$file" "$own" "$line"
      done
    done
  }
fi
while read -r request word targets; do
  case $request:$word in
  signal:TERM | signal:KILL)
    for target in $targets; do
      # Never 0, 1, -0 or -1: these are the own group, init, or all processes of the user.
      case $target in
      '' | 0* | -0* | 1 | -1 | *[!0-9-]* | ?*-*) ;;
      *) kill -s "$word" -- "$target" ;;
      esac
    done
    ;;
  exists:[2-9]* | exists:1[0-9]*)
    if kill -s 0 -- "-$word"; then echo yes; fi
    ;;
  list:)
    stats
    marks
    ;;
  esac
  echo .
done

# The daemon has exited: kill the processes with its mark and their descendants until none is left.
for look in 1 2 3 4 5; do
  family=' ' before=
  for line in $(marks); do
    pid=\${line#/proc/}
    family="$family\${pid%%/*} "
  done
  [ "$family" != ' ' ] || exit 0
  list=$(stats)
  while [ "$family" != "$before" ]; do
    before=$family
    while IFS= read -r line; do
      pid=\${line%%/stat:*}
      pid=\${pid#/proc/}
      # After the name in brackets, the state and the parent follow.
      set -f
      set -- "$1" \${line##*) }
      set +f
      case $family in
      *" $pid "*) ;;
      *" \${3:-none} "*) family="$family$pid " ;;
      esac
    done <<EOF
$list
EOF
  done
  for pid in $family; do kill -s KILL -- "$pid"; done
done
`;

function endNow(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has exited.
  }
}

/**
 * Starts a helper.
 *
 * @param mark the daemon's mark; processes with this mark are killed when the daemon exits
 * @param path the folders of programs, separated by colons
 * @returns the helper
 * @throws if the shell cannot be started
 */
export function startProcessHelper(mark: string, path: string = defaultPath): ProcessHelper {
  const child = new Deno.Command(
    SHELL_PATH,
    {
      // The script is in the environment, so that it does not fill the output of ps.
      args: ["-c", 'eval "$HELPER"', "checkwright-helper", mark],
      clearEnv: true,
      env: { HELPER: script, PATH: path, LC_ALL: "C" },
      cwd: "/",
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
      // The helper has its own process group, so it does not get the interrupt from the terminal.
      detached: true,
    } as Deno.CommandOptions & { stdin: "piped"; stdout: "piped" },
  ).spawn();
  // The helper exits with this process, and must not keep this process running.
  child.unref();
  const input = child.stdin.getWriter();
  const output = child.stdout.pipeThrough(new TextDecoderStream("latin1")).getReader();
  const broken = Promise.withResolvers<string>();
  /** The requests without a complete answer. The helper answers them in this order. */
  const waiting: Request[] = [];
  let failure: string | undefined;
  let closing = false;
  let reading: Promise<void> = Promise.resolve();
  let lastList: Promise<unknown> = Promise.resolve();
  let nextList: Promise<Process[]> | undefined;

  statusOfChild(child).then(({ code, signal }) => {
    if (!closing) broken.resolve(`it exited (${signal ?? `exit code ${code}`})`);
  });

  function fail(reason: string): void {
    failure ??= reason;
    broken.resolve(failure);
    for (const { reject } of waiting.splice(0)) reject(new Error(failure));
    output.cancel().catch(() => {});
  }

  // Requests do not wait for the answers of others: on a busy machine, each wait takes long.
  function ask(request: string): Promise<string[]> {
    if (failure !== undefined) return Promise.reject(new Error(failure));
    const { promise, resolve, reject } = Promise.withResolvers<string[]>();
    waiting.push({ lines: [], resolve, reject });
    input.write(new TextEncoder().encode(`${request}\n`)).catch(() => fail("it has exited"));
    if (waiting.length === 1) reading = readAnswers();
    return promise;
  }

  // A pending read keeps this process running, so it reads only while requests wait.
  async function readAnswers(): Promise<void> {
    let rest = "";
    let silent = 0;
    // If this process itself did not run for some time, the answer may be there already. So the
    // limit consists of several intervals.
    const timer = setInterval(() => {
      if (++silent >= answerIntervals) fail(`no answer within ${answerMilliseconds} ms`);
    }, answerMilliseconds / answerIntervals);
    try {
      while (waiting.length > 0) {
        const { value, done } = await output.read();
        if (done) return fail("it has exited");
        silent = 0;
        const lines = (rest + value).split("\n");
        rest = lines.pop()!;
        for (const line of lines) {
          if (line === ".") {
            const answered = waiting.shift();
            answered?.resolve(answered.lines);
          } else waiting[0]?.lines.push(line);
        }
      }
    } catch (error) {
      fail((error as Error).message);
    } finally {
      clearInterval(timer);
    }
  }

  async function listProcesses(): Promise<Process[]> {
    await lastList;
    // Later callers get a list that is made after their calls.
    nextList = undefined;
    return parseProcesses(await ask("list"));
  }

  function list(): Promise<Process[]> {
    if (nextList !== undefined) return nextList;
    nextList = listProcesses();
    lastList = nextList.catch(() => {});
    return nextList;
  }

  return {
    async signal(targets, signal) {
      if (targets.length > 0) await ask(`signal ${signal} ${targets.join(" ")}`);
    },
    exists: async (group) => (await ask(`exists ${group}`)).includes("yes"),
    list,
    broken: broken.promise,
    async close() {
      closing = true;
      await lastList;
      await reading;
      await input.close().catch(() => {});
      await output.cancel().catch(() => {});
      child.ref();
      // A helper that does not respond does not exit, either.
      if (failure !== undefined) endNow(child);
      await statusOfChild(child);
    },
  };
}
