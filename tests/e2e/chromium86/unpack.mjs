// Unpack the Chromium 86 that lies brotli-compressed in chrome-aws-lambda: node unpack.mjs FOLDER
import { createReadStream, createWriteStream, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { createBrotliDecompress } from "node:zlib";

const folder = process.argv[2];
const source = join(dirname(fileURLToPath(import.meta.url)), "node_modules/chrome-aws-lambda/bin");
mkdirSync(folder, { recursive: true });
await pipeline(
  createReadStream(join(source, "chromium.br")),
  createBrotliDecompress(),
  createWriteStream(join(folder, "chromium"), { mode: 0o755 }),
);
