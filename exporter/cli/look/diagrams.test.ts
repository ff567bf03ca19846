import fc from 'fast-check';
import { expect, it } from 'vitest';
import { dotText, mermaidText } from './diagrams.ts';
import { treeEdge, treeOf } from './tree.fixture.ts';

const EDGES = [
  treeEdge('a→b', { counts: { open: 2, opened: 12, failed: { refused: 3 } } }),
  treeEdge('b→a', { port: 0, transport: 'unix' }),
];

it('draws for Graphviz', () => {
  expect(dotText(treeOf('a', EDGES))).toMatchInlineSnapshot(`
    "digraph dependencies {
      rankdir=LR;
      node [shape=box];
      n0 [label="a", style=bold];
      n1 [label="b"];
      n0 -> n1 [label="80/tcp, 2 open, 12 opened, 3 failed (3 refused)", color=red];
      n1 -> n0 [label="unix, 0 open, 1 opened"];
    }
    "
  `);
});

it('draws for Mermaid', () => {
  expect(mermaidText(treeOf('a', EDGES))).toMatchInlineSnapshot(`
    "flowchart LR
      n0["a"]
      n1["b"]
      n0 -->|"80/tcp, 2 open, 12 opened, 3 failed (3 refused)"| n1
      n1 -->|"unix, 0 open, 1 opened"| n0
    "
  `);
});

it.each([
  ['a"]; b [shape="x', '"a\\"]; b [shape=\\"x"', '"a#34;#93;#59; b #91;shape#61;#34;x"'],
  ['\\N\n<b>', '"\\\\N\\\\n<b>"', '"#92;N#92;n#60;b#62;"'],
  ['`x` #quot; %% {}', '"`x` #quot; %% {}"', '"#96;x#96; #35;quot#59; #37;#37; #123;#125;"'],
  ['&lt;', '"&amp;lt;"', '"#38;lt#59;"'],
  ['結び é', '"結び é"', '"結び é"'],
])('%j is escaped', (name, dot, mermaid) => {
  const tree = treeOf('root', [treeEdge(`${name}→root`)]);
  expect(dotText(tree)).toContain(`n1 [label=${dot}];`);
  expect(mermaidText(tree)).toContain(`n1[${mermaid}]`);
});

/** As Graphviz reads quoted strings: a `"` that follows an even number of backslashes ends one. */
const DOT_NODE = /^ {2}n1 \[label="(?:[^"\\]|\\.)*"\];$/u;
const MERMAID_NODE = /^ {2}n1\["(?:[\p{L}\p{M}\p{N} ,.:/()_-]|#\d+;)*"\]$/u;

it('has a line for each node and edge, for any names', () => {
  const name = fc
    .array(fc.integer({ min: 0, max: 0xffff }), { minLength: 1 })
    .map((codes) => String.fromCharCode(...codes))
    .filter((text) => !/[→@]/.test(text) && text !== 'root');
  fc.assert(
    fc.property(name, (name) => {
      const tree = treeOf('root', [treeEdge(`root→${name}`)]);
      const dot = dotText(tree).split('\n');
      expect(dot).toHaveLength(8);
      expect(dot[3]).toBe('  n0 [label="root", style=bold];');
      expect(dot[4]).toMatch(DOT_NODE);
      const mermaid = mermaidText(tree).split('\n');
      expect(mermaid).toHaveLength(5);
      expect(mermaid[1]).toBe('  n0["root"]');
      expect(mermaid[2]).toMatch(MERMAID_NODE);
    }),
  );
});
