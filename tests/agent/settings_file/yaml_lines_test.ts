import { assertEquals } from "@std/assert";
import { parse, stringify } from "@std/yaml";
import fc from "../../fast_check.ts";
import { findLines, type YamlLines } from "../../../src/agent/settings_file/yaml_lines.ts";

/** All places with their lines, as `a.b[0]:3`. */
function placesOf({ entries, items }: YamlLines, above = ""): string[] {
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

/** All places of a value, without lines. */
function pathsOf(value: unknown, above = ""): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]) => {
    const place = Array.isArray(value) ? `${above}[${key}]` : above ? `${above}.${key}` : key;
    return [place, ...pathsOf(entry, place)];
  });
}

// Some keys are written in brackets such that they cannot be read again.
function expectedPaths(text: string): string[] {
  try {
    return pathsOf(parse(text));
  } catch {
    fc.pre(false);
    return [];
  }
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
  ["a list as deep as its key", "a:\n- 1\n-\n  - 2\n- - 3\n  - 4\nb: 5\n", [
    "a:1",
    "a[0]:2",
    "a[1]:3",
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
    // In the order of a map, whatever they look like.
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
  ["line breaks of Windows and a mark of byte order", "\uFEFFa: 1\r\nb:\r\n  - x\r\n  - y z\r\n", [
    "a:1",
    "b:2",
    "b[0]:3",
    "b[1]:4",
  ]],
];

for (const [name, text, places] of cases) {
  Deno.test(`findLines() finds each key and item: ${name}`, { permissions: "none" }, () => {
    const found = placesOf(findLines(text));
    assertEquals(found, places);
    const paths = found.map((place) => place.replace(/:\d+$/, ""));
    assertEquals(paths.toSorted(), pathsOf(parse(text)).toSorted());
  });
}

Deno.test("findLines() says which keys are there again, and where they were first", {
  permissions: "none",
}, () => {
  const lines = findLines(
    "a: 1\nb: { c: 1, c: 2 }\n'a': 3\nd: &d\n  <<: { e: 1 }\n  e: 2\n  e: 3\n",
  );
  assertEquals(lines.repeated, [{ key: "a", first: 1 }]);
  assertEquals(lines.entries!.get("a")!.line, 3);
  assertEquals(lines.entries!.get("b")!.node.repeated, [{ key: "c", first: 2 }]);
  assertEquals(lines.entries!.get("d")!.node.repeated, [{ key: "e", first: 6 }]);
});

Deno.test(
  "findLines() ends with an alias inside what it refers to",
  { permissions: "none" },
  () => {
    const { entries } = findLines("a: &a\n  b: *a\n");
    const a = entries!.get("a")!.node;
    assertEquals(a.entries!.get("b")!.node, a);
  },
);

Deno.test("findLines() finds every place of any value, however it is written", {
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
    arrayIndent: fc.boolean(),
    lineWidth: fc.constantFrom(20, 80, -1),
  });
  fc.assert(
    fc.property(value, style, (tree, options) => {
      const text = stringify(tree, { ...options, useAnchors: false });
      const found = placesOf(findLines(text)).map((place) => place.replace(/:\d+$/, ""));
      assertEquals(found.toSorted(), expectedPaths(text).toSorted(), text);
    }),
    { numRuns: 1000 },
  );
});
