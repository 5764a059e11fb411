import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from './config-error.js';
import { loadConfig, readEnvironment } from './load-config.js';
import { newSymmetricKey } from './secret-sources.js';
import { cosignerVerifier, noteVerifier } from '../audit/merkle/signing.js';

const SECRET = 'q8Zr4Vt1Xw7Ny3Bk6Lm9Ps2Df5Gh0Jc';
const FACTOR_KEY = Buffer.alloc(32, 7).toString('base64');

const { privateKey } = generateKeyPairSync('ed25519');
const SIGNING_KEY = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

describe('configuration', () => {
  let directory: string;
  beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), 'config-'))));
  afterAll(() => rm(directory, { recursive: true }));

  const load = (env: Record<string, string>) =>
    loadConfig({
      STORAGE_PATH: directory,
      JWT_SECRET: `${SECRET}!`,
      AUDIT_SIGNING_KEY: SIGNING_KEY,
      FACTOR_KEY,
      ...env,
    });
  const faults = (env: Record<string, string>) => {
    try {
      load(env);
      return [];
    } catch (error) {
      return (error as ConfigError).faults;
    }
  };

  it('has the documented defaults', () => {
    const config = load({});
    expect(config).toMatchObject({
      production: false,
      log: { level: 'info', format: 'pino' },
      http: { host: '0.0.0.0', port: 8080, corsOrigins: '*', trustedProxyHops: 0, shutdownGraceMs: 30_000 },
      auth: { tokenTtlSeconds: 86_400, bcryptCost: 14, registration: 'open' },
      database: { kind: 'sqlite', file: join(directory, 'database', 'app.sqlite') },
      files: {
        maxUploadBytes: 52_428_800,
        quotaBytesPerUser: 0,
        versionsKept: 10,
        trashDays: 30,
        minFreeBytes: 268_435_456,
      },
      warnings: [],
    });
    expect(Object.isFrozen(config) && Object.isFrozen(config.http)).toBe(true);
  });

  it('warns when a log without a name of its own has a witness outside', () => {
    const cosigner = `${cosignerVerifier('w.test', privateKey).vkey}@https://w.test`;
    const places: Record<string, string>[] = [
      { WITNESS: 'dynamodb://table' },
      { WITNESS: 's3://bucket' },
      { AUDIT_WITNESSES: cosigner },
    ];
    for (const outside of places) {
      const warnings = [expect.stringMatching(/^AUDIT_ORIGIN is microservices-api/)];
      expect(load(outside).warnings).toEqual(warnings);
      expect(load({ ...outside, AUDIT_ORIGIN: 'microservices-api' }).warnings).toEqual(warnings);
      expect(load({ ...outside, AUDIT_ORIGIN: 'files.example.org' }).warnings).toEqual([]);
    }
    expect(load({ WITNESS: 'file' }).warnings).toEqual([]);
  });

  it('uses given values, and treats an empty variable as absent', () => {
    const config = load({
      PORT: '',
      JWT_TTL: '15m',
      CORS_ORIGINS: 'https://a.example, http://localhost:3000',
    });
    expect(config.http.port).toBe(8080);
    expect(config.auth.tokenTtlSeconds).toBe(900);
    expect(config.http.corsOrigins).toEqual(['https://a.example', 'http://localhost:3000']);
    expect(load({ DATABASE_URL: 'postgres://db/x' }).database).toEqual({
      kind: 'postgres',
      url: 'postgres://db/x',
    });
  });

  it('makes links with PUBLIC_URL, or with the port on this machine', () => {
    expect(load({ PORT: '9000' }).http.publicUrl).toBe('http://localhost:9000');
    expect(load({ PUBLIC_URL: 'https://files.example.org/' }).http.publicUrl).toBe(
      'https://files.example.org',
    );
    for (const PUBLIC_URL of [
      'files.example.org',
      'ftp://x',
      'https://x/path',
      'https://u:p@x',
      'https://x?y',
    ])
      expect(faults({ PUBLIC_URL })).toEqual([
        'PUBLIC_URL must be an address without a path, such as https://files.example.org',
      ]);
  });

  it('accepts a bucket, and allows only handovers that its storage supports', () => {
    const s3 = { STORAGE_DRIVER: 's3', S3_BUCKET: 'files', DOWNLOAD_OFFLOAD: 'presigned' };
    expect(load(s3)).toMatchObject({
      storage: { s3: { bucket: 'files', region: 'us-east-1', endpoint: undefined, forcePathStyle: false } },
      files: { offload: 'presigned' },
    });
    expect(faults({ ...s3, DOWNLOAD_OFFLOAD: 'x-accel' })).toEqual([
      'DOWNLOAD_OFFLOAD=x-accel needs STORAGE_DRIVER=local',
    ]);
    expect(load({ DOWNLOAD_OFFLOAD: 'x-accel' }).storage.s3).toBeNull();
  });

  it('keeps the witness in a file, in DynamoDB or in a bucket', () => {
    const witness = (env: Record<string, string>) => load(env).audit.witness;
    expect(witness({})).toEqual({ kind: 'file' });
    const aws = {
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://localhost:1',
      S3_REGION: 'other',
    };
    expect(witness({ WITNESS: 'dynamodb://my_table.1', ...aws })).toEqual({
      kind: 'dynamodb',
      table: 'my_table.1',
      endpoint: { region: 'eu-west-1', endpoint: 'http://localhost:1' },
    });
    const bucket = { bucket: 'a-bucket', region: 'other', endpoint: undefined, forcePathStyle: true };
    expect(
      witness({ WITNESS: 's3://a-bucket/some/where/', S3_REGION: 'other', S3_FORCE_PATH_STYLE: 'true' }),
    ).toEqual({ kind: 's3', prefix: 'some/where', s3: bucket });
    expect(witness({ WITNESS: 's3://a-bucket' })).toMatchObject({ kind: 's3', prefix: '' });
  });

  it.each(['File', 'dynamodb://', 'dynamodb://a/b', 's3://', 's3://Bucket/x', 's3://bucket//x', 'http://x'])(
    'refuses %s as a witness',
    (WITNESS) => {
      expect(faults({ WITNESS })).toEqual(['WITNESS must be file, dynamodb://TABLE or s3://BUCKET/PREFIX']);
    },
  );

  it('reads outside witnesses, and takes none without a key of its kind or without TLS', () => {
    const { vkey } = cosignerVerifier('witness.test/w1', privateKey);
    const [other, log] = [cosignerVerifier('w2', privateKey).vkey, noteVerifier('w', privateKey).vkey];
    const { cosigners } = load({
      AUDIT_WITNESSES: `${vkey}@https://w.test/prefix/, ${other}@http://127.0.0.1:80`,
    }).audit;
    expect(cosigners.map(({ verifier, url }) => [verifier.vkey, url])).toEqual([
      [vkey, 'https://w.test/prefix'],
      [other, 'http://127.0.0.1:80'],
    ]);
    expect(load({}).audit.cosigners).toEqual([]);
    for (const [text, fault] of [
      [`${vkey}@http://w.test`, 'AUDIT_WITNESSES 1 must be reached by https'],
      [`${vkey}@http://127.0.0.1.w.test`, 'AUDIT_WITNESSES 1 must be reached by https'],
      [`${vkey}@https://user@w.test`, 'AUDIT_WITNESSES 1 must have an address without user and query'],
      [`${vkey}@https://w.test?a`, 'AUDIT_WITNESSES 1 must have an address without user and query'],
      [`${vkey}@https://:x`, 'AUDIT_WITNESSES 1 has no valid address'],
      [`${vkey}@https://a.test,${vkey}@https://b.test`, 'AUDIT_WITNESSES names a witness twice'],
    ] as const)
      expect(faults({ AUDIT_WITNESSES: text })).toEqual([fault]);
    for (const text of ['nonsense', `${log}@https://w.test`, `${vkey}x@https://w.test`, `${vkey}`])
      expect(faults({ AUDIT_WITNESSES: text })).toEqual([
        expect.stringContaining('must be VKEY@https://host'),
      ]);
  });

  it('reports a missing bucket together with other faults', () => {
    expect(faults({ STORAGE_DRIVER: 's3', DOWNLOAD_OFFLOAD: 'x-accel', PORT: 'x' })).toEqual([
      'PORT must be a whole number from 0 to 65535',
      'S3_BUCKET is required when STORAGE_DRIVER=s3',
      'DOWNLOAD_OFFLOAD=x-accel needs STORAGE_DRIVER=local',
    ]);
    expect(faults({ STORAGE_DRIVER: 'ftp', DOWNLOAD_OFFLOAD: 'ftp' })).toHaveLength(2);
  });

  it('accepts several secrets: the first signs, all verify', () => {
    const { tokenKeys } = load({ JWT_SECRET: `${SECRET}a, ${SECRET}b` }).auth;
    expect(tokenKeys).toHaveLength(2);
    expect(tokenKeys[0].kid).not.toBe(tokenKeys[1]!.kid);
    expect(JSON.stringify(tokenKeys)).not.toContain(SECRET);
  });

  it('reports every fault together and shows no value', () => {
    const found = faults({
      PORT: '70000',
      BCRYPT_COST: '9',
      JWT_TTL: '1y',
      LOG_LEVEL: 'loud',
      JWT_SECRET: 'tooshort',
    });
    expect(found.map((fault) => fault.split(' ')[0])).toEqual([
      'PORT',
      'JWT_TTL',
      'BCRYPT_COST',
      'LOG_LEVEL',
      'JWT_SECRET',
    ]);
    expect(found.join()).not.toMatch(/tooshort|70000|loud/);
  });

  it.each([
    ['CORS_ORIGINS', 'a.example'],
    ['CORS_ORIGINS', '*,https://a.example'],
    ['DATABASE_URL', 'sqlite://x'],
    ['REGISTRATION', 'admins'],
    ['STORAGE_DRIVER', 'ftp'],
    ['AUDIT_ORIGIN', 'two words'],
    ['STORAGE_DRIVER', 's3'],
    ['S3_ENDPOINT', 'minio:9000'],
    ['S3_FORCE_PATH_STYLE', 'yes'],
    ['DOWNLOAD_OFFLOAD', 'presigned'],
    ['MAX_UPLOAD_BYTES', '-1'],
    ['TRUST_PROXY', 'true'],
  ])('refuses %s=%s', (name, value) => expect(faults({ [name]: value })[0]).toContain(name));

  it('reads a secret from the file that its *_FILE variable names', async () => {
    const file = join(directory, 'secret');
    await writeFile(file, `${SECRET}from-file\n`);
    const [fromFile] = load({ JWT_SECRET: '', JWT_SECRET_FILE: file }).auth.tokenKeys;
    expect(fromFile).toEqual(load({ JWT_SECRET: `${SECRET}from-file` }).auth.tokenKeys[0]);
    expect(faults({ JWT_SECRET_FILE: file })).toEqual([
      'JWT_SECRET and JWT_SECRET_FILE are both set; set one of them',
    ]);
    expect(faults({ JWT_SECRET: '', JWT_SECRET_FILE: `${file}.no` })[0]).toContain('cannot be read (ENOENT)');
  });

  it('requires a secret in production, and makes one otherwise', () => {
    expect(faults({ NODE_ENV: 'production', JWT_SECRET: '' })[0]).toContain('is required');
    const first = load({ JWT_SECRET: '' });
    expect(first.warnings[0]).toContain('generated one');
    const again = load({ JWT_SECRET: '' });
    expect(again.auth.tokenKeys[0].kid).toBe(first.auth.tokenKeys[0].kid);
    expect(again.warnings[0]).toContain('using the one kept');
  });

  it('accepts the signing key as PEM or as one line, and nothing else', () => {
    const line = privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
    expect(load({ AUDIT_SIGNING_KEY: line }).audit.signingKey.equals(privateKey)).toBe(true);
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    for (const wrong of ['nonsense', rsa.export({ type: 'pkcs8', format: 'pem' }).toString()]) {
      const [fault] = faults({ AUDIT_SIGNING_KEY: wrong });
      expect(fault).toContain('must be an Ed25519 private key');
      expect(fault).not.toContain(wrong);
    }
  });

  it('requires a signing key in production on PostgreSQL, and keeps a generated one otherwise', () => {
    const production = { NODE_ENV: 'production', AUDIT_SIGNING_KEY: '' };
    expect(faults({ ...production, DATABASE_URL: 'postgres://db/x' })[0]).toContain('AUDIT_SIGNING_KEY');
    const first = load(production);
    expect(first.warnings[0]).toContain('generated one');
    expect(load(production).audit.signingKey.equals(first.audit.signingKey)).toBe(true);
  });

  it('accepts a factor key of 32 bytes in base64, and nothing else', () => {
    expect(load({ FACTOR_KEY }).auth.factorKey?.export().toString('base64')).toBe(FACTOR_KEY);
    for (const wrong of ['nonsense', FACTOR_KEY.slice(4), `${FACTOR_KEY}AAAA`, 'ab'.repeat(32)]) {
      const [fault] = faults({ FACTOR_KEY: wrong });
      expect(fault).toContain('FACTOR_KEY must be the base64 of 32 bytes');
      expect(fault).not.toContain(wrong);
    }
    const production = { NODE_ENV: 'production', DATABASE_URL: 'postgres://db/x', FACTOR_KEY: '' };
    expect(faults(production)[0]).toContain('FACTOR_KEY (or FACTOR_KEY_FILE) is required');
  });

  it('needs no factor key with a master key, and makes none', () => {
    const storage = join(directory, 'encrypted');
    const encrypted = {
      NODE_ENV: 'production',
      DATABASE_URL: 'postgres://db/x',
      STORAGE_PATH: storage,
      ENCRYPTION_KEY: newSymmetricKey(),
      FACTOR_KEY: '',
    };
    expect(load(encrypted).auth.factorKey).toBeNull();
    expect(existsSync(join(storage, 'keys', 'factor-key'))).toBe(false);
    expect(load({ ...encrypted, FACTOR_KEY }).auth.factorKey).not.toBeNull();
    // One that was made before the installation was encrypted still opens what it has sealed.
    const made = load({ STORAGE_PATH: storage, FACTOR_KEY: '' }).auth.factorKey!;
    expect(load(encrypted).auth.factorKey?.equals(made)).toBe(true);
  });

  it('accepts master keys, of which the first encrypts, and shows none in a fault', () => {
    const [one, other] = [newSymmetricKey(), newSymmetricKey()];
    expect(load({}).encryption).toBeNull();
    const keys = load({ ENCRYPTION_KEY: `${one}, ${other}` }).encryption!.masterKeys;
    expect(keys.map((key) => key.export().toString('base64'))).toEqual([one, other]);
    const wrong = {
      nonsense: 'must be the base64 of 32 bytes',
      [`${one},`]: 'must be the base64 of 32 bytes',
      [one.slice(4)]: 'must be the base64 of 32 bytes',
      [FACTOR_KEY]: 'must be random',
      [`${one},${other},${one}`]: 'has the same key twice',
    };
    for (const [text, reason] of Object.entries(wrong)) {
      const found = faults({ ENCRYPTION_KEY: text });
      expect(found).toEqual([expect.stringContaining(`ENCRYPTION_KEY ${reason}`)]);
      expect(found[0]).not.toContain(text);
    }
  });

  it('lets nobody else send the bytes of downloads when they are encrypted', () => {
    const ENCRYPTION_KEY = newSymmetricKey();
    expect(faults({ ENCRYPTION_KEY, DOWNLOAD_OFFLOAD: 'x-accel' })).toEqual([
      'DOWNLOAD_OFFLOAD=x-accel cannot be used with ENCRYPTION_KEY: only the service can decrypt',
    ]);
  });

  it('reports a stored secret that cannot be used', async () => {
    const damaged = join(directory, 'damaged');
    await mkdir(join(damaged, 'keys'), { recursive: true });
    await writeFile(join(damaged, 'keys', 'audit-signing-key.pem'), 'nonsense');
    expect(faults({ STORAGE_PATH: damaged, AUDIT_SIGNING_KEY: '' })[0]).toContain(
      'must be an Ed25519 private key',
    );
    expect(faults({ STORAGE_PATH: '/etc/hostname', AUDIT_SIGNING_KEY: '' })[0]).toContain('(ENOTDIR)');
  });

  it.each(['', '\n', 'too short', 'change-this-in-production-use-env-var'])(
    'checks the stored secret %j like a given one',
    async (kept) => {
      const storage = await mkdtemp(join(directory, 'kept-'));
      await mkdir(join(storage, 'keys'));
      await writeFile(join(storage, 'keys', 'jwt-secret'), kept);
      const [fault] = faults({ STORAGE_PATH: storage, JWT_SECRET: '' });
      expect(fault).toMatch(/^the secret kept in .*jwt-secret (must be|looks like)/);
      if (kept.trim() !== '') expect(fault).not.toContain(kept);
    },
  );

  it('does not treat an empty file as an absent secret', async () => {
    const file = join(directory, 'empty');
    await writeFile(file, '\n');
    expect(faults({ JWT_SECRET: '', JWT_SECRET_FILE: file })).toEqual([
      'JWT_SECRET_FILE names a file that is empty',
    ]);
  });

  it('hashes e-mails independently of the token secrets, and differently for another log', () => {
    const before = load({}).audit.emailHashKey;
    expect(load({ JWT_SECRET: `${SECRET}-rotated, ${SECRET}!` }).audit.emailHashKey.equals(before)).toBe(
      true,
    );
    const other = generateKeyPairSync('ed25519')
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString();
    expect(load({ AUDIT_SIGNING_KEY: other }).audit.emailHashKey.equals(before)).toBe(false);
  });

  it('lets the process environment win over .env', async () => {
    await writeFile(join(directory, '.env'), 'PATH=/nowhere\nFROM_DOTENV=yes\n');
    expect(readEnvironment(directory)).toMatchObject({ PATH: process.env.PATH, FROM_DOTENV: 'yes' });
    expect(readEnvironment(join(directory, 'none')).FROM_DOTENV).toBeUndefined();
  });
});
