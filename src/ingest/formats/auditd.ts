import { auditEvents } from "./auditd-event.ts";
import { AuditSplitter } from "./auditd-splitter.ts";
import type { TextFormat } from "./dialect.ts";

/** Raw logs of the Linux audit daemon. */
export const auditd: TextFormat = {
  format: {
    id: "auditd",
    title: "Log of the Linux audit daemon (audit.log), plain or ENRICHED: all records of a serial make one event.",
    documents: { splitter: (_member, state) => new AuditSplitter(state) },
    convert: auditEvents,
  },
  matches: (head) => /^(?:\s*\n)*(?:node=\S+ )?type=[A-Z0-9_[\]]+ msg=audit\(\d+\.\d+:\d+\)/m.test(head.slice(0, 8192)),
};
