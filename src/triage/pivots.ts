/** Queries derived from a finding, a field or a step of its guide, with the finding's values filled in. */
import { printField, printLiteral } from "../eql/printer.ts";
import type { GuidePivot, InvestigatePivot, PivotProvider, Step } from "../rules/rule.ts";
import type { FieldType } from "../ecs/field-type.ts";
import type { Pivot } from "./types.ts";

/** What pivots are made of. */
export interface PivotSource {
  readonly finding: number;
  readonly time: bigint | null;
  readonly entity: string | null;
  /** Values of the finding's events by field, each once, those of earlier events first. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** The type of a field that some event has; undefined for one that none has. */
  readonly typeOf: (path: string) => FieldType | undefined;
}

const QUARTER_NS = 15n * 60n * 1_000_000_000n;

interface Template {
  readonly name: string;
  readonly label: string;
  /** All must have a value. */
  readonly fields: readonly string[];
  readonly query: (equals: (field: string, as?: string) => string) => string;
  readonly near?: boolean;
  readonly opens?: Pivot["opens"];
}

const TEMPLATES: readonly Template[] = [
  {
    name: "tree",
    label: "Ancestors and descendants",
    fields: ["process.entity_id"],
    query: (equals) => `any where ${equals("process.entity_id")}`,
    opens: "tree",
  },
  {
    name: "children",
    label: "Children of the process",
    fields: ["process.entity_id"],
    query: (equals) => `process where ${equals("process.entity_id", "process.parent.entity_id")}`,
  },
  {
    name: "connections",
    label: "Connections of the process",
    fields: ["process.entity_id"],
    query: (equals) => `network where ${equals("process.entity_id")}`,
  },
  {
    name: "files",
    label: "Files the process wrote",
    fields: ["process.entity_id"],
    query: (equals) => `file where ${equals("process.entity_id")}`,
  },
  {
    name: "user",
    label: "Same user on the host, 15 minutes around",
    fields: ["host.id", "user.name"],
    query: (equals) => `any where ${equals("host.id")} and ${equals("user.name")}`,
    near: true,
  },
  {
    name: "host",
    label: "Same host, 15 minutes around",
    fields: ["host.id"],
    query: (equals) => `any where ${equals("host.id")}`,
    near: true,
  },
  {
    name: "container",
    label: "Same container, 15 minutes around",
    fields: ["container.id"],
    query: (equals) => `any where ${equals("container.id")}`,
    near: true,
  },
];

/** Values whose first and last appearance, and rarity, tell something. */
const TELLING = [
  "process.command_line",
  "process.executable",
  "process.hash.sha256",
  "file.path",
  "destination.ip",
  "dns.question.name",
] as const;

/** Pivots of the finding itself. */
export function findingPivots(source: PivotSource): Pivot[] {
  const templates = TEMPLATES.map((template) => fromTemplate(source, template));
  const seen = TELLING.flatMap((field) => {
    const value = source.values.get(field)?.[0];
    if (value === undefined) return [];
    const query = `any where ${equality(source, field, [value])}`;
    return [pivot(source, `seen-${field}`, `Everywhere: ${field} ${value}`, { query })];
  });
  return [...templates, ...seen];
}

/** Pivots of a step: those its author prepared, then one for each field it names. */
export function stepPivots(source: PivotSource, list: string, step: Step): Pivot[] {
  const prefix = `${list}-${step.number}`;
  const pivots = [...step.pivots, ...step.children.flatMap((child) => child.pivots)];
  const fields = [...new Set([...step.fields, ...step.children.flatMap((child) => child.fields)])].filter(
    (field) => field !== "@timestamp",
  );
  const seen = new Set<GuidePivot>();
  const prepared = pivots.flatMap((guide, index) => {
    if (seen.has(guide)) return [];
    seen.add(guide);
    return [fromGuide(source, `${prefix}-guide${index}`, guide)];
  });
  return [...prepared, ...fields.map((field) => fromField(source, `${prefix}-${field}`, field))];
}

function fromTemplate(source: PivotSource, template: Template): Pivot {
  const absent = template.fields.find((field) => !source.values.has(field));
  if (absent !== undefined) return unavailable(source, template.name, template.label, absent);
  const equals = (field: string, as: string = field): string => equality(source, as, source.values.get(field) ?? []);
  const near = template.near === true && source.time !== null;
  return pivot(source, template.name, template.label, {
    query: template.query(equals),
    opens: template.opens ?? "events",
    ...(near && source.time !== null ? { from: source.time - QUARTER_NS, to: source.time + QUARTER_NS } : {}),
  });
}

function fromField(source: PivotSource, id: string, field: string): Pivot {
  const values = source.values.get(field);
  if (values === undefined) return unavailable(source, id, `Same ${field}`, field);
  return pivot(source, id, `Same ${field}`, { query: `any where ${equality(source, field, values)}` });
}

function fromGuide(source: PivotSource, id: string, guide: GuidePivot): Pivot {
  if (guide.kind === "osquery") {
    return {
      ...pivot(source, id, guide.label, {}),
      unavailable: `asks a live host, which a dump cannot answer: ${guide.query}`,
    };
  }
  const filled = investigateQuery(source, guide);
  if (!filled.ok) return unavailable(source, id, guide.label, filled.absent);
  const from = offsetOf(guide.relativeFrom);
  const to = offsetOf(guide.relativeTo);
  return pivot(source, id, guide.label, {
    query: filled.query,
    ...(source.time === null || from === null ? {} : { from: source.time + from }),
    ...(source.time === null || to === null || to === 0n ? {} : { to: source.time + to }),
  });
}

type Filled = { readonly ok: true; readonly query: string } | { readonly ok: false; readonly absent: string };

function investigateQuery(source: PivotSource, { providers }: InvestigatePivot): Filled {
  const groups: string[] = [];
  let absent: string | null = null;
  for (const group of providers) {
    const parts: string[] = [];
    for (const provider of group) {
      const part = condition(source, provider);
      if (part === null) absent = templateField(provider) ?? provider.field;
      else parts.push(part);
    }
    if (parts.length === group.length && parts.length > 0) groups.push(parts.join(" and "));
  }
  if (groups.length === 0) return { ok: false, absent: absent ?? "a condition" };
  const query = groups.length === 1 ? (groups[0] ?? "") : groups.map((group) => `(${group})`).join(" or ");
  return { ok: true, query: `any where ${query}` };
}

/** The condition of a provider; null where the finding lacks the value it asks for. */
function condition(source: PivotSource, provider: PivotProvider): string | null {
  const { field, excluded, queryType, value } = provider;
  const name = fieldText(field);
  let text: string | null;
  if (queryType === "exists") text = `${name} != null`;
  else if (queryType === "range" && typeof value === "object" && value !== null && !Array.isArray(value)) {
    text = rangeText(name, value as Readonly<Record<string, unknown>>);
  } else {
    const template = templateField(provider);
    const values = template === null ? literalsOf(value) : (source.values.get(template) ?? []);
    text = values.length === 0 ? null : equality(source, field, values);
  }
  return text === null ? null : excluded ? `not (${text})` : text;
}

function literalsOf(value: PivotProvider["value"]): string[] {
  if (Array.isArray(value)) return (value as readonly PivotProvider["value"][]).flatMap(literalsOf);
  return value === null || typeof value === "object" ? [] : [String(value)];
}

function templateField({ value }: PivotProvider): string | null {
  return typeof value === "string" ? (/^\{\{\s*(.+?)\s*\}\}$/.exec(value)?.[1] ?? null) : null;
}

const RANGE: Readonly<Record<string, string>> = { gte: ">=", gt: ">", lte: "<=", lt: "<" };

function rangeText(name: string, value: Readonly<Record<string, unknown>>): string | null {
  const parts = Object.entries(value).flatMap(([key, bound]) => {
    const operator = RANGE[key];
    if (operator === undefined || (typeof bound !== "number" && typeof bound !== "string")) return [];
    return [`${name} ${operator} ${printLiteral(bound)}`];
  });
  return parts.length === 0 ? null : parts.join(" and ");
}

/** `field == value`, or `field in (...)`; numbers and booleans as such where the field is one. */
function equality(source: PivotSource, field: string, values: readonly string[]): string {
  const type = source.typeOf(field);
  const literals = values.slice(0, MAX_VALUES).map((value) => literal(type, value));
  const name = fieldText(field);
  return literals.length === 1 ? `${name} == ${literals[0] ?? "null"}` : `${name} in (${literals.join(", ")})`;
}

const MAX_VALUES = 100;

function literal(type: FieldType | undefined, value: string): string {
  if (type === "boolean" && (value === "true" || value === "false")) return value;
  if ((type === "long" || type === "double") && /^-?\d+(\.\d+)?$/.test(value)) return value;
  return printLiteral(value);
}

function fieldText(field: string): string {
  return printField({ kind: "field", name: field, optional: false, span: { start: 0, end: 0 } });
}

const UNIT_NS: Readonly<Record<string, bigint>> = {
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  H: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
  w: 604_800_000_000_000n,
  M: 2_592_000_000_000_000n,
  y: 31_536_000_000_000_000n,
};

/** `now-48h/h` as nanoseconds relative to the finding; null where it says nothing usable. */
function offsetOf(text: string | null): bigint | null {
  const [, sign, amount, unit] = /^now(?:([+-])(\d{1,6})([smhHdwMy]))?(?:\/[smhHdwMy])?$/.exec(text ?? "") ?? [];
  if (text === "now" || (text !== null && /^now\/[smhHdwMy]$/.test(text))) return 0n;
  const size = UNIT_NS[unit ?? ""];
  if (sign === undefined || amount === undefined || size === undefined) return null;
  return (sign === "-" ? -1n : 1n) * BigInt(amount) * size;
}

function pivot(source: PivotSource, id: string, label: string, parts: Partial<Pivot>): Pivot {
  return {
    id: `${source.finding}-${id}`,
    label,
    query: null,
    unavailable: null,
    from: null,
    to: null,
    opens: "events",
    entity: source.entity,
    ...parts,
  };
}

function unavailable(source: PivotSource, id: string, label: string, field: string): Pivot {
  const known = source.typeOf(field) !== undefined || field === "@timestamp";
  const why = known ? `the finding has no ${field}` : `no event has ${field}`;
  return { ...pivot(source, id, label, {}), unavailable: why };
}
