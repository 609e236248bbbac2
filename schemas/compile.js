// Turns schemas into validators, at build time: those of crd/*/ into one ES module a folder, the one of our own report into a
// module for itself; one export a kind (its `title`).
// Compiling them at run time would cost half a second on every start. The modules import nothing, so ajv is needed to
// build only.
//
//   node schemas/compile.js

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import standalone from "ajv/dist/standalone/index.js";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);

/** Where the modules of a part are wanted: beside the sources for tests and types, in dist for the package. */
const outputsOf = (part) => [
  join(root, "src", part, "validators"),
  join(root, "dist", part, "validators"),
];

/**
 * More errors than this are not kept. A document of 100 MB may hold millions of them, and nobody reads on past twenty;
 * whoever uses the validators takes a list of this length for "and more".
 */
const ERROR_LIMIT = 2000;

// Run-time helpers that generated code asks for, by the path it asks with.
const HELPERS = {
  "ajv/dist/runtime/ucs2length": `(text) => {
  let length = 0;
  for (const _ of text) length++;
  return length;
}`,
  "ajv/dist/runtime/equal": `function equal(a, b) {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
}`,
};

/** @param {string} folder */
function schemasOf(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".schema.json"))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));
}

/** @param {readonly { $id: string, title?: string }[]} schemas */
function moduleText(schemas) {
  const ajv = new Ajv({
    allErrors: true,
    // Errors carry the schema and the value, for messages that name what is known and what was found.
    verbose: true,
    messages: false,
    allowUnionTypes: true,
    code: { source: true, esm: true },
  });
  for (const schema of schemas) ajv.addSchema(schema);
  /** @type {Record<string, string>} */
  const exported = {};
  for (const { $id, title } of schemas) if (title !== undefined) exported[title] = $id;

  let code = standalone.default(ajv, exported);
  code = code.replace(/require\("([^"]+)"\)\.default/g, (_, path) => {
    const helper = HELPERS[path];
    if (helper === undefined)
      throw new Error(`a schema needs ${path}, which is not there at run time`);
    return `(${helper})`;
  });
  code = code.replace(/^"use strict";/, "");
  if (/\brequire\(|^import\b/m.test(code)) throw new Error("a validator would import something");
  code = bounded(code);
  return `${code}\nfunction keep(errors, error) { if (errors.length < ${ERROR_LIMIT}) errors.push(error); }
function join(errors, more) { return errors.length < ${ERROR_LIMIT} ? errors.concat(more) : errors; }
export const ERROR_LIMIT = ${ERROR_LIMIT};\n`;
}

/** @param {string} code */
function bounded(code) {
  return code
    .replaceAll(/vErrors\.push\((\w+)\)/g, "keep(vErrors, $1)")
    .replaceAll(/vErrors\.concat\(([\w.]+)\)/g, "join(vErrors, $1)");
}

/**
 * @param {readonly { title?: string }[]} schemas
 * @param {string} types where the types of a validator and of its findings come from
 */
function declarations(schemas, types) {
  const kinds = schemas.flatMap(({ title }) => (title === undefined ? [] : [title]));
  return `${types}
${kinds.map((kind) => `export declare const ${kind}: Validator;`).join("\n")}
export declare const ERROR_LIMIT: number;\n`;
}

/**
 * @param {string} part
 * @param {string} name
 * @param {readonly { $id: string, title?: string }[]} schemas
 * @param {string} types
 */
function write(part, name, schemas, types) {
  const code = moduleText(schemas);
  for (const output of outputsOf(part)) {
    mkdirSync(output, { recursive: true });
    writeFileSync(join(output, `${name}.js`), code);
    writeFileSync(join(output, `${name}.d.ts`), declarations(schemas, types));
  }
}

for (const folder of readdirSync(join(here, "crd")).sort()) {
  const schemas = schemasOf(join(here, "crd", folder));
  const types = `import type { Validator } from "../schema-check.js";`;
  if (schemas.length > 0) write("sources", folder, schemas, types);
}

const report = JSON.parse(readFileSync(join(here, "report.schema.json"), "utf8"));
write(
  "report",
  "report",
  [report],
  `import type { Validator } from "../../sources/schema-check.js";`,
);
