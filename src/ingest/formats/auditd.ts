import { auditEvents } from "./auditd-event.ts";
import { AuditSplitter } from "./auditd-splitter.ts";
import type { TextFormat } from "./dialect.ts";
import { parseAuditHead } from "./auditd-record.ts";

const RECORD = /^(?:\s*\n)*(?:node=\S+ )?type=[A-Z0-9_[\]]+ msg=audit\(\d+\.\d+:\d+\)/m;

/** Raw logs of the Linux audit daemon. */
export const auditd: TextFormat = {
  format: {
    id: "auditd",
    title: "Log of the Linux audit daemon (audit.log), plain or ENRICHED: all records of a serial make one event.",
    documents: { splitter: (_member, state, around) => new AuditSplitter(state, around) },
    convert: auditEvents,
    began: (head) => {
      const record = parseAuditHead(head.slice(Math.max(0, head.search(RECORD))));
      return record === null ? null : Number(record.time);
    },
  },
  matches: (head) => RECORD.test(head.slice(0, 8192)),
};
