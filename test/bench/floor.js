// The floor: what js-yaml alone needs to load the documents of a file and to dump them again.
import { readFileSync, writeFileSync } from "node:fs";
import { dump, loadAll } from "js-yaml";

const [, , input, output] = process.argv;
const documents = loadAll(readFileSync(input, "utf8"));
writeFileSync(output, documents.map((document) => dump(document)).join("---\n"));
