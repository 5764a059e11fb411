import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { parseAllDocuments } from 'yaml';

const MANIFESTS = 'deploy/kubernetes';
/** What takes the place of `app.yaml` when the witness is outside. */
const OUTSIDE = 'deploy/kubernetes/outside-witness';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec?: { replicas?: unknown; template?: { spec: PodSpec } };
}

interface PodSpec {
  readonly containers: readonly [{ readonly env?: readonly unknown[] }];
  readonly volumes: readonly { readonly name: string }[];
}

function manifestsIn(folder: string): Manifest[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  return files.flatMap((file) =>
    parseAllDocuments(readFileSync(join(folder, file), 'utf8'), { merge: true }).map(
      (document) => document.toJS() as Manifest,
    ),
  );
}

/**
 * Type-checks every manifest as a literal of its published type. An unknown field, a missing field or a wrong
 * type is a fault.
 */
describe('deploy/kubernetes', () => {
  const manifests = manifestsIn(MANIFESTS);
  const outside = manifestsIn(OUTSIDE);

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
    expect(faultsOf(outside)).toEqual([]);
  });

  it('runs the same pods as a Deployment without a disk when the witness is outside', () => {
    const expected = ['Deployment', 'HorizontalPodAutoscaler', 'PodDisruptionBudget', 'Service'];
    expect(outside.map(({ kind }) => kind).sort()).toEqual(expected);
    const podOf = (from: readonly Manifest[]) =>
      from.find(({ spec }) => spec?.template)!.spec!.template!.spec;
    const pod = podOf(outside);
    const { env, ...container } = pod.containers[0];
    expect(env).toEqual([{ name: 'WITNESS', value: 'dynamodb://microservices-api-witness' }]);
    const [storage, ...volumes] = pod.volumes;
    expect(storage).toEqual({ name: 'storage', emptyDir: {} });
    expect({ ...pod, containers: [container], volumes }).toEqual(podOf(manifests));
    for (const kind of ['PodDisruptionBudget', 'Service'])
      expect(outside.find((each) => each.kind === kind)).toEqual(
        manifests.find((each) => each.kind === kind),
      );
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
