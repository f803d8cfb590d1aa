/** A validator of the JSON Schema keywords that docs/schemas use; an unknown keyword is an error, not ignored. */
interface Schema {
  readonly [keyword: string]: unknown;
}

const ANNOTATIONS = new Set(["$schema", "$id", "$defs", "title", "description"]);

/** What does not fit, as `path: problem`; empty when the value is valid. */
export function schemaProblems(root: Schema, value: unknown): string[] {
  const problems: string[] = [];
  check(root, root, value, "$", problems);
  return problems;
}

function check(root: Schema, schema: Schema, value: unknown, path: string, problems: string[]): void {
  for (const [keyword, rule] of Object.entries(schema)) {
    if (ANNOTATIONS.has(keyword)) continue;
    const test = KEYWORDS[keyword];
    if (test === undefined) throw new Error(`the validator does not know ${keyword}`);
    test(rule, value, { root, schema, path, problems });
  }
}

interface Context {
  readonly root: Schema;
  readonly schema: Schema;
  readonly path: string;
  readonly problems: string[];
}

const KEYWORDS: Readonly<Record<string, (rule: unknown, value: unknown, context: Context) => void>> = {
  $ref(rule, value, { root, path, problems }) {
    const name = String(rule).replace("#/$defs/", "");
    const target = (root["$defs"] as Record<string, Schema>)[name];
    if (target === undefined) throw new Error(`no ${String(rule)}`);
    check(root, target, value, path, problems);
  },
  type(rule, value, { path, problems }) {
    const types = Array.isArray(rule) ? (rule as string[]) : [rule as string];
    if (!types.some((type) => hasType(type, value))) problems.push(`${path}: is no ${types.join(" or ")}`);
  },
  const(rule, value, { path, problems }) {
    if (value !== rule) problems.push(`${path}: is not ${JSON.stringify(rule)}`);
  },
  enum(rule, value, { path, problems }) {
    if (!(rule as unknown[]).includes(value)) problems.push(`${path}: is none of ${JSON.stringify(rule)}`);
  },
  pattern(rule, value, { path, problems }) {
    if (typeof value === "string" && !new RegExp(rule as string, "u").test(value)) problems.push(`${path}: ${value}`);
  },
  minimum(rule, value, { path, problems }) {
    if (typeof value === "number" && value < (rule as number)) problems.push(`${path}: ${value} is too small`);
  },
  maximum(rule, value, { path, problems }) {
    if (typeof value === "number" && value > (rule as number)) problems.push(`${path}: ${value} is too large`);
  },
  required(rule, value, { path, problems }) {
    if (!isObject(value)) return;
    for (const name of rule as string[]) if (!Object.hasOwn(value, name)) problems.push(`${path}: lacks ${name}`);
  },
  properties(rule, value, { root, path, problems }) {
    if (!isObject(value)) return;
    for (const [name, schema] of Object.entries(rule as Record<string, Schema>)) {
      if (Object.hasOwn(value, name)) check(root, schema, value[name], `${path}.${name}`, problems);
    }
  },
  additionalProperties(_rule, value, { schema, path, problems }) {
    if (!isObject(value)) return;
    const known = schema["properties"] as Record<string, Schema>;
    for (const name of Object.keys(value)) if (!Object.hasOwn(known, name)) problems.push(`${path}: has ${name}`);
  },
  items(rule, value, { root, path, problems }) {
    if (!Array.isArray(value)) return;
    value.forEach((item, index) => check(root, rule as Schema, item, `${path}[${index}]`, problems));
  },
};

function hasType(type: string, value: unknown): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isObject(value);
  if (type === "integer") return Number.isInteger(value);
  return typeof value === type;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
