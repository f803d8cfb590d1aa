import { type Converted, type Format, type MemberFacts, type SplitDocument } from "../../../src/ingest/format.ts";
import { isDocument } from "../../../src/ingest/formats/dialect.ts";
import { unwrapHit } from "../../../src/ingest/formats/hit.ts";
import { LineCutter } from "../../../src/ingest/formats/line-cutter.ts";
import { detectFormat, HEAD_BYTES } from "../../../src/ingest/formats/registry.ts";

/** What became of the documents of a file, as a loader would see them. */
export interface Read {
  readonly format: string;
  /** Flat: dotted paths; lists of objects give lists; empty lists and null are absent. */
  readonly events: Record<string, unknown>[];
  readonly identities: string[];
  readonly lines: number[];
  readonly rejected: string[];
}

/** Detects the format and reads every document. Throws with the reason when the file is refused. */
export function read(bytes: Uint8Array | string, name = "file", modified: string | null = null): Read {
  const input = Buffer.from(bytes);
  const detection = detectFormat(input.subarray(0, HEAD_BYTES));
  if (detection.kind === "refused") throw new Error(`${detection.code}: ${detection.reason}`);
  return readAs(detection.format, input, { name, modified });
}

export function readAs(format: Format, input: Buffer, member: MemberFacts): Read {
  const out: Read = { format: format.id, events: [], identities: [], lines: [], rejected: [] };
  for (const document of split(format, input, member)) {
    if (document.blank === true) continue;
    if (document.rejected !== undefined) out.rejected.push(`${String(document.line)}: ${document.rejected.code}`);
    else {
      const text = input.toString("utf8", document.start, document.end);
      for (const converted of convert(format, text, document, member)) keep(converted, document, out);
    }
  }
  return out;
}

function split(format: Format, input: Buffer, member: MemberFacts): SplitDocument[] {
  const half = Math.floor(input.length / 2);
  const chunks = [input.subarray(0, half), input.subarray(half)];
  if (format.documents === "lines") {
    const lines = new LineCutter(1);
    return [...chunks.flatMap((chunk) => lines.push(chunk)), ...lines.end()].map(({ start, end, line }) =>
      end === start ? { start, end, line, blank: true } : { start, end, line },
    );
  }
  const splitter = format.documents.splitter(member);
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
}

function convert(format: Format, text: string, document: SplitDocument, member: MemberFacts): Converted[] {
  if (format.convert !== "json") return format.convert(text, document.context, member);
  try {
    const value = JSON.parse(text.replace(/^\ufeff/, "")) as Record<string, unknown>;
    const hit = unwrapHit(value);
    const given = isDocument(document.context) ? document.context : {};
    const index = hit.index ?? (given["index"] as string | null | undefined) ?? null;
    const id = hit.id ?? (given["id"] as string | null | undefined) ?? null;
    return [{ kind: "event", document: hit.document, identity: { index, id } }];
  } catch (error) {
    return [{ kind: "rejected", code: "not-json", reason: String(error) }];
  }
}

function keep(converted: Converted, { line }: SplitDocument, out: Read): void {
  if (converted.kind === "none") return;
  const at = line + (converted.lineOffset ?? 0);
  if (converted.kind === "rejected") {
    out.rejected.push(`${String(at)}: ${converted.code}`);
    return;
  }
  const flat: Record<string, unknown> = {};
  flatten(converted.document, "", flat);
  out.events.push(flat);
  out.identities.push(`${converted.identity?.index ?? ""}/${converted.identity?.id ?? ""}`);
  out.lines.push(at);
}

function flatten(value: unknown, path: string, flat: Record<string, unknown>): void {
  if (Array.isArray(value)) for (const item of value) flatten(item, path, flat);
  else if (isDocument(value)) {
    for (const [key, item] of Object.entries(value)) flatten(item, path === "" ? key : `${path}.${key}`, flat);
  } else if (value !== null && value !== undefined) {
    const before = flat[path];
    flat[path] =
      before === undefined ? value : Array.isArray(before) ? [...(before as unknown[]), value] : [before, value];
  }
}

/** The named fields of an event, absent ones left out. */
export function pick(event: Record<string, unknown> | undefined, ...paths: string[]): Record<string, unknown> {
  return Object.fromEntries(paths.flatMap((path) => (event?.[path] === undefined ? [] : [[path, event[path]]])));
}
