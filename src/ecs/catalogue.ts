import { CATALOGUE } from "./catalogue-data.ts";
import { familyOf } from "./family.ts";
import { type FieldType, inDictionary } from "./field-type.ts";

/** What is known of a field before any evidence is seen. */
export interface CatalogueField {
  readonly path: string;
  /** `null`: the catalogue knows the name only; the type comes from the data. */
  readonly type: FieldType | null;
  /** An object (or nested, or geo point): ordinarily without a value of its own. Its type is `null`. */
  readonly object: boolean;
  /** ECS says it holds a list. Evidence may hold a list in any field. */
  readonly array: boolean;
  /** Public rules or pivots use it: it gets a column as soon as a load meets it. */
  readonly column: boolean;
  /** Dictionary family, see `familyOf`; `null` for long, double, boolean and date, which are not in the dictionary. */
  readonly family: string | null;
}

const TYPES: Readonly<Record<string, FieldType | null>> = {
  "": "keyword",
  f: "keyword",
  l: "long",
  d: "double",
  b: "boolean",
  t: "date",
  i: "ip",
  v: "version",
  o: null,
  u: null,
};

interface Catalogue {
  readonly fields: ReadonlyMap<string, CatalogueField>;
  /** Paths below which every leaf is a keyword (flattened fields, labels). */
  readonly flattened: ReadonlySet<string>;
}

let loaded: Catalogue | undefined;

/**
 * The field of that exact path; a leaf below a flattened field is a keyword without a column. `undefined` for a name
 * that neither ECS nor a public rule knows: it is typed from the data, and its family is `familyOf(path)`.
 */
export function catalogueField(path: string): CatalogueField | undefined {
  loaded ??= readCatalogue();
  const field = loaded.fields.get(path);
  if (field !== undefined && field.type !== null) return field;
  for (let dot = path.indexOf("."); dot > 0; dot = path.indexOf(".", dot + 1)) {
    if (loaded.flattened.has(path.slice(0, dot))) {
      return { path, type: "keyword", object: false, array: false, column: false, family: familyOf(path, "keyword") };
    }
  }
  return field;
}

/** Every field of the catalogue, by path in code unit order. */
export function allFields(): readonly CatalogueField[] {
  loaded ??= readCatalogue();
  return [...loaded.fields.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function readCatalogue(): Catalogue {
  const fields = new Map<string, CatalogueField>();
  const flattened = new Set<string>();
  for (const line of CATALOGUE.trim().split("\n")) {
    const [parent = "", ...leaves] = line.split(" ");
    for (const leaf of leaves) {
      const column = leaf.endsWith("*");
      const array = leaf.includes("[]");
      const [name = "", code = ""] = leaf.replace(/\*$/, "").replace("[]", "").split(":");
      const path = parent === "-" ? name : `${parent}.${name}`;
      const type = TYPES[code] ?? null;
      if (code === "f") flattened.add(path);
      const family = inDictionary(type) ? familyOf(path, type) : null;
      fields.set(path, { path, type, object: code === "o", array, column, family });
    }
  }
  return { fields, flattened };
}
