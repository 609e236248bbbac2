// Many random worlds instead of the few of the ordinary run: `npm run worlds -- 20000 --seed S`.
import { spawnSync } from "node:child_process";
import process from "node:process";

const [count = "20000", , seed = "1"] = process.argv.slice(2);
const done = spawnSync(
  process.execPath,
  [
    "node_modules/vitest/vitest.mjs",
    "run",
    "--config",
    "test/vitest.config.ts",
    "test/properties/worlds.test.ts",
    "--testNamePattern",
    "actions compile|never to meet",
    "--testTimeout",
    "100000000",
  ],
  { stdio: "inherit", env: { ...process.env, WORLDS: count, WORLDS_SEED: seed } },
);
process.exitCode = done.status ?? 1;
