import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const OUT = 'dist/web';
/** What `vite` passes on to a running service while one works on the console. */
const SERVICE = 'http://localhost:8080';

/** Writes every file a second and third time, compressed as far as it goes. The service compresses nothing itself. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    async writeBundle() {
      const entries = await readdir(OUT, { recursive: true, withFileTypes: true });
      const paths = entries
        .filter((entry) => entry.isFile() && /\.(css|html|js|svg)$/.test(entry.name))
        .map((entry) => join(entry.parentPath, entry.name));
      await Promise.all(
        paths.map(async (path) => {
          const bytes = await readFile(path);
          const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
          await writeFile(`${path}.br`, await promisify(brotliCompress)(bytes, { params: quality }));
          await writeFile(`${path}.gz`, await promisify(gzip)(bytes, { level: 9 }));
        }),
      );
    },
  };
}

/** Builds the console from `web` into `dist/web`. */
export default defineConfig({
  root: 'web',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [compressed()],
  // The code of src/audit that verifies stands on one file, which has a twin for browsers.
  resolve: { alias: [{ find: /^(.*)\/platform\.js$/, replacement: '$1/platform.web.ts' }] },
  worker: { format: 'es' },
  build: {
    outDir: `../${OUT}`,
    emptyOutDir: true,
    target: 'es2022',
    // Inlined files would need exceptions in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { '/api': SERVICE, '/ready': SERVICE, '/docs': SERVICE, '/s/': SERVICE } },
});
