import { readFileSync } from "node:fs";
import { XmlDocument, XmlValidateError, XsdValidator } from "libxml2-wasm";

const schema = XsdValidator.fromDoc(
  XmlDocument.fromString(readFileSync(new URL("../report/junit.xsd", import.meta.url), "utf8")),
);

/** What is wrong with a JUnit text by its schema, a line a thing. Throws where it is not XML. */
export function junitProblems(text: string): readonly string[] {
  const document = XmlDocument.fromString(text);
  try {
    schema.validate(document);
    return [];
  } catch (error) {
    if (!(error instanceof XmlValidateError)) throw error;
    return error.details.map(({ line, message }) => `${String(line)}: ${message.trim()}`);
  } finally {
    document.dispose();
  }
}
