import {
  DummyDriver,
  Kysely,
  type RawBuilder,
  sql,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";

/** SQL text with bound parameters, made by Kysely; the store runs it. */
export interface CompiledStatement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** A piece of SQL; every value in it is a bound parameter, every name is quoted. */
export type Fragment = RawBuilder<unknown>;

/**
 * The dialect seam: SQLite's compiler, with no connection behind it. Another engine is another compiler here and other
 * fragments in this folder.
 */
const compiler = new Kysely<Record<string, never>>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

/** The statement of a fragment. */
export function compileFragment(fragment: Fragment): CompiledStatement {
  const { sql: text, parameters } = fragment.compile(compiler);
  return { sql: text, parameters };
}

/** SQLite refuses expressions deeper than 1,000; a chain of operators is as deep as it is long. */
const CHAIN_LIMIT = 200;

/** `a AND b ...` or `a OR b ...`, in order; long chains become a balanced tree. */
export function chain(operator: "and" | "or", operands: readonly Fragment[]): Fragment {
  if (operands.length === 0) return operator === "and" ? sql`1` : sql`0`;
  if (operands.length <= CHAIN_LIMIT) {
    return sql`(${sql.join(operands, operator === "and" ? sql` AND ` : sql` OR `)})`;
  }
  const size = Math.ceil(operands.length / CHAIN_LIMIT);
  const groups: Fragment[] = [];
  for (let index = 0; index < operands.length; index += size) {
    groups.push(chain(operator, operands.slice(index, index + size)));
  }
  return chain(operator, groups);
}

/** `e."f12"`; `guarded` hides it from the planner, so that it cannot choose an index for it. */
export function column(name: string, guarded: boolean): Fragment {
  return guarded ? sql`+e.${sql.ref(name)}` : sql`e.${sql.ref(name)}`;
}
