import {
  binaryTag,
  constructFromEvents,
  CORE_SCHEMA,
  type Event,
  EVENT_ID,
  mergeTag,
  parseEvents,
  realMapTag,
  SCALAR_STYLE,
  timestampTag,
  YAMLException,
} from "js-yaml";

/** A value of YAML: a scalar, a list or a map. An alias is the same object as its anchor. */
export interface YamlNode {
  /** The value of a scalar. */
  value?: unknown;
  /** The items of a list. */
  items?: YamlEntry[];
  /** The entries of a map. */
  entries?: Map<string, YamlEntry>;
  /** Duplicate keys of a map, and the line of the first occurrence of each. */
  repeated?: { key: string; first: number }[];
}

/** An entry of a map, an item of a list, or the document. */
export interface YamlEntry {
  /**
   * The line of the key or value, starting with 1. An item without text has the line before the
   * item.
   */
  line: number;
  node: YamlNode;
  /** Whether the entry comes from `<<`, so that a key of the map itself replaces it. */
  merged?: true;
}

// Dates and binary data are not settings. They are recognized so that messages can name them.
const schema = CORE_SCHEMA.withTags(realMapTag, mergeTag, timestampTag, binaryTag);

/**
 * Parses YAML, and keeps the line of each value.
 *
 * @param text one YAML document
 * @returns the document; its value is null if the text is empty
 * @throws {YAMLException} if the text is not YAML, or contains several documents
 */
export function parseYaml(text: string): YamlEntry {
  const events = parseEvents(text, {});
  // Checks tags, aliases and the number of merged keys.
  const documents = construct(events, text);
  if (documents.length > 1) throw new YAMLException("Expected a single document");
  return documents.length === 0 ? { line: 1, node: { value: null } } : readDocument(events, text);
}

// This function does not throw for duplicate keys. They are reported later, with both lines.
function construct(events: Event[], source: string): unknown[] {
  return constructFromEvents(events, { source, schema, json: true });
}

function readDocument(events: readonly Event[], text: string): YamlEntry {
  const anchors = new Map<string, YamlNode>();
  const lineAt = createLineCounter(text);
  let index = 1;

  function readEntry(): YamlEntry {
    const event = events[index++]!;
    return { line: lineAt(startOf(event)), node: readNode(event) };
  }

  function readNode(event: Event): YamlNode {
    const node: YamlNode = {};
    if ("anchorStart" in event && event.anchorStart >= 0) {
      const anchor = text.slice(event.anchorStart, event.anchorEnd);
      if (event.type === EVENT_ID.ALIAS) return anchors.get(anchor)!;
      anchors.set(anchor, node);
    }
    if (event.type === EVENT_ID.SCALAR) {
      [node.value] = construct([events[0]!, event, { type: EVENT_ID.POP }], text);
    } else if (event.type === EVENT_ID.SEQUENCE) {
      node.items = [];
      while (!isEnd()) node.items.push(readEntry());
    } else if (event.type === EVENT_ID.MAPPING) {
      node.entries = new Map();
      while (!isEnd()) readPair(node, node.entries);
    }
    return node;
  }

  function isEnd(): boolean {
    if (events[index]!.type !== EVENT_ID.POP) return false;
    index++;
    return true;
  }

  function readPair(node: YamlNode, entries: Map<string, YamlEntry>): void {
    const event = events[index]!;
    const isPlain = event.type === EVENT_ID.SCALAR && event.style === SCALAR_STYLE.PLAIN;
    const { line, node: { value } } = readEntry();
    // A key such as "{{ name }}" of a template is a map. Only scalars have a value.
    if (value === undefined) {
      YAMLException.throwAt(text, startOf(event), "Expected a string as key");
    }
    const entry = { line, node: readEntry().node };
    const key = String(value);
    if (isPlain && key === "<<") return merge(entries, entry.node);
    const before = entries.get(key);
    if (before !== undefined && !before.merged) {
      (node.repeated ??= []).push({ key, first: before.line });
    }
    entries.set(key, entry);
  }

  return readEntry();
}

/**
 * Returns a function from positions to line numbers. Call it with ascending positions: a smaller
 * position returns the line of the call before.
 */
function createLineCounter(text: string): (position: number) => number {
  let line = 1;
  let counted = 0;
  return (position) => {
    if (position > counted) {
      line += text.slice(counted, position).split("\n").length - 1;
      counted = position;
    }
    return line;
  };
}

// The map's own keys override merged keys. The first of several merged maps overrides the others.
function merge(entries: Map<string, YamlEntry>, { items, entries: own }: YamlNode): void {
  const sources = items?.map(({ node }) => node.entries) ?? [own];
  for (const [key, entry] of sources.flatMap((source) => [...source ?? []])) {
    if (!entries.has(key)) entries.set(key, { ...entry, merged: true });
  }
}

/** Returns the position of a node, including its anchor and tag; -1 if it has no text. */
function startOf(event: Event): number {
  const { start, valueStart, anchorStart, tagStart } = event as unknown as Record<string, number>;
  const given = [start, valueStart, anchorStart, tagStart].filter((each) => each! >= 0);
  return given.length === 0 ? -1 : Math.min(...given as number[]);
}
