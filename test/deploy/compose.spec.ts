import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parse } from 'yaml';

interface Composition {
  readonly services: Readonly<Record<string, { readonly volumes?: readonly string[] }>>;
}

/** What nginx finds in its container, by path. A later file replaces the mounts of an earlier one. */
function mounts(...files: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of files) {
    const { services } = parse(readFileSync(file, 'utf8'), { merge: true }) as Composition;
    for (const volume of services.nginx!.volumes!) {
      const [, source, target] = /^(.+):(\/[^:]+):ro$/.exec(volume)!;
      found.set(target!, source!);
    }
  }
  return found;
}

describe.each([
  ['without TLS', 'plain.conf', ['docker-compose.yml']],
  ['with TLS', 'tls.conf', ['docker-compose.yml', 'docker-compose.tls.yml']],
])('nginx in the composition, %s', (_, server, files) => {
  it('has every file of deploy/nginx that is meant for it', () => {
    const sources = [...mounts(...files)].flatMap(([target, source]) =>
      source.startsWith('./deploy/nginx/') ? [[basename(target), basename(source)]] : [],
    );
    const others = readdirSync('deploy/nginx').filter((file) => !['plain.conf', 'tls.conf'].includes(file));
    expect(Object.fromEntries(sources)).toEqual({
      ...Object.fromEntries(others.map((file) => [file, file])),
      'server.conf': server,
    });
  });

  it('finds what its configuration includes', () => {
    const found = mounts(...files);
    const read = [...found.values()].filter((source) => source.endsWith('.conf'));
    const wanted = read.flatMap((source) =>
      [
        ...readFileSync(source, 'utf8').matchAll(/^ *(?:include|ssl_certificate(?:_key)?) ([^/;][^;]*);/gm),
      ].map(([, path]) => `/etc/nginx/${path}`),
    );
    expect(wanted.length).toBeGreaterThan(0);
    for (const path of wanted)
      expect([
        path,
        [...found.keys()].some((target) => path === target || path.startsWith(`${target}/`)),
      ]).toEqual([path, true]);
  });
});
