import { Injectable, Logger } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Coding, CODINGS } from './content-encoding.js';

/** A file of the built console, in memory. */
export interface Asset {
  readonly type: string;
  /** A strong entity tag of each form. */
  readonly tag: string;
  readonly plain: Buffer;
  readonly coded: Readonly<Partial<Record<Coding, Buffer>>>;
}

/** Where `npm run build` puts the console, seen from `src/console` and from `dist/console`. */
const BUILT = fileURLToPath(new URL('../../dist/web', import.meta.url));
const PAGE = 'index.html';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The built console. It is small and read once, at the start. */
@Injectable()
export class ConsoleAssets {
  readonly #assets: ReadonlyMap<string, Asset>;

  constructor() {
    this.#assets = readAssets(BUILT);
    if (!this.#assets.has(PAGE))
      new Logger(ConsoleAssets.name).warn('the console is not built: there is nothing at /');
  }

  /** The page that all addresses of the console show. Null when it is not built. */
  page(): Asset | null {
    return this.#assets.get(PAGE) ?? null;
  }

  /** A file whose name has the hash of its content. Null when there is none. */
  find(name: string): Asset | null {
    return this.#assets.get(`assets/${name}`) ?? null;
  }
}

function readAssets(folder: string): Map<string, Asset> {
  const bytes = new Map(filesIn(folder).map((name) => [name, readFileSync(join(folder, name))]));
  const assets = new Map<string, Asset>();
  for (const [name, plain] of bytes) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const codings = (Object.keys(CODINGS) as Coding[]).map(
      (coding) => [coding, bytes.get(name + CODINGS[coding])] as const,
    );
    const tag = createHash('sha256').update(plain).digest('base64url').slice(0, 22);
    assets.set(name, { type, tag, plain, coded: Object.fromEntries(codings) });
  }
  return assets;
}

/** The files of a folder and its folders. None when it is not there. */
function filesIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
