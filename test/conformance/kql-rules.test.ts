/** KQL rules through loader, case and SQL against an independent evaluation of their documents. */
import { isIP } from "node:net";
import { describe, expect, it } from "vitest";
import { catalogueField } from "../../src/ecs/catalogue.ts";
import type { Engine } from "../../src/hunt/engine.ts";
import { runRule } from "../../src/hunt/run-rule.ts";
import { toTask } from "../../src/hunt/rule-task.ts";
import { readPack } from "../../src/rules/read-pack.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { loadDocuments, openWholeCase } from "../hunt/load-case.ts";
import { someRule } from "../hunt/some-rules.ts";
import { describeShared, shared } from "../shared.ts";
import {
  type FieldKind,
  fieldsOf,
  type Filter,
  filterHolds,
  type FlatDocument,
  type Hit,
  holds,
  type Kinds,
  newTermsReference,
  type Node,
  type Piece,
  readKql,
  type ReferenceGroup,
  thresholdReference,
  viewOf,
} from "./kql-reference.ts";

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 0, 1);
const SPAN_DAYS = 60;
const TEXT = new Set(["message", "error.message", "powershell.file.script_block_text"]);
const WHOLE = { from: null, to: null, respectIndex: false, maxFindings: 0 };

/** A repeatable source of choices (mulberry32). */
function random(seed: number): {
  next(below: number): number;
  pick<T>(items: readonly T[]): T;
  chance(share: number): boolean;
} {
  let state = seed;
  const unit = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const next = (below: number): number => Math.floor(unit() * below);
  return {
    next,
    pick: (items) => {
      const item = items[next(items.length)];
      if (item === undefined) throw new Error("nothing to pick from");
      return item;
    },
    chance: (share) => unit() < share,
  };
}
type Random = ReturnType<typeof random>;

function kindOf(field: string): FieldKind | null {
  if (field === "@timestamp") return "date";
  return TEXT.has(field) ? "text" : (catalogueField(field)?.type ?? null);
}

const NO_NAMES: Kinds = { kind: kindOf, names: [] };

interface Wish {
  readonly field: string;
  readonly kind: FieldKind | "caseless";
  readonly value: readonly Piece[];
}

/** Tests that together satisfy a query: of an `or` one operand. */
function wishesOf(node: Node, choose: Random): Wish[] {
  switch (node.op) {
    case "all":
      return [];
    case "and":
      return node.inner.flatMap((inner) => wishesOf(inner, choose));
    case "or":
      return wishesOf(choose.pick(node.inner), choose);
    case "not":
      return choose.chance(0.1) ? wishesOf(node.inner, choose) : [];
    case "range":
      return [{ field: node.field, kind: kindOf(node.field) ?? "keyword", value: [{ text: node.bound }] }];
    case "is": {
      const names = fieldsOf(node.field, {
        kind: kindOf,
        names: [node.field.map((piece) => (piece === "*" ? "x" : piece.text)).join("")],
      });
      return names.map((name) => ({ ...viewOf(name, NO_NAMES), value: node.value }));
    }
  }
}

/** A value that fits; nearly, where it is to be `turned`. */
function valueFor({ kind, value }: Wish, choose: Random, turned: boolean): string | null {
  const filled = value.map((piece) => (piece === "*" ? choose.pick(["", "x", "Zz 9", "a.b"]) : piece.text)).join("");
  switch (kind) {
    case "long":
      return /^-?\d+$/.test(filled)
        ? String(Number(filled) + (turned ? choose.pick([1, -1]) : 0))
        : String(choose.next(9));
    case "double":
      return String((Number(filled) || 0) + (turned ? 0.5 : 0));
    case "boolean":
      return (filled === "false") === turned ? "true" : "false";
    case "ip": {
      const [address = ""] = filled.split("/");
      const others = ["10.1.2.3", "203.0.113.77", "fe80::1", "192.168.255.255"];
      return isIP(address) > 0 && !turned ? address : choose.pick(others);
    }
    case "date":
      return null;
    case "text":
      return turned
        ? choose.pick([`${filled}x`, `x${filled}`, "nothing"])
        : choose.pick([filled, `run ${filled} now`, filled.toUpperCase()]);
    default:
      return turned
        ? choose.pick([filled.toUpperCase(), `${filled}x`, `y${filled}`, filled.slice(1) || "q"])
        : filled || "x";
  }
}

type Raw = Record<string, unknown>;

/** A document near a rule: its tests satisfied, or one of them turned or left out; some fields with several values. */
function documentNear(query: Node, more: readonly string[], choose: Random): Raw {
  const document: Raw = { "@timestamp": new Date(START_MS + choose.next(SPAN_DAYS * 86_400) * 1000).toISOString() };
  const wishes = wishesOf(query, choose);
  const turned = choose.chance(0.4) ? choose.next(wishes.length + 1) : -1;
  wishes.forEach((wish, index) => {
    if (index === turned && choose.chance(0.3)) return;
    const value = valueFor(wish, choose, index === turned);
    if (value === null || value === "") return;
    const before = document[wish.field];
    if (before !== undefined) document[wish.field] = [before, value].flat();
    else document[wish.field] = choose.chance(0.12) ? [value, valueFor(wish, choose, true) || "second"] : value;
  });
  for (const field of more) {
    if (field in document || choose.chance(0.15)) continue;
    const type = kindOf(field);
    const value =
      type === "ip" ? `10.0.0.${choose.next(4)}` : type === "long" ? String(choose.next(4)) : `v${choose.next(4)}`;
    document[field] = choose.chance(0.15) ? [value, type === "ip" ? "10.9.9.9" : type === "long" ? "77" : "w"] : value;
  }
  return document;
}

function flat(document: Raw): FlatDocument {
  return new Map(
    Object.entries(document).map(([field, value]) => [
      field,
      [...new Set(Array.isArray(value) ? value.map(String) : [String(value)])],
    ]),
  );
}

/** Documents in a case, and every rule run over all of them. */
class Evidence {
  readonly flat: readonly FlatDocument[];
  readonly kinds: Kinds;
  readonly engine: Engine;

  private constructor(documents: readonly Raw[], engine: Engine) {
    this.flat = documents.map(flat);
    this.kinds = { kind: kindOf, names: [...new Set(this.flat.flatMap((document) => [...document.keys()]))] };
    this.engine = engine;
  }

  static async load(documents: readonly Raw[]): Promise<Evidence> {
    return new Evidence(documents, await openWholeCase(await loadDocuments(documents, { keepDuplicates: true })));
  }

  hits(rule: Rule): Hit[] {
    const query = rule.language === "kuery" ? readKql(rule.query ?? "") : ({ op: "all" } as const);
    return this.flat.flatMap((document, index) => {
      const wanted =
        holds(query, document, this.kinds) &&
        rule.filters.every((filter) => filterHolds(filter as Filter, document, this.kinds));
      return wanted ? [{ event: index + 1, timeMs: Date.parse(document.get("@timestamp")?.[0] ?? ""), document }] : [];
    });
  }

  events(rule: Rule): number[] {
    const run = runRule(this.engine, toTask(rule), WHOLE);
    if (run.outcome === "error" || run.outcome === "unsupported") throw new Error(`${rule.path}: ${run.reason ?? ""}`);
    return run.matches.flatMap(({ events }) => events.flatMap((event) => event ?? [])).sort((a, b) => a - b);
  }

  groups(rule: Rule): {
    readonly outcome: string;
    readonly groups: [keys: readonly (string | null)[], size: number, first: number | null | undefined][];
  } {
    const { outcome, matches, reason } = runRule(this.engine, toTask(rule), WHOLE);
    if (outcome === "error" || outcome === "unsupported") throw new Error(`${rule.path}: ${reason ?? ""}`);
    return { outcome, groups: matches.map(({ keys, groupSize = 0, events: [first] }) => [keys, groupSize, first]) };
  }
}

function shown(groups: readonly ReferenceGroup[]): [readonly string[], number, number | undefined][] {
  return groups.map(({ keys, events }) => [keys, events.length, events[0]]);
}

const bySize = (a: readonly unknown[], b: readonly unknown[]): number =>
  JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;

const FIELDS = [
  "process.name",
  "process.args",
  "destination.port",
  "source.ip",
  "user.name",
  "process.exit_code",
  "host.id",
  "some.own.field",
  "process.command_line.caseless",
];
const LITERALS = [
  "nc",
  "NC",
  "n*",
  "*c",
  '"n*"',
  "a\\*",
  "*",
  '"x y"',
  "443",
  "10.0.0.0/8",
  "10.0.0.1",
  "true",
  "bash*",
  "or\\*",
];

function randomKql(choose: Random, depth: number): string {
  if (depth > 0 && choose.chance(0.5)) {
    const parts = [randomKql(choose, depth - 1), randomKql(choose, depth - 1)];
    return choose.chance(0.3) ? `not (${parts.join(" and ")})` : `(${parts.join(choose.pick([" and ", " or "]))})`;
  }
  const field = choose.pick(FIELDS);
  if (choose.chance(0.15)) return `destination.port ${choose.pick(["<", "<=", ">", ">="])} ${choose.next(500)}`;
  if (choose.chance(0.3)) return `${field}:(${choose.pick(LITERALS)} or ${choose.pick(LITERALS)})`;
  if (choose.chance(0.1)) return `process.*:${choose.pick(LITERALS)}`;
  return `${choose.chance(0.2) ? "not " : ""}${field}:${choose.pick(LITERALS)}`;
}

function randomFilter(choose: Random, depth: number): Filter {
  const negate = choose.chance(0.3)
    ? { meta: { negate: true } }
    : choose.chance(0.05)
      ? { meta: { disabled: true } }
      : {};
  if (depth > 0 && choose.chance(0.25)) {
    const params = [randomFilter(choose, depth - 1), randomFilter(choose, depth - 1)];
    return { meta: { ...negate.meta, type: "combined", relation: choose.pick(["AND", "OR"]), params } };
  }
  return { ...negate, query: randomQuery(choose, depth) };
}

function randomQuery(choose: Random, depth: number): Filter {
  const text = (): string => choose.pick(["nc", "NC", "bash -c x", "n*", "v1", "x y"]);
  const field = choose.pick(["process.name", "user.name", "some.own.field"]);
  switch (choose.next(depth > 0 ? 8 : 7)) {
    case 0:
      return { match_phrase: { [field]: text() } };
    case 1:
      return { terms: { [field]: [text(), text()] } };
    case 2:
      return { exists: { field: choose.pick(["process.name", "source.ip", "destination.port", "no.such.field"]) } };
    case 3:
      return { range: { "process.exit_code": { gte: choose.next(2), lt: 1 + choose.next(500) } } };
    case 4:
      return { prefix: { [field]: choose.pick(["n", "N", "v", "ba"]) } };
    case 5:
      return { match_phrase: { "source.ip": choose.pick(["10.0.0.1", "10.0.0.0/8", "fe80::1"]) } };
    case 6:
      return {
        wildcard: {
          [field]: { value: choose.pick(["n?", "*C", "n\\\\*", "b*x"]), case_insensitive: choose.chance(0.5) },
        },
      };
    default:
      return {
        bool: {
          should: [randomQuery(choose, depth - 1), randomQuery(choose, depth - 1)],
          ...(choose.chance(0.5) ? { minimum_should_match: 1 } : {}),
          must_not: choose.chance(0.4) ? [randomQuery(choose, depth - 1)] : [],
        },
      };
  }
}

function randomDocument(choose: Random): Raw {
  const wish = (field: string, texts: readonly string[]): Raw =>
    choose.chance(0.25)
      ? {}
      : { [field]: choose.chance(0.2) ? [choose.pick(texts), choose.pick(texts)] : choose.pick(texts) };
  const names = ["nc", "NC", "ncat", "bash", "n*", "a*", "x y", "or*", "443", "true"];
  return {
    "@timestamp": new Date(START_MS + choose.next(SPAN_DAYS * 86_400) * 1000).toISOString(),
    ...wish("process.name", names),
    ...wish(
      "process.args",
      ["nc", "-c", "n*", "x y", ""].filter((text) => text !== ""),
    ),
    ...wish("process.command_line", ["NC", "Bash -c x", "n*"]),
    ...wish("user.name", ["v1", "v2", "nc", "NC"]),
    ...wish("host.id", ["v0", "v1", "v2"]),
    ...wish("some.own.field", ["nc", "bash -c x", "v1", "10.0.0.1"]),
    ...wish("destination.port", ["443", "80", "22", "399", "400"]),
    ...(choose.chance(0.3) ? {} : { "process.exit_code": choose.pick(["0", "1", "443"]) }),
    ...wish("source.ip", ["10.0.0.1", "10.1.2.3", "11.0.0.1", "fe80::1"]),
  };
}

describe("random rules over random events", () => {
  it("find the events that the reference finds: queries, and filters of every kind", async () => {
    const choose = random(7);
    const evidence = await Evidence.load(Array.from({ length: 400 }, () => randomDocument(choose)));
    let held = 0;
    for (let n = 0; n < 400; n++) {
      const filters = n % 2 === 0 ? [] : Array.from({ length: 1 + choose.next(2) }, () => randomFilter(choose, 2));
      const query = n % 4 === 1 ? "" : randomKql(choose, 3);
      const rule = someRule(`r${n}`, query, { type: "query", language: "kuery", filters: filters as Rule["filters"] });
      const wanted = evidence.hits(rule).map(({ event }) => event);
      if (wanted.length > 0 && wanted.length < 400) held += 1;
      expect(evidence.events(rule), `${query} ${JSON.stringify(filters)}`).toEqual(wanted);
    }
    expect(held).toBeGreaterThan(150);
    evidence.engine.close();
  });

  it("group as the reference does: lists, missing values, numbers, addresses, cardinality, history", async () => {
    const choose = random(11);
    const evidence = await Evidence.load(Array.from({ length: 600 }, () => randomDocument(choose)));
    const fields = ["process.name", "destination.port", "source.ip", "some.own.field", "user.name", "process.args"];
    let found = 0;
    for (let n = 0; n < 120; n++) {
      const query = choose.pick(["", "process.name:*", "user.name:(v1 or nc)", "not host.id:v0", randomKql(choose, 1)]);
      const by = [...new Set(Array.from({ length: choose.next(4) }, () => choose.pick(fields)))];
      const base = someRule(`g${n}`, query, { type: "threshold", language: "kuery" });
      const threshold = {
        ...{ fields: by, value: 1 + choose.next(12) },
        cardinality: choose.chance(0.5) ? [{ field: choose.pick(fields), value: 1 + choose.next(4) }] : [],
      };
      const hits = evidence.hits(base);
      const wanted = shown(thresholdReference(hits, threshold));
      found += wanted.length;
      const text = `${query} ${JSON.stringify(threshold)}`;
      expect(evidence.groups({ ...base, threshold }).groups.sort(bySize), text).toEqual(wanted.sort(bySize));
      if (by.length === 0) continue;
      const days = 1 + choose.next(50);
      const terms: Rule = { ...base, type: "new_terms", newTerms: { fields: by, historyWindowStart: `now-${days}d` } };
      const firstMs = Math.min(...evidence.flat.map((each) => Date.parse(each.get("@timestamp")?.[0] ?? "")));
      const fresh = shown(newTermsReference(hits, by, firstMs + days * DAY_MS));
      expect(evidence.groups(terms).groups.sort(bySize), `${text} ${days}`).toEqual(fresh.sort(bySize));
    }
    expect(found).toBeGreaterThan(500);
    evidence.engine.close();
  });
});

describeShared("the public KQL rules over events made from all of them", () => {
  it("find the events, groups and new terms that the reference finds", { timeout: 900_000 }, async () => {
    const choose = random(3);
    const rules = readPack([shared("corpus/detection-rules")]).rules.filter(
      ({ type, language }) =>
        language === "kuery" && (type === "query" || type === "threshold" || type === "new_terms"),
    );
    expect(rules.length).toBe(577);
    const documents = rules.flatMap((rule) => {
      const query = readKql(rule.query ?? "");
      const more = [
        ...(rule.threshold?.fields ?? []),
        ...(rule.threshold?.cardinality ?? []).map(({ field }) => field),
        ...(rule.newTerms?.fields ?? []),
      ];
      return Array.from({ length: rule.type === "query" ? 6 : 16 }, () => documentNear(query, more, choose));
    });
    const evidence = await Evidence.load(documents);
    const firstMs = Math.min(...evidence.flat.map((each) => Date.parse(each.get("@timestamp")?.[0] ?? "")));
    const wrong: unknown[] = [];
    let matched = 0;
    for (const rule of rules) {
      const hits = evidence.hits(rule);
      if (hits.length > 0) matched += 1;
      let got: unknown;
      let wanted: unknown;
      if (rule.type === "query") [got, wanted] = [evidence.events(rule), hits.map(({ event }) => event)];
      else if (rule.threshold !== null) {
        const threshold = {
          ...rule.threshold,
          value: 2,
          cardinality: rule.threshold.cardinality.map((each) => ({ ...each, value: 2 })),
        };
        got = evidence.groups({ ...rule, threshold }).groups.sort(bySize);
        wanted = shown(thresholdReference(hits, threshold)).sort(bySize);
      } else if (rule.newTerms !== null) {
        const [, count, unit = ""] = /^now-(\d+)([mhd])$/.exec(rule.newTerms.historyWindowStart) ?? [];
        const days = Number(count) / ({ m: 1440, h: 24 }[unit] ?? 1);
        const { groups } = evidence.groups(rule);
        [got, wanted] = [
          groups.sort(bySize),
          shown(newTermsReference(hits, rule.newTerms.fields, firstMs + days * DAY_MS)).sort(bySize),
        ];
      }
      if (JSON.stringify(got) !== JSON.stringify(wanted))
        wrong.push({ rule: rule.path, query: rule.query, got, wanted });
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(matched).toBeGreaterThan(500);
    evidence.engine.close();
  });
});
