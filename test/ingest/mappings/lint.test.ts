import { describe, expect, test } from "vitest";
import { catalogueField } from "../../../src/ecs/catalogue.ts";
import {
  AUDIT_ACCOUNT_FIELDS,
  AUDIT_FIELDS,
  AUDIT_USER_FIELDS,
  AUDITD_REFERENCE,
  RECORDS,
  SYSCALLS,
} from "../../../src/ingest/mappings/auditd.ts";
import { CONVERSIONS } from "../../../src/ingest/mappings/conversions.ts";
import {
  DEFENDER_ACTIONS,
  DEFENDER_COMMON,
  DEFENDER_OBJECT,
  DEFENDER_RAW,
} from "../../../src/ingest/mappings/defender.ts";
import {
  ENDGAME,
  ENDGAME_KINDS,
  FALCO,
  FALCO_KINDS,
  JOURNALD,
  OSQUERY,
  OSQUERY_REFERENCE,
  TETRAGON,
  TETRAGON_KINDS,
} from "../../../src/ingest/mappings/linux-json.ts";
import { HAYABUSA } from "../../../src/ingest/mappings/hayabusa.ts";
import { SYSLOG_PATTERNS } from "../../../src/ingest/mappings/syslog.ts";
import { SYSMON, SYSMON_COMMON } from "../../../src/ingest/mappings/sysmon.ts";
import type { MappingRow } from "../../../src/ingest/mappings/table.ts";
import {
  CHANNELS,
  SECURITY,
  SECURITY_REFERENCE,
  WINDOWS_SYSTEM,
} from "../../../src/ingest/mappings/windows-security.ts";

interface Table {
  readonly id: string;
  readonly reference: string;
  readonly rows: readonly MappingRow[];
  readonly always?: Readonly<Record<string, unknown>>;
}

const kinds = (
  prefix: string,
  reference: string,
  list: Readonly<Record<string, { rows: readonly MappingRow[] }>>,
): Table[] => Object.entries(list).map(([id, { rows }]) => ({ id: `${prefix}/${id}`, reference, rows }));

const TABLES: readonly Table[] = [
  SYSMON_COMMON,
  ...kinds("sysmon", SYSMON_COMMON.reference, SYSMON),
  ...kinds("security", SECURITY_REFERENCE, SECURITY),
  ...kinds("channel", SECURITY_REFERENCE, CHANNELS),
  { id: "windows/system", reference: SECURITY_REFERENCE, rows: WINDOWS_SYSTEM },
  { id: "auditd/fields", reference: AUDITD_REFERENCE, rows: AUDIT_FIELDS },
  { id: "auditd/user", reference: AUDITD_REFERENCE, rows: AUDIT_USER_FIELDS },
  { id: "auditd/account", reference: AUDITD_REFERENCE, rows: AUDIT_ACCOUNT_FIELDS },
  TETRAGON,
  FALCO,
  JOURNALD,
  ENDGAME,
  HAYABUSA,
  DEFENDER_RAW,
  DEFENDER_COMMON,
  DEFENDER_OBJECT,
  ...Object.values(DEFENDER_ACTIONS).flatMap(({ table }) => (table === undefined ? [] : [table])),
  ...OSQUERY.map(({ columns, rows }) => ({ id: `osquery/${columns.join("+")}`, reference: OSQUERY_REFERENCE, rows })),
];

/** Fields that integrations of Elastic and its rules use beside ECS. */
const BESIDE_ECS = /^(?:winlog|powershell|auditd)\.|^user\.(?:audit|saved|filesystem)\.(?:id|name)$/;

function isTarget(path: string): boolean {
  return BESIDE_ECS.test(path) || catalogueField(path) !== undefined;
}

describe.each(TABLES.map((table) => [table.id, table] as const))("the table %s", (_id, { reference, rows, always }) => {
  test("follows a documentation, fills only fields that exist, by conversions that exist", () => {
    expect(reference).toMatch(/^https:\/\//);
    for (const [from, to, as] of rows) {
      expect(isTarget(to), `${from} -> ${to}`).toBe(true);
      if (as !== undefined) expect(Object.keys(CONVERSIONS)).toContain(as);
    }
    for (const to of Object.keys(always ?? {})) expect(isTarget(to), to).toBe(true);
  });

  test("lets no two fields collapse into one, but by saying which comes first", () => {
    const targets = new Map<string, string>();
    for (const [from, to, as] of rows) {
      const before = targets.get(to);
      const fallsBack = before !== undefined && as === "basename";
      expect(before === undefined || fallsBack, `${String(before)} and ${from} both fill ${to}`).toBe(true);
      targets.set(to, from);
    }
  });
});

const CATEGORIES = new Set(
  "api authentication configuration database driver email file host iam intrusion_detection library malware network package process registry session threat vulnerability web dns".split(
    " ",
  ),
);
const TYPES = new Set(
  "access admin allowed change connection creation deletion denied device end error group indicator info installation protocol start user".split(
    " ",
  ),
);

test("categories and types are those of ECS", () => {
  type Kind = { readonly category: readonly string[]; readonly type: readonly string[] };
  const all: readonly Readonly<Record<string, Kind>>[] = [
    SYSMON,
    SECURITY,
    CHANNELS,
    SYSCALLS,
    RECORDS,
    TETRAGON_KINDS,
    FALCO_KINDS,
    ENDGAME_KINDS,
    DEFENDER_ACTIONS,
    Object.fromEntries(OSQUERY.entries()),
  ];
  for (const kind of all.flatMap((list) => Object.values(list))) {
    for (const category of kind.category) expect(CATEGORIES).toContain(category);
    for (const type of kind.type) expect(TYPES).toContain(type);
  }
});

test("the groups of syslog patterns are fields", () => {
  for (const { message, always } of SYSLOG_PATTERNS) {
    for (const [, group = ""] of message.source.matchAll(/\(\?<(\w+)>/g)) {
      const path = group.replace(/(?<!_)_(?!_)/g, ".").replaceAll("__", "_");
      if (path !== "auth.method") expect(isTarget(path), path).toBe(true);
    }
    for (const path of Object.keys(always)) expect(isTarget(path), path).toBe(true);
  }
});
