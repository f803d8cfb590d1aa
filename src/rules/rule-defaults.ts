import type { Rule, Severity } from "./rule.ts";

/** Defaults of Elastic's detection engine for what a rule leaves out. */
export const ELASTIC_DEFAULTS = { severity: "low", from: "now-6m", interval: "5m", maxSignals: 100 } as const;

/** What Elastic's endpoint gives its own behaviour alerts. */
export const PROTECTIONS_DEFAULTS = {
  severity: "medium",
  riskScore: 47,
  from: "now-6m",
  interval: "5m",
  maxSignals: 100,
} as const;

/** Risk scores Elastic's own rules carry for each severity. */
export const RISK_OF_SEVERITY: Readonly<Record<Severity, number>> = { low: 21, medium: 47, high: 73, critical: 99 };

/** The parts a behaviour rule of the endpoint does not have. */
export const ABSENT_IN_PROTECTIONS = {
  index: [],
  dataViewId: null,
  tags: [],
  author: [],
  to: null,
  timestampOverride: null,
  eventCategoryOverride: null,
  tiebreakerField: null,
  timestampField: null,
  threshold: null,
  newTerms: null,
  filters: [],
  note: null,
  setup: null,
  falsePositives: [],
  investigationFields: [],
  transform: { investigate: [], osquery: [] },
  buildingBlock: false,
  enabled: null,
  exceptionLists: [],
  upstream: null,
} as const satisfies Partial<Rule>;
