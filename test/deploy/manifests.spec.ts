import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { parse, parseAllDocuments } from 'yaml';

const MANIFESTS = 'deploy/kubernetes';
/** What takes the place of `app.yaml` when the witness is outside. */
const OUTSIDE = 'deploy/kubernetes/outside-witness';
/** What changes on EKS. */
const EKS = 'deploy/kubernetes/eks';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: { replicas?: unknown; template?: { spec: PodSpec } };
}

interface PodSpec {
  readonly containers: readonly [{ readonly env?: readonly unknown[] }];
  readonly volumes: readonly { readonly name: string }[];
}

interface Ingress {
  readonly spec: {
    readonly rules: readonly {
      readonly http: { readonly paths: readonly { path: string; pathType: string }[] };
    }[];
  };
}

interface Overlay {
  readonly resources: readonly string[];
  readonly patches: readonly { readonly target: Target; readonly patch: string }[];
}

interface Target {
  readonly kind: string;
  readonly name: string;
}

/** An operation of a JSON patch (RFC 6902). */
interface Operation {
  readonly op: 'add' | 'replace';
  readonly path: string;
  readonly value: unknown;
}

function manifestsOf(folder: string, files: readonly string[]): Manifest[] {
  return files.flatMap((file) =>
    parseAllDocuments(readFileSync(join(folder, file), 'utf8'), { merge: true }).map(
      (document) => document.toJS() as Manifest,
    ),
  );
}

function manifestsIn(folder: string): Manifest[] {
  return manifestsOf(
    folder,
    readdirSync(folder).filter((file) => file.endsWith('.yaml')),
  );
}

/** What `kubectl kustomize` makes of a folder. @throws Error when a patch has no target or no place. */
function overlaid(folder: string): Manifest[] {
  const { resources, patches } = parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')) as Overlay;
  const manifests = manifestsOf(folder, resources);
  for (const { target, patch } of patches) {
    const manifest = manifests.find(
      ({ kind, metadata }) => kind === target.kind && metadata.name === target.name,
    );
    if (manifest === undefined) throw new Error(`no ${target.kind} ${target.name}`);
    for (const operation of parse(patch) as Operation[]) apply(manifest, operation);
  }
  return manifests;
}

function apply(manifest: Manifest, { op, path, value }: Operation): void {
  const names = path.split('/').slice(1);
  const last = names.pop()!;
  let place = manifest as unknown as Record<string, unknown>;
  for (const name of names) place = place[name] as Record<string, unknown>;
  if (last in place !== (op === 'replace')) throw new Error(`${op} ${path} has no place`);
  place[last] = value;
}

/**
 * Type-checks every manifest as a literal of its published type. An unknown field, a missing field or a wrong
 * type is a fault.
 */
describe('deploy/kubernetes', () => {
  const manifests = manifestsIn(MANIFESTS);
  const outside = manifestsIn(OUTSIDE);
  const eks = overlaid(EKS);

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

  it('follows the schemas on EKS, too', () => {
    expect(eks.map(({ kind }) => kind).sort()).toEqual([
      'ConfigMap',
      'Deployment',
      'HorizontalPodAutoscaler',
      'Ingress',
      'PodDisruptionBudget',
      'SecretProviderClass',
      'Service',
      'ServiceAccount',
    ]);
    expect(faultsOf(eks)).toEqual([]);
  });

  it('gives the pods on EKS every secret that the configuration names, as a file', () => {
    const { data } = eks.find(({ kind }) => kind === 'ConfigMap') as unknown as {
      data: Record<string, string>;
    };
    const wanted = Object.entries(data).filter(([name]) => name.endsWith('_FILE'));
    const { spec } = eks.find(({ kind }) => kind === 'SecretProviderClass') as unknown as {
      spec: { parameters: { objects: string } };
    };
    const objects = parse(spec.parameters.objects) as Record<string, string>[];
    expect(objects.map(({ objectAlias }) => `/run/secrets/api/${objectAlias}`).sort()).toEqual(
      wanted.map(([, file]) => file).sort(),
    );
    for (const { objectName, objectType, objectAlias } of objects)
      expect([objectName, objectType]).toEqual([`microservices-api/${objectAlias}`, 'secretsmanager']);
    const pod = eks.find(({ kind }) => kind === 'Deployment')!.spec!.template!.spec;
    expect(pod.volumes.filter((volume) => 'secret' in volume)).toEqual([]);
    expect(pod.volumes.at(-1)).toMatchObject({
      name: 'secrets',
      csi: { volumeAttributes: { secretProviderClass: 'microservices-api' } },
    });
  });

  it('lets out every page of the console', () => {
    const source = readFileSync('src/console/console.controller.ts', 'utf8');
    const [, addresses = ''] = /ADDRESSES = \[([^\]]*)\]/.exec(source) ?? [];
    const pages = [...addresses.matchAll(/'([^']*)'/g)].map(([, page]) => `/${page}`);
    expect(pages.length).toBeGreaterThan(5);
    const paths = pathsOf(manifests).map((path) => path.split(' ')[1]);
    expect(paths).toEqual(expect.arrayContaining([...pages, '/assets']));
  });

  it('lets out the same paths on EKS', () => {
    expect(pathsOf(eks)).toEqual(pathsOf(manifests));
  });

  it('allows the pods on EKS no action by a wildcard, and no resource but objects and suffixes of secrets', () => {
    const { Statement } = JSON.parse(readFileSync(join(EKS, 'iam-policy.json'), 'utf8')) as {
      Statement: { Action: string[]; Resource: string | string[] }[];
    };
    expect(
      Statement.flatMap(({ Action }) => Action).filter((action) => !/^[a-z0-9]+:[A-Za-z]+$/.test(action)),
    ).toEqual([]);
    const resources = Statement.flatMap(({ Resource }) => Resource);
    expect(resources.length).toBeGreaterThan(6);
    const wild = resources.filter((resource) => /[*?]/.test(resource.replace(/\/blobs\/\*$|-\?{6}$/, '')));
    expect(wild).toEqual([]);
  });

  it('would detect a misspelt field and a wrong type', () => {
    const app = manifests.find(({ kind }) => kind === 'StatefulSet')!;
    expect(faultsOf([{ ...app, spec: { ...app.spec, replicsa: 3 } as object }])).toEqual([
      expect.stringContaining('replicsa'),
    ]);
    expect(faultsOf([{ ...app, spec: { ...app.spec, replicas: 'three' } }])).toHaveLength(1);
  });
});

/** The paths of all ingresses, but that of uploads: it is below `/api`, and nginx has another limit for it. */
function pathsOf(manifests: readonly Manifest[]): string[] {
  const ingresses = manifests.filter(({ kind }) => kind === 'Ingress') as unknown as Ingress[];
  const paths = ingresses.flatMap(({ spec }) => spec.rules.flatMap(({ http }) => http.paths));
  return paths
    .map(({ path, pathType }) => `${pathType} ${path}`)
    .filter((path) => path !== 'Prefix /api/uploads');
}

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

/** The types of resources that are not Kubernetes' own. */
const CUSTOM: Readonly<Record<string, string>> = {
  'secrets-store.csi.x-k8s.io/v1':
    "{ apiVersion: string; kind: 'SecretProviderClass'; metadata: { name: string }; spec: { provider: 'aws'; parameters: { objects: string } } }",
};

function declaration(manifest: Manifest, index: number): string {
  const custom = CUSTOM[manifest.apiVersion];
  if (custom !== undefined) return `export const manifest${index}: ${custom} = ${JSON.stringify(manifest)};`;
  const [version, group = 'core'] = manifest.apiVersion.split('/').reverse();
  const module = `kubernetes-types/${group.replace('.k8s.io', '')}/${version}.js`;
  return `import type { ${manifest.kind} as Type${index} } from '${module}';
    export const manifest${index}: Type${index} = ${JSON.stringify(manifest)};`;
}
