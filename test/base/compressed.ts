/** Compressed texts: Node has no compressor for these. */
const bytes = (base64: string): Buffer => Buffer.from(base64, "base64");

export const PLAIN = "one two three\n";
export const BZIP2 = bytes("QlpoOTFBWSZTWUi9wi8AAATRgAAQQAACQZSAIAAxBkxA0GJpisJ8Y5AvF3JFOFCQSL3CLw==");
export const XZ = bytes(
  "/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQANb25lIHR3byB0aHJlZQoAAADBk6S/2khh5QABJg4IG+AEH7bzfQEAAAAABFla",
);
/** With a check that the decoder does not know. */
export const XZ_SHA256 = bytes(
  "/Td6WFoAAArh+wyhAgAhARYAAAB0L+WjAQANb25lIHR3byB0aHJlZQoAAADvWwWpYbTJNLF5mVk+S3JTYU1smdJtblC4Q+VG155X5QABPg5Rg/uGGJtLmgEAAAAAClla",
);
/** With a dictionary of a gigabyte. */
export const XZ_LARGE = bytes(
  "/Td6WFoAAATm1rRGAgAhASQAAABeH8f5AQANb25lIHR3byB0aHJlZQoAAADBk6S/2khh5QABJg4IG+AEH7bzfQEAAAAABFla",
);
/** 3,000,000 times the letter x: several blocks. */
export const BZIP2_LONG = bytes("QlpoOTFBWSZTWfxYw/EAFvoAiIBAQAAACCAAMMwJqmmpAi2pIEXi7kinChIfixh+IA==");
