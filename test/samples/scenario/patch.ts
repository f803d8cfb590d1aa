import type { Document, Value } from "./documents.ts";

/** Changes to a document by dotted path; undefined takes the field away. */
export type Patch = Readonly<Record<string, Value | undefined>>;

/** Applies a patch in place and returns the document. Objects on the way must exist. */
export function patched(document: Document, patch: Patch): Document {
  for (const [path, value] of Object.entries(patch)) {
    const keys = path.split(".");
    const last = keys.pop() ?? path;
    let node = document;
    for (const key of keys) node = node[key] as Document;
    if (value === undefined) delete node[last];
    else node[last] = value;
  }
  return document;
}
