/** Keys that lead from the start to each screen with something on it. */
export const PATHS: Readonly<Record<string, readonly string[]>> = {
  overview: ["1"],
  findings: ["j", "j", "t"],
  grouped: ["o", "space"],
  finding: ["enter"],
  document: ["enter", "tab", "enter"],
  events: ["4", ":query any where true", "l", "j", "c"],
  tree: [":tree entity-3"],
  timeline: ["m"],
  journal: ["7", "{"],
  exceptions: ["7"],
  help: ["?"],
  prompt: [":", "s"],
  suggestions: ["enter", "tab", "{"],
  question: ["enter", "tab", "}", "}", "}", "}", "enter"],
  stage: ["j", "enter", "tab", "}", "}", "}", "}", "enter", "s", "s"],
};
