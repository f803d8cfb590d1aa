/**
 * KQL, Kibana filters, thresholds and new terms evaluated over plain documents, written after their documentation and
 * sharing no code with src/: an oracle for rules that go through loader, dictionary and SQL. Slow and plain on purpose.
 */
import { BlockList, isIP } from "node:net";

/** Field -> values, each once. Numbers and booleans as text. */
export type FlatDocument = ReadonlyMap<string, readonly string[]>;
export type FieldKind = "keyword" | "long" | "double" | "boolean" | "ip" | "date" | "text" | "version";

export type Node =
  | { readonly op: "and" | "or"; readonly inner: readonly Node[] }
  | { readonly op: "not"; readonly inner: Node }
  | { readonly op: "all" }
  | { readonly op: "is"; readonly field: Piece[]; readonly value: Piece[]; readonly quoted: boolean }
  | { readonly op: "range"; readonly field: string; readonly sign: string; readonly bound: string };

/** A text, or a wildcard. */
export type Piece = { readonly text: string } | "*";

/** Reads KQL by recursive descent over its characters. */
export function readKql(source: string): Node {
  let at = 0;
  const skip = (): void => {
    while (/\s/.test(source[at] ?? "")) at++;
  };
  const word = (name: string): boolean => {
    skip();
    const rest = source.slice(at);
    if (!new RegExp(`^${name}(?=[\\s(]|$)`, "i").test(rest)) return false;
    at += name.length;
    return true;
  };
  const sign = (text: string): boolean => {
    skip();
    if (!source.startsWith(text, at)) return false;
    at += text.length;
    return true;
  };
  const join = (op: "and" | "or", part: () => Node): Node => {
    const inner = [part()];
    while (word(op)) inner.push(part());
    return inner.length === 1 && inner[0] !== undefined ? inner[0] : { op, inner };
  };
  const literal = (stop: RegExp): { pieces: Piece[]; quoted: boolean } => {
    skip();
    const quoted = source[at] === '"';
    if (quoted) at++;
    const pieces: Piece[] = [];
    let text = "";
    const flush = (): void => {
      if (text !== "") pieces.push({ text });
      text = "";
    };
    for (; at < source.length; at++) {
      const character = source[at] ?? "";
      if (character === "\\") {
        const [whole, unicode, blank, special] =
          /^\\(?:u([0-9a-fA-F]{4})|([tnr])|([\\"():<>*{}]|and|or|not))/i.exec(source.slice(at, at + 6)) ?? [];
        const kept = whole === undefined || (quoted && special !== undefined && !/[\\"]/.test(special));
        if (kept) text += character;
        else {
          text += unicode === undefined ? (special ?? { t: "\t", n: "\n", r: "\r" }[blank ?? ""] ?? "") : "";
          if (unicode !== undefined) text += String.fromCharCode(parseInt(unicode, 16));
          at += whole.length - 1;
        }
      } else if (quoted && character === '"') {
        at++;
        break;
      } else if (!quoted && (stop.test(character) || (/\s/.test(character) && endsHere()))) break;
      else if (!quoted && character === "*") {
        flush();
        pieces.push("*");
      } else text += character;
    }
    if (!quoted) text = text.trimEnd();
    flush();
    return { pieces: pieces.length === 0 ? [{ text: "" }] : pieces, quoted };
  };
  /** A bare value goes on over blanks until an operator or the end. */
  const endsHere = (): boolean => /^\s+(?:(?:and|or|not)(?=[\s(]|$)|$|[()}])/i.test(source.slice(at));
  const values = (field: Piece[]): Node => {
    if (sign("(")) {
      const list = (): Node => join("or", () => join("and", () => (word("not") ? { op: "not", inner: one() } : one())));
      const one = (): Node => {
        if (!sign("(")) {
          const { pieces, quoted } = literal(/[()]/);
          return { op: "is", field, value: pieces, quoted };
        }
        const inner = list();
        sign(")");
        return inner;
      };
      const found = list();
      sign(")");
      return found;
    }
    const { pieces, quoted } = literal(/[()}]/);
    return { op: "is", field, value: pieces, quoted };
  };
  const factor = (prefix: string): Node => {
    if (word("not")) return { op: "not", inner: factor(prefix) };
    if (sign("(")) {
      const inner = either(prefix);
      sign(")");
      return inner;
    }
    const { pieces } = literal(/[:<>=\s(){}]/);
    const [head, ...tail] = pieces;
    const field: Piece[] = head === "*" || head === undefined ? pieces : [{ text: prefix + head.text }, ...tail];
    for (const each of ["<=", ">=", "<", ">"]) {
      if (sign(each)) return { op: "range", field: textOf(field), sign: each, bound: textOf(literal(/[()}]/).pieces) };
    }
    if (!sign(":")) throw new Error(`no operator at ${at} of ${source}`);
    if (!sign("{")) return values(field);
    const inner = either(`${textOf(field)}.`);
    sign("}");
    return inner;
  };
  const either = (prefix: string): Node => join("or", () => join("and", () => factor(prefix)));
  skip();
  if (at === source.length) return { op: "all" };
  const node = either("");
  skip();
  if (at < source.length) throw new Error(`unread: ${source.slice(at)}`);
  return node;
}

function textOf(pieces: readonly Piece[]): string {
  return pieces.map((piece) => (piece === "*" ? "*" : piece.text)).join("");
}

/** What the evaluation knows of fields. */
export interface Kinds {
  kind(field: string): FieldKind | null;
  /** Every field that some document has. */
  readonly names: readonly string[];
}

export function holds(node: Node, document: FlatDocument, kinds: Kinds): boolean {
  switch (node.op) {
    case "all":
      return true;
    case "and":
      return node.inner.every((inner) => holds(inner, document, kinds));
    case "or":
      return node.inner.some((inner) => holds(inner, document, kinds));
    case "not":
      return !holds(node.inner, document, kinds);
    case "range":
      return (document.get(node.field) ?? []).some((value) => {
        const numeric = kinds.kind(node.field) === "long" || kinds.kind(node.field) === "double";
        const order = numeric
          ? Number(value) - Number(node.bound)
          : value < node.bound
            ? -1
            : value > node.bound
              ? 1
              : 0;
        return node.sign.startsWith("<")
          ? order < 0 || (order === 0 && node.sign === "<=")
          : order > 0 || (order === 0 && node.sign === ">=");
      });
    case "is":
      return fieldsOf(node.field, kinds).some((field) => is(field, node.value, node.quoted, document, kinds));
  }
}

export function fieldsOf(field: readonly Piece[], kinds: Kinds): readonly string[] {
  return field.includes("*") ? kinds.names.filter((name) => fits(name, field)) : [textOf(field)];
}

/** The field in the document and how it is looked at. */
export function viewOf(name: string, kinds: Kinds): { readonly field: string; readonly kind: FieldKind | "caseless" } {
  const known = kinds.kind(name);
  const [, parent, view] = /^(.*)\.(text|caseless|keyword)$/.exec(name) ?? [];
  if (known === null && parent !== undefined && kinds.kind(parent) !== null) {
    return { field: parent, kind: view === "keyword" ? "keyword" : view === "text" ? "text" : "caseless" };
  }
  return { field: name, kind: known ?? "keyword" };
}

function is(name: string, value: readonly Piece[], quoted: boolean, document: FlatDocument, kinds: Kinds): boolean {
  const { field, kind } = viewOf(name, kinds);
  const has = document.get(field) ?? [];
  if (value.every((piece) => piece === "*")) return has.length > 0;
  const text = textOf(value);
  const wild = value.includes("*");
  return has.some((each) => {
    switch (kind) {
      case "long":
      case "double":
        return !wild && text.trim() !== "" && Number(text) === Number(each);
      case "boolean":
        return !wild && text === each;
      case "ip":
        return !wild && inNetwork(each, text);
      case "text": {
        const words = wordsOf(each);
        const folded = value.map((piece) => (piece === "*" ? piece : { text: piece.text.toLowerCase() }));
        if (wild) return words.some((word) => fits(word, folded));
        const wanted = wordsOf(text);
        if (!quoted) return wanted.some((word) => words.includes(word));
        return (
          wanted.length > 0 && words.some((_, index) => wanted.every((word, offset) => words[index + offset] === word))
        );
      }
      case "caseless":
        return fits(
          each.toLowerCase(),
          value.map((piece) => (piece === "*" ? piece : { text: piece.text.toLowerCase() })),
        );
      default:
        return fits(each, value);
    }
  });
}

/** Wildcards by plain recursion. */
function fits(text: string, [piece, ...rest]: readonly Piece[]): boolean {
  if (piece === undefined) return text === "";
  if (piece !== "*") return text.startsWith(piece.text) && fits(text.slice(piece.text.length), rest);
  if (rest.length === 0) return true;
  for (let from = 0; from <= text.length; from++) if (fits(text.slice(from), rest)) return true;
  return false;
}

const networks = new Map<string, BlockList>();

function inNetwork(address: string, wanted: string): boolean {
  const [network = "", bits] = wanted.split("/");
  const family = isIP(network) === 6 ? "ipv6" : "ipv4";
  if (isIP(network) === 0 || isIP(address) !== isIP(network)) return false;
  let list = networks.get(wanted);
  if (list === undefined) {
    list = new BlockList();
    list.addSubnet(network, bits === undefined ? (family === "ipv4" ? 32 : 128) : Number(bits), family);
    networks.set(wanted, list);
  }
  return list.check(address, family);
}

/** The words of Elasticsearch's standard analyser, for text in ASCII. */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  let word = "";
  const isWord = (character: string): boolean => /[A-Za-z0-9_]/.test(character);
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? "";
    const before = text[at - 1] ?? "";
    const after = text[at + 1] ?? "";
    const betweenLetters = /[A-Za-z]/.test(before) && /[A-Za-z]/.test(after) && /[.':]/.test(character);
    const betweenDigits = /\d/.test(before) && /\d/.test(after) && /[.,;']/.test(character);
    if (isWord(character) || (word !== "" && (betweenLetters || betweenDigits))) word += character;
    else if (word !== "") {
      words.push(word.toLowerCase());
      word = "";
    }
  }
  return word === "" ? words : [...words, word.toLowerCase()];
}

/** A filter of Kibana's, of the kinds that its editor makes. */
export type Filter = Readonly<Record<string, unknown>>;

export function filterHolds(filter: Filter, document: FlatDocument, kinds: Kinds): boolean {
  const meta = (filter["meta"] ?? {}) as { disabled?: boolean; negate?: boolean; relation?: string; params?: Filter[] };
  if (meta.disabled === true) return true;
  const parts = meta.params?.map((part) => filterHolds(part, document, kinds));
  const held =
    parts === undefined
      ? queryHolds(filter["query"] as Filter, document, kinds)
      : meta.relation === "OR"
        ? parts.some(Boolean)
        : parts.every(Boolean);
  return held !== (meta.negate === true);
}

function queryHolds(query: Filter, document: FlatDocument, kinds: Kinds): boolean {
  const [[kind, body] = ["", {}]] = Object.entries(query);
  const [[field, value] = ["", null]] = Object.entries(body as Filter);
  const equals = (wanted: unknown): boolean => is(field, [{ text: String(wanted) }], true, document, kinds);
  switch (kind) {
    case "match_phrase":
    case "term":
      return equals(value);
    case "terms":
      return (value as unknown[]).some(equals);
    case "exists":
      return (document.get(String(value)) ?? []).length > 0;
    case "prefix":
      return (document.get(field) ?? []).some((each) => each.startsWith(String(value)));
    case "wildcard": {
      const options = (typeof value === "string" ? { value } : value) as Record<string, unknown>;
      const pieces = readWildcard(String(options["value"] ?? options["wildcard"]));
      const fold = (text: string): string => (options["case_insensitive"] === true ? text.toLowerCase() : text);
      return (document.get(field) ?? []).some((each) =>
        fitsWildcard(
          fold(each),
          pieces.map(([kind, text]) => [kind, fold(text)]),
        ),
      );
    }
    case "range":
      return (document.get(field) ?? []).some((each) =>
        Object.entries(value as Record<string, number>).every(([sign, bound]) => {
          const order = Number(each) - bound;
          return { gt: order > 0, gte: order >= 0, lt: order < 0, lte: order <= 0 }[sign];
        }),
      );
    case "bool": {
      const { should = [], must = [], must_not = [] } = body as Record<string, Filter[]>;
      const hold = (each: Filter): boolean => queryHolds(each, document, kinds);
      const some = should.length === 0 || must.length > 0 || should.some(hold);
      return some && must.every(hold) && !must_not.some(hold);
    }
    default:
      throw new Error(`no such query: ${kind}`);
  }
}

type WildcardPiece = readonly [kind: "text" | "one" | "any", text: string];

/** Elasticsearch's wildcards: a backslash takes the next character literally. */
function readWildcard(text: string): WildcardPiece[] {
  const pieces: WildcardPiece[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? "";
    if (character === "\\" && at + 1 < text.length) pieces.push(["text", text[++at] ?? ""]);
    else pieces.push(character === "*" ? ["any", ""] : character === "?" ? ["one", ""] : ["text", character]);
  }
  return pieces;
}

function fitsWildcard(text: string, [piece, ...rest]: readonly WildcardPiece[]): boolean {
  if (piece === undefined) return text === "";
  const [kind, wanted] = piece;
  if (kind === "one") return text !== "" && fitsWildcard(text.slice(1), rest);
  if (kind === "text") return text.startsWith(wanted) && fitsWildcard(text.slice(wanted.length), rest);
  for (let from = 0; from <= text.length; from++) if (fitsWildcard(text.slice(from), rest)) return true;
  return false;
}

/** An event that matches: its number, time and document. */
export interface Hit {
  readonly event: number;
  readonly timeMs: number;
  readonly document: FlatDocument;
}

export interface ReferenceGroup {
  readonly keys: readonly string[];
  readonly events: readonly number[];
}

/** Groups of events by the values of fields, one for each combination; in the order of their first events. */
export function groupsOf(
  hits: readonly Hit[],
  fields: readonly string[],
): (ReferenceGroup & { hits: readonly Hit[] })[] {
  const groups = new Map<string, { keys: string[]; hits: Hit[] }>();
  for (const hit of [...hits].sort((a, b) => a.timeMs - b.timeMs || a.event - b.event)) {
    let combinations: string[][] = [[]];
    for (const field of fields) {
      const values = hit.document.get(field) ?? [];
      combinations = combinations.flatMap((head) => values.map((value) => [...head, value]));
    }
    for (const keys of combinations) {
      const name = keys.join("\u0000");
      const group = groups.get(name) ?? { keys, hits: [] };
      groups.set(name, group);
      group.hits.push(hit);
    }
  }
  return [...groups.values()].map((group) => ({ ...group, events: group.hits.map(({ event }) => event) }));
}

export function thresholdReference(
  hits: readonly Hit[],
  {
    fields,
    value,
    cardinality,
  }: { fields: readonly string[]; value: number; cardinality: readonly { field: string; value: number }[] },
): ReferenceGroup[] {
  return groupsOf(hits, fields).filter(
    ({ hits: own }) =>
      own.length >= value &&
      cardinality.every(
        (wanted) => new Set(own.flatMap(({ document }) => document.get(wanted.field) ?? [])).size >= wanted.value,
      ),
  );
}

/** Groups first seen from `newFromMs` on. */
export function newTermsReference(
  hits: readonly Hit[],
  fields: readonly string[],
  newFromMs: number,
): ReferenceGroup[] {
  return groupsOf(hits, fields).filter(({ hits: [first] }) => first !== undefined && first.timeMs >= newFromMs);
}
