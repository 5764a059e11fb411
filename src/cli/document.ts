import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { createDocument } from '../app.document.js';
import { AppModule } from '../app.module.js';
import { loadConfig } from '../config/load-config.js';

/** Writes the OpenAPI document to a file. It reads the routes and serves nothing. */
async function main(file: string): Promise<void> {
  // The configuration stores the keys that it makes here.
  const scratch = await mkdtemp(join(tmpdir(), 'document-'));
  try {
    const config = loadConfig({ STORAGE_PATH: scratch });
    const app = await NestFactory.create(AppModule.on(config), { preview: true, logger: false });
    await writeFile(file, `${JSON.stringify(createDocument(app), null, 2)}\n`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

const [file] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write('usage: node dist/cli/document.js FILE\n');
  process.exitCode = 2;
} else {
  await main(file);
}
