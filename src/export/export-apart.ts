import { UserError } from "../base/errors.ts";
import { forkModule } from "../base/fork-module.ts";
import type { FindingFilter } from "../triage/finding-filter.ts";

export interface ExportRequestApart {
  readonly casePath: string;
  readonly readonly: boolean;
  readonly analyst: string;
  readonly format: string;
  /** Null: a new file beside the case. */
  readonly target: string | null;
  readonly filter: FindingFilter;
}

export interface Exported {
  readonly path: string;
  readonly findings: number;
  /** Findings of the case that the filter leaves out. */
  readonly leftOut: number;
}

export type ExportReply =
  | ({ readonly ok: true } & Exported)
  | { readonly ok: false; readonly code: string; readonly message: string; readonly hint: string | null };

/**
 * Exports in a process of its own, which is ended when the signal aborts; what it had written is then under no name but
 * that of a partial file.
 * @throws AbortError; UserError of the export
 */
export function exportApart(request: ExportRequestApart, signal?: AbortSignal): Promise<Exported> {
  return new Promise((resolve, reject) => {
    const child = forkModule(import.meta.url, "export-process", [], {
      killSignal: "SIGKILL",
      ...(signal === undefined ? {} : { signal }),
    });
    let reply: ExportReply | null = null;
    child.once("message", (given: ExportReply) => {
      reply = given;
    });
    child.once("error", reject);
    child.once("exit", (code, by) => {
      if (reply === null) reject(new Error(`the export ended unexpectedly (${by ?? `exit code ${String(code)}`})`));
      else if (reply.ok) resolve({ path: reply.path, findings: reply.findings, leftOut: reply.leftOut });
      else reject(new UserError(reply.code, reply.message, reply.hint === null ? {} : { hint: reply.hint }));
    });
    child.send(request);
  });
}
