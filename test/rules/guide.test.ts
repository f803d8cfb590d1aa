import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { partOfHeading } from "../../src/rules/guide-headings.ts";
import { fieldsOfCode } from "../../src/rules/guide-fields.ts";
import { toGuide } from "../../src/rules/guide.ts";
import type { Guide, Transform } from "../../src/rules/rule.ts";

const NOTHING: Transform = { investigate: [], osquery: [] };
const TRANSFORM: Transform = {
  investigate: [
    {
      kind: "investigate",
      label: "Same host",
      description: "",
      providers: [
        [{ field: "host.id", excluded: false, queryType: "phrase", value: "{{host.id}}", valueType: "string" }],
      ],
      relativeFrom: "now-1h",
      relativeTo: "now",
    },
  ],
  osquery: [{ kind: "osquery", label: "Listening ports", query: "SELECT * FROM listening_ports" }],
};

function guideOf(note: string, transform = NOTHING): { guide: Guide; told: string[] } {
  const told: string[] = [];
  const guide = toGuide({ note, setup: null, falsePositives: [], transform }, (message) => told.push(message));
  return { guide, told };
}

const texts = (steps: Guide["triage"]): string[] => steps.map((step) => step.text);

describe("the parts of a guide", () => {
  it.each([
    ["Possible investigation steps", "triage"],
    ["Possible Investigation Steps:", "triage"],
    ["**Investigation steps**", "triage"],
    ["Triage checklist", "triage"],
    ["False positive analysis", "falsePositives"],
    ["Validation & False Positive Considerations", "falsePositives"],
    ["Response & Remediation", "response"],
    ["Response and remediation:", "response"],
    ["Immediate actions", "response"],
    ["Related Rules", "related"],
    ["Elastic Defend Integration Setup", "setup"],
    ["The following steps should be executed in order to add the Auditbeat on a Linux System:", "setup"],
    ["Investigating Something Odd", "overview"],
    ["Triage and Analysis", "overview"],
    ["Limitations", "other"],
  ])("puts the heading %s under %s", (title, part) => {
    expect(partOfHeading(title)).toBe(part);
  });

  it("divides a note into overview, steps, false positives, response, related rules, setup and the rest", () => {
    const { guide } = guideOf(`## Triage and analysis

### Investigating X

What it is.

#### Possible investigation steps
- One.
- Two.

### False positive analysis
- A backup.

### Response and remediation
- Isolate.

### Related rules
- Odd DNS - 8c37dc0e-e3ac-4c97-8aa0-cf6a9122de45
- Without an id

### Limitations
Some.

## Setup
Do this.`);
    expect(guide.overview).toBe("What it is.");
    expect(texts(guide.triage)).toEqual(["One.", "Two."]);
    expect(texts(guide.falsePositives)).toEqual(["A backup."]);
    expect(texts(guide.response)).toEqual(["Isolate."]);
    expect(guide.related).toEqual([
      { name: "Odd DNS", id: "8c37dc0e-e3ac-4c97-8aa0-cf6a9122de45" },
      { name: "Without an id", id: null },
    ]);
    expect(guide.sections).toEqual([{ title: "Limitations", markdown: "Some." }]);
    expect(guide.setup).toBe("Do this.");
  });

  it("takes bold lines and deeper headings inside a list as groups of its steps", () => {
    const { guide } = guideOf(
      "### Possible investigation steps\n\n**Who** \n- Ask.\n\n#### Where\n1. Look.\n2) Look again.",
    );
    expect(guide.triage.map((step) => [step.number, step.group, step.text])).toEqual([
      [1, "Who", "Ask."],
      [2, "Where", "Look."],
      [3, "Where", "Look again."],
    ]);
  });

  it("finds steps in guides without any heading for them: their items, else their paragraphs", () => {
    expect(texts(guideOf("## Triage and analysis\n- Do it\nnow.").guide.triage)).toEqual(["Do it now."]);
    expect(texts(guideOf("## Triage and analysis\n\nDecode the value.").guide.triage)).toEqual(["Decode the value."]);
    expect(guideOf("### Investigating X\n\nOnly prose.").guide.triage).toEqual([]);
  });

  it("adds the rule's own false positives, once each", () => {
    const guide = toGuide(
      {
        note: "### False positives\n- Known.",
        setup: null,
        falsePositives: ["Known.", "\n  Also\n  this.\n"],
        transform: NOTHING,
      },
      () => undefined,
    );
    expect(texts(guide.falsePositives)).toEqual(["Known.", "Also this."]);
  });
});

describe("steps", () => {
  it("goes by relative indentation, of two or more blanks", () => {
    const { guide } = guideOf(`### Possible investigation steps
  - Outer
      - Inner
        more of inner
          - Innermost
   - Outer again
- Outermost`);
    expect(guide.triage.map((step) => [step.text, step.children.map((child) => [child.level, child.text])])).toEqual([
      [
        "Outer",
        [
          [1, "Inner more of inner"],
          [2, "Innermost"],
        ],
      ],
      ["Outer again", []],
      ["Outermost", []],
    ]);
    expect(guide.triage[0]?.markdown).toBe("- Outer\n    - Inner\n      more of inner\n        - Innermost");
  });

  it("keeps code blocks and indented paragraphs with their step", () => {
    const { guide } = guideOf(
      "### Investigation steps\n- Decode:\n  ```\n  echo x |\n    base64 -d\n  ```\n\n  Then read it.\n- Next",
    );
    expect(guide.triage[0]?.children.map(({ level, text, code }) => ({ level, text, code }))).toEqual([
      { level: 1, text: "echo x |\n  base64 -d", code: true },
      { level: 1, text: "Then read it.", code: false },
    ]);
    expect(guide.triage[1]?.text).toBe("Next");
  });

  it("takes a paragraph after the last item as a step, and keeps one that leads on as prose", () => {
    const { guide } = guideOf("### Investigation steps\n\nFirst:\n\n- Look.\n\nFinal - decide.");
    expect(texts(guide.triage)).toEqual(["Look.", "Final - decide."]);
    expect(guide.sections).toEqual([{ title: "Investigation steps", markdown: "First:" }]);
  });

  it("strips the marks of Markdown, but not what stands in back-ticks", () => {
    const { guide } = guideOf(
      "### Investigation steps\n- **Bold** and *thin* of `process.args` in [a list](https://example.org/a_b_c): `*_x_*`, snake_case_name, 2 * 3 * 4, \\*star\\*",
    );
    expect(guide.triage[0]?.text).toBe(
      "Bold and thin of process.args in a list (https://example.org/a_b_c): *_x_*, snake_case_name, 2 * 3 * 4, *star*",
    );
    expect(guide.triage[0]?.fields).toEqual(["process.args"]);
  });

  it("finds fields in running text, too, when they are known", () => {
    const { guide } = guideOf(
      "### Investigation steps\n- See process.command_line and (user.id), not example.org, cmd.exe, a.process.name/x.",
    );
    expect(guide.triage[0]?.fields).toEqual(["process.command_line", "user.id"]);
  });

  it.each([
    ["process.args", ["process.args"]],
    ["event.outcome:failure", ["event.outcome"]],
    ['process.name == "sh"', ["process.name"]],
    ["user.id, host.id", ["user.id", "host.id"]],
    ["kubernetes.audit.user.extra.*", ["kubernetes.audit.user.extra"]],
    ["@timestamp", ["@timestamp"]],
    ["entrypoint.sh", []],
    ["cmd.exe", []],
    ["/etc/passwd", []],
    ["process", []],
    ["process.args[0", []],
  ])("finds in the code %s the fields %j", (code, fields) => {
    expect(fieldsOfCode(code)).toEqual(fields);
  });
});

describe("pivots", () => {
  it("resolves references, gives them to the step, and shows their labels", () => {
    const { guide, told } = guideOf(
      "### Investigation steps\n- Look around. $investigate_0\n  - $osquery_0\n  - Ports: $osquery_0",
      TRANSFORM,
    );
    expect(guide.triage[0]?.text).toBe("Look around. Same host");
    expect(guide.triage[0]?.pivots).toEqual([TRANSFORM.investigate[0], TRANSFORM.osquery[0]]);
    expect(guide.triage[0]?.children.map((child) => child.text)).toEqual(["Ports: Listening ports"]);
    expect(told).toEqual([]);
  });

  it("leaves a reference that leads nowhere in the text, and tells of it", () => {
    const { guide, told } = guideOf("### Investigation steps\n- See $investigate_7", TRANSFORM);
    expect(texts(guide.triage)).toEqual(["See $investigate_7"]);
    expect(told).toEqual(["the guide refers to $investigate_7, which [transform] does not define"]);
  });

  it("reads queries that stand in the text", () => {
    const { guide, told } = guideOf(
      '### Investigation steps\n- A !{investigate{"label":"By }{ user","providers":[[{"field":"user.id","value":"{{user.id}}"}]]}} b\n' +
        '- !{osquery{"label":"Users","query":"SELECT \\"*\\" FROM users"}}',
    );
    expect(texts(guide.triage)).toEqual(["A By }{ user b", "Users"]);
    expect(guide.triage.map((step) => step.pivots)).toEqual([
      [
        {
          kind: "investigate",
          label: "By }{ user",
          description: "",
          providers: [
            [{ field: "user.id", excluded: false, queryType: "phrase", value: "{{user.id}}", valueType: null }],
          ],
          relativeFrom: null,
          relativeTo: null,
        },
      ],
      [{ kind: "osquery", label: "Users", query: 'SELECT "*" FROM users' }],
    ]);
    expect(told).toEqual([]);
  });

  it("leaves broken queries in the text, and tells of them", () => {
    const { guide, told } = guideOf("### Investigation steps\n- !{osquery{nonsense}} and !{investigate{");
    expect(texts(guide.triage)).toEqual(["!{osquery{nonsense}} and !{investigate{"]);
    expect(told.length).toBe(2);
  });
});

it("reads any text without failing, in time that does not explode", () => {
  const piece = fc.constantFrom(
    "# ",
    "### Investigation steps\n",
    "- ",
    "  - ",
    "\n",
    "```",
    "**",
    "`",
    "$investigate_0",
    "!{osquery{",
    "}}",
    "[a](",
    ")",
    "> ",
    "_",
    "*",
    "1. ",
    "\t",
    "x",
    "\u0000",
    "\r",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const { guide } = guideOf(pieces.join(""), TRANSFORM);
      expect(guide.triage.map((step) => step.number)).toEqual(guide.triage.map((_, i) => i + 1));
    }),
    { numRuns: 2_000 },
  );
  expect(guideOf("### Investigation steps\n- " + "*a_b`[".repeat(20_000)).guide.triage.length).toBe(1);
  expect(guideOf("### Investigation steps\n- " + "!{osquery{".repeat(5_000)).guide.triage.length).toBe(1);
});
