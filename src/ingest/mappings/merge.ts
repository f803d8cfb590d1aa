import { type Document, isDocument } from "../formats/dialect.ts";

/**
 * The original document with the ECS fields beside its own. Where both have the same path, however its keys are split,
 * the ECS field stands alone: two values would make a list of what is no list. Neither input is changed.
 */
export function merge(original: Document, ecs: Document): Document {
  const document = without(original, "", new Set(Object.keys(ecs)));
  return Object.assign(document, ecs);
}

function without(value: Document, prefix: string, taken: ReadonlySet<string>): Document {
  const kept: Document = {};
  for (const [key, item] of Object.entries(value)) {
    const path = prefix + key;
    if (taken.has(path)) continue;
    set(kept, key, isDocument(item) ? without(item, `${path}.`, taken) : item);
  }
  return kept;
}

/** Sets an own property, whatever its name: `__proto__` is a key like any other. */
function set(target: Document, key: string, value: unknown): void {
  if (key === "__proto__")
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}
