import { isRecord } from "../base/json.ts";
import { fieldsOfCode, fieldsOfProse } from "./guide-fields.ts";
import type { GuidePivot, Transform } from "./rule.ts";
import { toInvestigate, toOsquery } from "./transform.ts";

/** A piece of running Markdown, understood. */
export interface InlineText {
  /** Plain text on one line, pivots as their labels. */
  readonly text: string;
  readonly fields: readonly string[];
  readonly pivots: readonly GuidePivot[];
  /** There is nothing but references to pivots. */
  readonly onlyPivots: boolean;
}

/** Told of each reference that leads nowhere; `reference` is how it stands in the text. */
export type GuideReport = (message: string, reference: string) => void;

/** Longest item whose marks are stripped, and longest query in the text: what is longer was written to waste time. */
const MAX_ITEM = 20_000;

const REFERENCE = /\$(investigate|osquery)_(\d+)/g;
const EMBEDDED = /!\{(investigate|insight|osquery)/g;

/** Plain text, fields and pivots of running Markdown. `lines` belong to one item or paragraph. */
export function readInline(lines: readonly string[], transform: Transform, report: GuideReport): InlineText {
  const pivots: GuidePivot[] = [];
  const take = (pivot: GuidePivot): string => {
    pivots.push(pivot);
    return `\u0000${pivots.length - 1}\u0000`;
  };
  const embedded = resolveEmbedded(lines.join(" ").replaceAll(/[\u0000\u0001]/g, ""), take, report);
  const resolved = embedded.replaceAll(REFERENCE, (whole, kind: string, number: string) => {
    const pivot = (kind === "investigate" ? transform.investigate : transform.osquery)[Number(number)];
    if (pivot !== undefined) return take(pivot);
    report(`the guide refers to ${whole}, which [transform] does not define`, whole);
    return whole;
  });
  const fields = new Set<string>();
  const plain = toPlain(resolved, (names) => names.forEach((name) => fields.add(name)));
  const text = plain.replaceAll(/\u0000(\d+)\u0000/g, (_, index: string) => pivots[Number(index)]?.label ?? "");
  const onlyPivots = pivots.length > 0 && plain.replaceAll(/\u0000\d+\u0000/g, "").trim() === "";
  return { text: text.replaceAll(/\s+/g, " ").trim(), fields: [...fields], pivots, onlyPivots };
}

/** Replaces `!{investigate{...}}` and `!{osquery{...}}`, whose inner braces hold JSON. */
function resolveEmbedded(text: string, take: (pivot: GuidePivot) => string, report: GuideReport): string {
  let result = "";
  let position = 0;
  for (const match of text.matchAll(EMBEDDED)) {
    if (match.index < position) continue;
    const from = match.index + match[0].length;
    const end = endOfObject(text, from);
    const pivot = end === null ? null : toEmbeddedPivot(match[1] ?? "", text.slice(from, end), report);
    if (end === null || pivot === null) {
      report(`the guide holds a ${match[1]} query that is not valid JSON`, match[0]);
      continue;
    }
    result += text.slice(position, match.index) + take(pivot);
    position = text[end] === "}" ? end + 1 : end;
  }
  return result + text.slice(position);
}

/** Index after the `}` that closes the object beginning at `from`; null when there is none. Braces in strings count not. */
function endOfObject(text: string, from: number): number | null {
  let depth = 0;
  let quoted = false;
  const last = Math.min(text.length, from + MAX_ITEM);
  for (let i = from; i < last; i++) {
    const character = text[i];
    if (quoted) {
      if (character === "\\") i++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === "{") depth++;
    else if (character === "}" && --depth === 0) return i + 1;
    if (depth === 0 && !quoted && character?.trim() !== "") return null;
  }
  return null;
}

function toEmbeddedPivot(kind: string, json: string, report: GuideReport): GuidePivot | null {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  if (!isRecord(value)) return null;
  const tell = (_key: string, message: string): void => report(message, `!{${kind}`);
  return kind === "osquery" ? toOsquery(value, tell) : toInvestigate(value, tell);
}

/** Markdown's inline marks taken off; `onFields` is told the event fields that are named, in back-ticks or without. */
function toPlain(markdown: string, onFields: (names: readonly string[]) => void): string {
  if (markdown.length > MAX_ITEM) return markdown;
  const parts = markdown.split(/(`+)/);
  let text = "";
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] ?? "";
    const isTick = i % 2 === 1;
    const close = isTick ? parts.findIndex((other, j) => j > i && j % 2 === 1 && other === part) : -1;
    if (close > 0) {
      const code = parts
        .slice(i + 1, close)
        .join("")
        .trim();
      onFields(fieldsOfCode(code));
      text += code;
      i = close;
    } else {
      text += isTick ? part : stripMarks(part);
      onFields(isTick ? [] : fieldsOfProse(part));
    }
  }
  return text;
}

const MARK = /[\\*_[<]/;

function stripMarks(text: string): string {
  if (!MARK.test(text)) return text;
  return text
    .replaceAll(/\\([\\`*_{}[\]()#+.!<>|-])/g, (_, mark: string) => `\u0001${mark.charCodeAt(0)}\u0001`)
    .replaceAll(/!?\[([^\]]*)\]\(<?([^)\s>]*)>?(?:\s+"[^"]*")?\)/g, (_, label: string, url: string) =>
      label === "" || label === url ? url : `${label} (${url})`,
    )
    .replaceAll(/<(https?:[^>\s]+)>/g, "$1")
    .replaceAll(/<br\s*\/?>/gi, " ")
    .replaceAll(/(\*\*|__)(?=\S)(.+?)(?<=\S)\1/g, "$2")
    .replaceAll(/(?<![\w*])\*(?=[^\s*])([^*]+?)(?<=\S)\*(?![\w*])/g, "$1")
    .replaceAll(/(?<![\w])_(?=[^\s_])([^_]+?)(?<=\S)_(?![\w])/g, "$1")
    .replaceAll(/\u0001(\d+)\u0001/g, (_, code: string) => String.fromCharCode(Number(code)));
}
