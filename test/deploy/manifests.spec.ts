import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { parseAllDocuments } from 'yaml';

const MANIFESTS = 'deploy/kubernetes';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec?: { replicas?: unknown };
}

/**
 * Type-checks every manifest as a literal of its published type. An unknown field, a missing field or a wrong
 * type is a fault.
 */
describe('deploy/kubernetes', () => {
  const manifests = readdirSync(MANIFESTS).flatMap((file) =>
    parseAllDocuments(readFileSync(join(MANIFESTS, file), 'utf8'), { merge: true }).map(
      (document) => document.toJS() as Manifest,
    ),
  );

  it('contains what a deployment needs', () => {
    expect(manifests.map(({ kind }) => kind).sort()).toEqual([
      'ConfigMap',
      'HorizontalPodAutoscaler',
      'Ingress',
      'Ingress',
      'PodDisruptionBudget',
      'Service',
      'ServiceAccount',
      'StatefulSet',
    ]);
  });

  it('follows the schemas of Kubernetes', () => {
    expect(faultsOf(manifests)).toEqual([]);
  });

  it('would detect a misspelt field and a wrong type', () => {
    const app = manifests.find(({ kind }) => kind === 'StatefulSet')!;
    expect(faultsOf([{ ...app, spec: { ...app.spec, replicsa: 3 } as object }])).toEqual([
      expect.stringContaining('replicsa'),
    ]);
    expect(faultsOf([{ ...app, spec: { ...app.spec, replicas: 'three' } }])).toHaveLength(1);
  });
});

function faultsOf(manifests: readonly Manifest[]): string[] {
  const file = join(process.cwd(), 'manifests.ts');
  const source = manifests.map(declaration).join('\n');
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    noEmit: true,
    skipLibCheck: true,
    strict: true,
    types: [],
  };
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (name) => name === file || disk.fileExists(name),
    getSourceFile: (name, ...rest) =>
      name === file ? ts.createSourceFile(name, source, rest[0]) : disk.getSourceFile(name, ...rest),
  };
  const program = ts.createProgram([file], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

function declaration(manifest: Manifest, index: number): string {
  const [version, group = 'core'] = manifest.apiVersion.split('/').reverse();
  const module = `kubernetes-types/${group.replace('.k8s.io', '')}/${version}.js`;
  return `import type { ${manifest.kind} as Type${index} } from '${module}';
    export const manifest${index}: Type${index} = ${JSON.stringify(manifest)};`;
}
