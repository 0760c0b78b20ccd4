import { parse } from "@std/yaml";
import { createCursor } from "./yaml_cursor.ts";

/** Where the parts of a value stand. Lines count from 1. */
export interface YamlLines {
  /** By key, where the value is a map. */
  entries?: Map<string, YamlEntry>;
  /** In order, where the value is a list. */
  items?: YamlEntry[];
  /** Keys that are there again, and the line where each was there first. */
  repeated?: { key: string; first: number }[];
}

/** An entry of a map, or an item of a list. */
export interface YamlEntry {
  /** The line of its key, or of the item. */
  line: number;
  /** Where its own parts stand. */
  node: YamlLines;
  /** It came in through `<<`, so that a key of the map itself takes its place. */
  merged?: true;
}

/**
 * Finds out on which line each key and item of a YAML text stands: `parse()` says what the values
 * are, but not where. This follows the structure only (block and flow style, quoted keys, scalars of
 * several lines, comments, anchors, aliases and merged maps) and judges nothing: it is for a text
 * that `parse()` has taken.
 *
 * @param text one YAML document
 * @returns the lines, from the outermost value on
 */
export function findLines(text: string): YamlLines {
  const cursor = createCursor(text);
  const anchors = new Map<string, YamlLines>();

  /** Passes anchor and tag; what is below them fills the node that an alias may refer to already. */
  function properties(): YamlLines {
    const node: YamlLines = {};
    while (cursor.peek() === "&" || cursor.peek() === "!") {
      const word = cursor.word();
      if (word.startsWith("&")) anchors.set(word.slice(1), node);
      while (cursor.peek() === " " || cursor.peek() === "\t") cursor.next();
    }
    return node;
  }

  /** Reads what stands behind an indicator: on its line, or indented deeper on a later one. */
  function value(indent: number, mayBeList: boolean): YamlLines {
    const { line } = cursor;
    const follows = () =>
      !cursor.over &&
      (cursor.line === line || cursor.column > indent ||
        (mayBeList && cursor.column === indent && cursor.indicates("-")));
    cursor.skip();
    if (!follows()) return {};
    const { column, line: ownLine } = cursor;
    const node = properties();
    if (/\s|^$/.test(cursor.peek())) {
      cursor.skip();
      if (!follows()) return node;
    }
    // On one line with a key, anchor and tag are the key's.
    return block(indent, cursor.line === ownLine ? column : cursor.column, node);
  }

  function block(indent: number, column: number, node: YamlLines): YamlLines {
    if (cursor.indicates("-")) return list(column, node);
    if (cursor.indicates("?")) return map(column, node);
    if (cursor.peek() === "|" || cursor.peek() === ">") {
      cursor.blockScalar(indent);
      return node;
    }
    const { line } = cursor;
    const found = inline(indent, false, node);
    while (cursor.peek() === " " || cursor.peek() === "\t") cursor.next();
    const isKey = cursor.line === line && cursor.indicates(":");
    return isKey ? map(column, node, { line, name: found.name }) : found.node;
  }

  /** Reads an alias, a list or map in brackets, or a scalar; and the name that it has as a key. */
  function inline(indent: number, isFlow: boolean, node = properties()): Inline {
    if (cursor.peek() === "*") {
      const word = cursor.word();
      return { node: anchors.get(word.slice(1)) ?? node, name: word };
    }
    if (cursor.peek() === "[" || cursor.peek() === "{") return { node: flow(node), name: "" };
    const isEmpty = /^[,\]}]?$/.test(cursor.peek()) || cursor.indicates(":");
    if (isFlow && isEmpty) return { node, name: "null" };
    return { node, name: nameOf(cursor.scalar(indent, isFlow)) };
  }

  function map(
    indent: number,
    node: YamlLines,
    first?: { line: number; name: string },
  ): YamlLines {
    node.entries = new Map();
    for (let key = first; !cursor.over && (key || cursor.column === indent); key = undefined) {
      const { line } = key ?? cursor;
      const { at } = cursor;
      let name = key?.name;
      if (name === undefined && cursor.indicates("?")) {
        cursor.next();
        cursor.skip();
        name = inline(indent, false).name;
      } else name ??= inline(indent, false).name;
      cursor.skip();
      if (cursor.peek() === ":") {
        cursor.next();
        put(node, name, { line, node: value(indent, true) });
      } else put(node, name, { line, node: {} });
      cursor.skip();
      if (cursor.at === at) break;
    }
    return node;
  }

  function list(indent: number, node: YamlLines): YamlLines {
    node.items = [];
    do {
      const { line } = cursor;
      cursor.next();
      node.items.push({ line, node: value(indent, false) });
      cursor.skip();
    } while (!cursor.over && cursor.column === indent && cursor.indicates("-"));
    return node;
  }

  function flow(node: YamlLines): YamlLines {
    const isMap = cursor.peek() === "{";
    const items: YamlEntry[] = [];
    if (isMap) node.entries = new Map();
    else node.items = items;
    cursor.next();
    for (cursor.skip(); !/^[\]}]?$/.test(cursor.peek()); cursor.skip()) {
      const { line, at } = cursor;
      if (cursor.indicates("?")) {
        cursor.next();
        cursor.skip();
      }
      const key = inline(-1, true);
      cursor.skip();
      const isPair = cursor.peek() === ":";
      let below: YamlLines = {};
      if (isPair) {
        cursor.next();
        cursor.skip();
        below = inline(-1, true).node;
        cursor.skip();
      }
      if (isMap) put(node, key.name, { line, node: below });
      else if (!isPair) items.push({ line, node: key.node });
      else items.push({ line, node: { entries: new Map([[key.name, { line, node: below }]]) } });
      if (cursor.peek() === ",") cursor.next();
      if (cursor.at === at) break;
    }
    cursor.next();
    return node;
  }

  cursor.skipHead();
  return value(-1, false);
}

interface Inline {
  node: YamlLines;
  name: string;
}

function put(node: YamlLines, name: string, entry: YamlEntry): void {
  const entries = node.entries!;
  const before = entries.get(name);
  if (name !== "<<") {
    if (before !== undefined && !before.merged) {
      (node.repeated ??= []).push({ key: name, first: before.line });
    }
    entries.set(name, entry);
    return;
  }
  // What the map says itself wins, and of several maps the first.
  const sources = entry.node.items?.map((item) => item.node) ?? [entry.node];
  for (const [key, source] of sources.flatMap((source) => [...source.entries ?? []])) {
    if (!entries.has(key)) entries.set(key, { ...source, merged: true });
  }
}

// As `parse()` names it: a key is a text, whatever it looks like.
function nameOf(written: string): string {
  if (/^[a-z]\w*$/i.test(written) && !/^(?:true|false|null)$/i.test(written)) return written;
  try {
    return String(parse(written));
  } catch {
    return written;
  }
}
