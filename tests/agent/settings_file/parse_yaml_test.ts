import { assert, assertEquals, assertThrows } from "@std/assert";
import { CORE_SCHEMA, dump, loadAll, mergeTag, YAMLException } from "js-yaml";
import fc from "../../fast_check.ts";
import { locateValues, plainOf } from "../../../src/agent/settings_file/located.ts";
import { parseYaml, type YamlNode } from "../../../src/agent/settings_file/parse_yaml.ts";

/** The values without lines, parsed by the library. */
const valueOf = (text: string) =>
  loadAll(text, { schema: CORE_SCHEMA.withTags(mergeTag) })[0] ?? null;

/** The values without lines, parsed by parseYaml(). */
const plain = (text: string) => plainOf(locateValues(parseYaml(text), "", []));

/** Returns all places with their lines, such as `a.b[0]:3`. */
function placesOf({ entries, items }: YamlNode, above = ""): string[] {
  const children = [
    ...[...entries ?? []].map(([key, entry]) =>
      [above && `${above}.${key}` || key, entry] as const
    ),
    ...(items ?? []).map((entry, index) => [`${above}[${index}]`, entry] as const),
  ];
  return children.flatMap(([place, { line, node }]) => [
    `${place}:${line}`,
    ...placesOf(node, place),
  ]);
}

/** Returns all places of a value, without lines. */
function pathsOf(value: unknown, above = ""): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]) => {
    const place = Array.isArray(value) ? `${above}[${key}]` : above ? `${above}.${key}` : key;
    return [place, ...pathsOf(entry, place)];
  });
}

const cases: [name: string, text: string, places: string[]][] = [
  ["nothing", "# a comment\n", []],
  ["a scalar", "--- word", []],
  ["block style", "a: 1\nb:\n  c: x\n\n  d:\n    - 1\n    - e: 2\n      f: 3\n", [
    "a:1",
    "b:2",
    "b.c:3",
    "b.d:5",
    "b.d[0]:6",
    "b.d[1]:7",
    "b.d[1].e:7",
    "b.d[1].f:8",
  ]],
  ["a list that is not indented", "a:\n- 1\n-\n  - 2\n- - 3\n  - 4\nb: 5\n", [
    "a:1",
    "a[0]:2",
    // The line of the item, not of its dash.
    "a[1]:4",
    "a[1][0]:4",
    "a[2]:5",
    "a[2][0]:5",
    "a[2][1]:6",
    "b:7",
  ]],
  [
    "flow style over lines",
    'a: { b: 1,\n  "c": [x,\n    y: z,\n    {d}, ], "e":2 }\nf: []\ng: {}\n',
    [
      "a:1",
      "a.b:1",
      "a.c:2",
      "a.c[0]:2",
      "a.c[1]:3",
      "a.c[1].y:3",
      "a.c[2]:4",
      "a.c[2].d:4",
      "a.e:4",
      "f:5",
      "g:6",
    ],
  ],
  ["quoted keys", "\"a: #b\": 1\n'it''s': 2\n\"c\\n\": 3\n5: 4\ntrue: 5\n", [
    // Keys stay in the order of the file. An object would move keys that look like numbers to the
    // front.
    "a: #b:1",
    "it's:2",
    "c\n:3",
    "5:4",
    "true:5",
  ]],
  ["comments", "# a: 0\na: 1 # b: 2\n  # c\nb: x#y\n#\nc: 'a # b' # d\n", ["a:2", "b:4", "c:6"]],
  [
    "scalars of several lines",
    "a: |\n  b: 1\n\n    c: 2\nd: >-\n  - e\nf: one\n  two\n" +
    "g: 'three\n\n  four: 5'\nh: \"six \\\n  # seven\"\ni: |2\n    j: 8\nk: 9\n",
    ["a:1", "d:5", "f:7", "g:9", "h:12", "i:14", "k:16"],
  ],
  ["an address and a path", "a: ::1\nb: http://x:1/y\nc: [::1, a:b]\n", [
    "a:1",
    "b:2",
    "c:3",
    "c[0]:3",
    "c[1]:3",
  ]],
  [
    "anchors, aliases, merged maps",
    "a: &one { b: 1, c: 2 }\nd: *one\ne:\n  <<: *one\n  c: 3\nf: &two\n  g: 4\nh:\n  <<: [*two, *one]\ni: &x !!str j\nk: !!map\n  l: 1\n",
    [
      "a:1",
      "a.b:1",
      "a.c:1",
      "d:2",
      "d.b:1",
      "d.c:1",
      "e:3",
      "e.b:1",
      "e.c:5",
      "f:6",
      "f.g:7",
      "h:8",
      "h.g:7",
      "h.b:1",
      "h.c:1",
      "i:10",
      "k:11",
      "k.l:12",
    ],
  ],
  ["explicit keys", "? a\n: 1\n? b\n? 'c'\n:\n  - d\n", ["a:1", "b:3", "c:4", "c[0]:6"]],
  ["empty items", "a:\n-\n- b\n-\n-\nc: [~, ~]\n", [
    // A value without text has the line before it.
    "a:1",
    "a[0]:2",
    "a[1]:3",
    "a[2]:3",
    "a[3]:3",
    "c:6",
    "c[0]:6",
    "c[1]:6",
  ]],
  ["empty values", "a:\nb:\n  c:\n  d: ~\ne: {f: , g}\n", [
    "a:1",
    "b:2",
    "b.c:3",
    "b.d:4",
    "e:5",
    "e.f:5",
    "e.g:5",
  ]],
  ["the ends of a document", "%YAML 1.2\n---\na: 1\nb: two\n...\n", ["a:3", "b:4"]],
  ["Windows line breaks and a byte order mark", "\uFEFFa: 1\r\nb:\r\n  - x\r\n  - y z\r\n", [
    "a:1",
    "b:2",
    "b[0]:3",
    "b[1]:4",
  ]],
];

for (const [name, text, places] of cases) {
  Deno.test(
    `parseYaml() finds the line of each key and item: ${name}`,
    { permissions: "none" },
    () => {
      const found = placesOf(parseYaml(text).node);
      assertEquals(found, places);
      assertEquals(plain(text), valueOf(text));
      const paths = found.map((place) => place.replace(/:\d+$/, ""));
      assertEquals(paths.toSorted(), pathsOf(valueOf(text)).toSorted());
    },
  );
}

Deno.test("parseYaml() finds duplicate keys, with the line of the first", {
  permissions: "none",
}, () => {
  const { node: lines } = parseYaml(
    "a: 1\nb: { c: 1, c: 2 }\n'a': 3\nd: &d\n  <<: { e: 1 }\n  e: 2\n  e: 3\n",
  );
  assertEquals(lines.repeated, [{ key: "a", first: 1 }]);
  assertEquals(lines.entries!.get("a")!.line, 3);
  assertEquals(lines.entries!.get("b")!.node.repeated, [{ key: "c", first: 2 }]);
  assertEquals(lines.entries!.get("d")!.node.repeated, [{ key: "e", first: 6 }]);
});

Deno.test(
  "parseYaml() terminates if an alias is inside its anchor",
  { permissions: "none" },
  () => {
    const { entries } = parseYaml("a: &a\n  b: *a\n").node;
    const a = entries!.get("a")!.node;
    assertEquals(a.entries!.get("b")!.node, a);
  },
);

Deno.test("parseYaml() finds every place of any value, in any YAML style", {
  permissions: "none",
}, () => {
  const value = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: "small" },
      fc.string({ unit: "grapheme" }),
      fc.constantFrom(..."- ? : # a: [] {} & * ! | > ' \" % @ -1 1: ~ <<x --- ...".split(" "), ""),
      fc.constantFrom(
        "two words",
        "a\nb: c\n",
        "\n- x\n\n",
        " # x",
        "a: b",
        "x #y",
        "::1",
        "[a, b]",
      ),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("tree"), { maxLength: 4 }),
      fc.dictionary(
        fc.oneof(fc.string(), fc.constantFrom("a b", "a: b", "#", "- x")),
        tie("tree"),
        {
          maxKeys: 4,
          noNullPrototype: true,
        },
      ),
    ),
  })).tree.filter((tree) => !JSON.stringify(tree).includes('"<<"'));
  const style = fc.record({
    flowLevel: fc.constantFrom(-1, 0, 1, 2),
    seqNoIndent: fc.boolean(),
    lineWidth: fc.constantFrom(20, 80, -1),
  });
  fc.assert(
    fc.property(value, style, (tree, options) => {
      const text = dump(tree, { ...options, noRefs: true });
      const found = placesOf(parseYaml(text).node).map((place) => place.replace(/:\d+$/, ""));
      assertEquals(found.toSorted(), pathsOf(tree).toSorted(), text);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("parseYaml() reads the YAML that settings use", { permissions: "none" }, () => {
  const rows: [string, unknown][] = [
    ["", null],
    ["# nothing but a comment", null],
    ["a: 1\nb: [x, 'y', \"z\\n\"]\nc:\n  - d: true\n    e: ~\n", {
      a: 1,
      b: ["x", "y", "z\n"],
      c: [{ d: true, e: null }],
    }],
    ["t: >-\n  one\n  two\nl: |\n  a\n  b\n", { t: "one two", l: "a\nb\n" }],
    ["a: &x { b: 1 }\nc:\n  <<: *x\n  d: 2", { a: { b: 1 }, c: { b: 1, d: 2 } }],
    ["n: 0x1f\nf: 1.5\ns: yes\nv: 5m", { n: 31, f: 1.5, s: "yes", v: "5m" }],
    ["'<<': { a: 1 }\nb: !!str 1\n", { "<<": { a: 1 }, b: "1" }],
    ["---\na\n", "a"],
  ];
  for (const [text, value] of rows) assertEquals(plain(text), value, text);
  assertEquals(parseYaml("on: 2020-01-02").node.entries!.get("on")!.node, {
    value: new Date("2020-01-02"),
  });
});

Deno.test("parseYaml() treats __proto__ like any other key", { permissions: "none" }, () => {
  const value = plain("__proto__: { admin: true }") as Record<string, unknown>;
  assertEquals([Object.keys(value), value.admin], [["__proto__"], undefined]);
});

Deno.test("parseYaml() refuses invalid YAML, and reports the line", { permissions: "none" }, () => {
  const rows: [text: string, line: number | undefined][] = [
    ["a: [", 1],
    ["a: 1\n--- a\n--- b", undefined],
    ["a: 1\nb: !!js/function 'x'", 2],
    ["a: 1\n\tb: 1", 2],
    ["\n\n*nothing", 3],
    ["a: \0", 1],
    ["a: 1\n? [b]\n: 2", 2],
    ["a: 1\nb: {{ name }}", 2],
    [`${"a: &a { b: 1 }\n".repeat(2)}c: { <<: [${Array(101).fill("*a").join(", ")}] }`, 3],
    ["[".repeat(200), 1],
  ];
  for (const [text, line] of rows) {
    const error = assertThrows(() => parseYaml(text), YAMLException);
    assert(error.reason.length > 0);
    assertEquals(error.mark && error.mark.line + 1, line, text);
  }
});
