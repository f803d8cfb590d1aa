import { UserError, EXIT } from "../../base/errors.ts";

/** Whether a field is one of those to withhold. `*` stands for any characters, also dots. */
export type FieldTest = (path: string) => boolean;

/**
 * Reads names of fields. @throws UserError `bad-redaction` for a name that is empty, or the time of events, without
 * which a case has no order.
 */
export function fieldTest(patterns: readonly string[]): FieldTest {
  for (const pattern of patterns) {
    if (pattern.trim() !== pattern || pattern === "") {
      throw new UserError("bad-redaction", `${JSON.stringify(pattern)} is no field`, { exitCode: EXIT.usage });
    }
    if (pattern === "@timestamp") {
      throw new UserError("bad-redaction", "@timestamp cannot be withheld: it is the order of the events", {
        exitCode: EXIT.usage,
      });
    }
  }
  const tests = patterns.map((pattern) => {
    const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\/-]/g, "\\$&"));
    return new RegExp(`^${parts.join("[^]*")}$`, "u");
  });
  return (path) => path !== "@timestamp" && tests.some((test) => test.test(path));
}
