// The package is packed without its script `prepare`: the tarball holds what that script builds, and npm warns of a package
// with such a script whenever somebody installs it. Checkouts and git addresses need it.
//
//   node .ci/pack.js begin      before packing: takes it out
//   node .ci/pack.js end        after packing: puts it back, byte for byte

import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const manifest = join(root, "package.json");
const whole = join(root, ".ci/package.json.whole");

// One that is there at the beginning is of a run that was broken off.
if (existsSync(whole)) renameSync(whole, manifest);
if (process.argv[2] === "begin") {
  const text = readFileSync(manifest, "utf8");
  writeFileSync(whole, text);
  writeFileSync(manifest, text.replace(/^ *"prepare": .*\n/m, ""));
}
