/** Goes over a YAML text, and knows the line it is on. */
export interface YamlCursor {
  /** The line, from 1. */
  readonly line: number;
  /** How many characters stand before it on its line. */
  readonly column: number;
  /** How far it has come, in characters. */
  readonly at: number;
  /** Whether the document is over: by its end, or by a mark such as `---`. */
  readonly over: boolean;
  /** The character it stands before; empty at the end. */
  peek(): string;
  /** Whether it stands before an indicator of block style: `-`, `?` or `:` with a blank behind it. */
  indicates(char: string): boolean;
  /** Goes on by so many characters. */
  next(count?: number): void;
  /** Goes to the next token, past blanks, line breaks and comments. */
  skip(): void;
  /** Passes the directives and the mark at the head of a document. */
  skipHead(): void;
  /** Passes a word such as `&anchor`, `!tag` or `*alias`, and returns it. */
  word(): string;
  /** Passes a quoted or plain scalar of one or more lines, and returns it as it is written. */
  scalar(indent: number, isFlow: boolean): string;
  /** Passes the text of a `|` or `>`: what is indented deeper, and empty lines. */
  blockScalar(indent: number): void;
}

const isBlank = (char: string) => char === "" || /[ \t\r\n]/.test(char);
const isBreak = (char: string) => char === "\n" || char === "\r";
const isFlowMark = (char: string) => char !== "" && ",[]{}".includes(char);

/**
 * Starts at the head of a text.
 *
 * @param text one YAML document
 * @returns the cursor
 */
export function createCursor(text: string): YamlCursor {
  let at = text.startsWith("\uFEFF") ? 1 : 0;
  let line = 1;
  let lineStart = at;

  const peek = (ahead = 0) => text[at + ahead] ?? "";
  const behind = () => at === 0 ? "\n" : text[at - 1]!;
  const atMark = () => at === lineStart && /^(?:---|\.\.\.)(?:\s|$)/.test(text.slice(at, at + 4));

  function next(count = 1): void {
    for (; count > 0 && at < text.length; count--) {
      if (text[at++] !== "\n") continue;
      line++;
      lineStart = at;
    }
  }

  function skipLine(): void {
    while (peek() !== "" && peek() !== "\n") next();
  }

  function skip(): void {
    for (;;) {
      if (peek() !== "" && isBlank(peek())) next();
      else if (peek() === "#" && isBlank(behind())) skipLine();
      else return;
    }
  }

  function quoted(): void {
    const quote = peek();
    next();
    while (peek() !== "") {
      if (quote === '"' && peek() === "\\") next(2);
      else if (peek() !== quote) next();
      else if (quote === "'" && peek(1) === "'") next(2);
      else break;
    }
    next();
  }

  /** Passes a plain scalar, and returns where its last character stands. */
  function plain(indent: number, isFlow: boolean): number {
    let end = at;
    for (;;) {
      while (peek() !== "" && !isBreak(peek())) {
        if (peek() === ":" && (isBlank(peek(1)) || (isFlow && isFlowMark(peek(1))))) return end;
        if (isFlow && isFlowMark(peek())) return end;
        if (peek() === "#" && isBlank(behind())) return end;
        next();
        if (!isBlank(behind())) end = at;
      }
      // It goes on where the next line is indented deeper, and anywhere inside brackets.
      const here = { at, line, lineStart };
      while (peek() !== "" && isBlank(peek())) next();
      const deeper = isFlow || at - lineStart > indent;
      if (peek() !== "" && peek() !== "#" && deeper && !atMark()) continue;
      ({ at, line, lineStart } = here);
      return end;
    }
  }

  return {
    get line() {
      return line;
    },
    get column() {
      return at - lineStart;
    },
    get at() {
      return at;
    },
    get over() {
      return peek() === "" || atMark();
    },
    peek: () => peek(),
    indicates: (char) => peek() === char && isBlank(peek(1)),
    next,
    skip,
    skipHead() {
      skip();
      while (peek() === "%") {
        skipLine();
        skip();
      }
      if (atMark() && peek() === "-") next(3);
      skip();
    },
    word() {
      const start = at;
      do next(); while (!isBlank(peek()) && !isFlowMark(peek()));
      return text.slice(start, at);
    },
    scalar(indent, isFlow) {
      const start = at;
      if (peek() !== '"' && peek() !== "'") return text.slice(start, plain(indent, isFlow));
      quoted();
      return text.slice(start, at);
    },
    blockScalar(indent) {
      for (skipLine(); peek() !== ""; skipLine()) {
        next();
        let blanks = 0;
        while (peek(blanks) === " ") blanks++;
        if (blanks <= indent && !isBlank(peek(blanks))) return;
      }
    },
  };
}
