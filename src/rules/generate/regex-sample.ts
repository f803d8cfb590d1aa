import { parseLuceneRegex } from "../../eql/lucene-regex.ts";
import type { CodePointRange, RegexNode } from "../../eql/lucene-regex.ts";

/** A few texts that a Lucene expression accepts, short ones first; not all need to be accepted. */
export function sampleRegex(pattern: string): readonly string[] {
  const parsed = parseLuceneRegex(pattern);
  if (!parsed.ok) return [];
  return [...new Set([0, 1, 2].flatMap((extra) => [sample(parsed.node, extra, 0), sample(parsed.node, extra, 1)]))];
}

/** `extra`: repetitions beyond the least; `choice`: which alternative. */
function sample(node: RegexNode, extra: number, choice: number): string {
  switch (node.kind) {
    case "text":
      return node.text;
    case "class":
      return fromClass(node.ranges, node.negated);
    case "any":
      return "x";
    case "anyText":
    case "nothing":
      return "";
    case "interval":
      return String(node.first).padStart(node.digits, "0");
    case "repeat": {
      const count = Math.min(node.least + extra, node.most ?? Infinity, Math.max(node.least, 50));
      return sample(node.inner, extra, choice).repeat(count);
    }
    case "sequence":
      return node.parts.map((part) => sample(part, extra, choice)).join("");
    case "choice": {
      const option = node.options[Math.min(choice, node.options.length - 1)];
      return option === undefined ? "" : sample(option, extra, choice);
    }
  }
}

const ORDINARY = [..."xX5_ -./\\:\u00e9\u0100"].map((character) => character.codePointAt(0) ?? 0);

function fromClass(ranges: readonly CodePointRange[], negated: boolean): string {
  const has = (code: number): boolean => ranges.some(([first, last]) => code >= first && code <= last) !== negated;
  const code = ORDINARY.find(has) ?? ranges[0]?.[0] ?? 0x78;
  return String.fromCodePoint(code);
}
