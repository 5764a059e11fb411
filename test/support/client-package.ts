import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const TSC = resolve('node_modules/typescript/bin/tsc');
const SOURCE = resolve('clients/typescript');

/** What a program's own `tsconfig.json` has. Node.js only: no names of browsers. */
const COMPILER_OPTIONS = {
  strict: true,
  target: 'es2022',
  lib: ['es2023'],
  module: 'nodenext',
  moduleResolution: 'nodenext',
  types: ['node'],
  typeRoots: [resolve('node_modules/@types')],
};

/** A directory with programs that have the TypeScript client installed. */
export class ClientPackage {
  private constructor(private readonly directory: string) {}

  /** Where its modules are, which a browser can load as they are. */
  get modules(): string {
    return join(this.directory, 'node_modules/microservices-api-client/dist');
  }

  /** Builds the client as for a registry, and installs it. */
  static async install(): Promise<ClientPackage> {
    const directory = await mkdtemp(join(tmpdir(), 'client-'));
    const installed = join(directory, 'node_modules/microservices-api-client');
    await mkdir(installed, { recursive: true });
    await cp(join(SOURCE, 'package.json'), join(installed, 'package.json'));
    await tsc('--project', SOURCE, '--outDir', join(installed, 'dist'));
    return new ClientPackage(directory);
  }

  /** Writes programs by their names, checks their types and compiles them. */
  async compile(programs: ReadonlyMap<string, string>): Promise<void> {
    await this.write('package.json', '{ "type": "module" }');
    await this.write('tsconfig.json', JSON.stringify({ compilerOptions: COMPILER_OPTIONS }));
    for (const [name, text] of programs) await this.write(`${name}.ts`, text);
    await tsc('--project', this.directory);
  }

  /** Runs a compiled program. It must end without an error. @returns the lines that it printed. */
  async run(name: string): Promise<string[]> {
    const { stdout } = await run(process.execPath, [`${name}.js`], { cwd: this.directory });
    return stdout.split('\n').slice(0, -1);
  }

  async write(name: string, content: string | Buffer): Promise<void> {
    await writeFile(join(this.directory, name), content);
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true });
  }
}

/** @throws the complaints of the compiler. */
async function tsc(...options: string[]): Promise<void> {
  await run(process.execPath, [TSC, ...options]).catch((error: { stdout: string }) => {
    throw new Error(error.stdout);
  });
}

/** The examples of the client's README by their titles. */
export async function examples(): Promise<Map<string, string>> {
  const readme = await readFile(join(SOURCE, 'README.md'), 'utf8');
  const found = [...readme.matchAll(/^### (\d+\. .+?)$[^#]*?^```ts\n([\s\S]*?)^```$/gm)];
  return new Map(found.map(([, title, code]) => [title!, code!]));
}
