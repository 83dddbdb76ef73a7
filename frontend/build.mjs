// Builds what a page loads: app.css, app.js, icons.svg and manifest.json with content hashes.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "../kexiang_site/static/dist");
const target = ["chrome86"];

function css() {
  const compiled = sass.compile(join(here, "src/css/app.scss"), {
    loadPaths: [join(here, "node_modules")],
    quietDeps: true,
    silenceDeprecations: ["import", "global-builtin", "color-functions", "if-function"],
  });
  return esbuild.transformSync(compiled.css, { loader: "css", minify: true, target }).code;
}

function js() {
  const result = esbuild.buildSync({
    entryPoints: [join(here, "src/js/app.js")],
    bundle: true,
    minify: true,
    format: "iife",
    target,
    write: false,
    legalComments: "inline",
  });
  return result.outputFiles[0].text;
}

function icons() {
  const names = JSON.parse(readFileSync(join(here, "../kexiang/core/icons.json"), "utf-8"));
  const symbols = names.map((name) => {
    const own = join(here, "src/icons", `${name}.svg`);
    const file = existsSync(own) ? own : join(here, "node_modules/bootstrap-icons/icons", `${name}.svg`);
    const inside = readFileSync(file, "utf-8").replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
    return `<symbol id="${name}" viewBox="0 0 16 16" fill="currentColor">${inside.trim().replace(/\n\s*/g, "")}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const manifest = {};
for (const [name, text] of Object.entries({ "app.css": css(), "app.js": js(), "icons.svg": icons() })) {
  writeFileSync(join(out, name), text);
  manifest[name] = createHash("sha256").update(text).digest("hex").slice(0, 12);
  console.log(`${name}  ${text.length} bytes, ${gzipSync(text).length} compressed`);
}
writeFileSync(join(out, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
