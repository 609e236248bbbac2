#!/usr/bin/env node
import { main, tuneEngine } from "../dist/program/main.js";

tuneEngine();
process.exitCode = await main(process.argv.slice(2), "kubectl netpol-migrate");
