/** A strict reader of RFC 4180, written apart from the writer: records of cells. Throws on anything the RFC forbids. */
export function readCsv(text: string, delimiter = ","): string[][] {
  const records: string[][] = [];
  let at = 0;
  while (at < text.length) {
    const record: string[] = [];
    for (;;) {
      let cell = "";
      if (text[at] === '"') {
        at += 1;
        for (;;) {
          const quote = text.indexOf('"', at);
          if (quote < 0) throw new Error("a quote is not closed");
          cell += text.slice(at, quote);
          at = quote + 1;
          if (text[at] !== '"') break;
          cell += '"';
          at += 1;
        }
      } else {
        while (at < text.length && text[at] !== delimiter && text[at] !== "\r") {
          if (text[at] === '"' || text[at] === "\n") throw new Error(`unquoted ${JSON.stringify(text[at])} at ${at}`);
          cell += text[at];
          at += 1;
        }
      }
      record.push(cell);
      if (text[at] !== delimiter) break;
      at += 1;
    }
    if (text.slice(at, at + 2) !== "\r\n") throw new Error(`no CRLF at ${at}`);
    at += 2;
    records.push(record);
  }
  return records;
}
