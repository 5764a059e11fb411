import { once } from 'node:events';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { S3Config } from '../../src/config/app-config.js';
import { launchMoto } from './moto.js';

export interface TestBucket {
  readonly config: S3Config & { readonly endpoint: string };
  /** Names of objects and of unfinished uploads. */
  list(): Promise<string[]>;
  /** Replaces the bytes of an object, or removes it. */
  put(name: string, bytes: string | Buffer | null): Promise<void>;
  /** The bytes of an object. */
  get(name: string): Promise<Buffer>;
}

export interface S3Server {
  readonly endpoint: string;
  /** A new, empty bucket. */
  bucket(): Promise<TestBucket>;
  /** Makes the server stop answering, or answer again. */
  freeze(frozen: boolean): void;
  stop(): Promise<void>;
}

/** An S3 server: the one at S3_ENDPOINT, or a new one. */
export async function startS3(): Promise<S3Server> {
  const given = process.env.S3_ENDPOINT;
  const child = given === undefined || given === '' ? await launchMoto() : null;
  const endpoint = child?.endpoint ?? given!;
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true });
  return {
    endpoint,
    bucket: async () => {
      const bucket = `test-${crypto.randomUUID()}`;
      await client.send(new CreateBucketCommand({ Bucket: bucket }));
      return {
        config: { bucket, region: 'us-east-1', endpoint, forcePathStyle: true },
        list: async () => {
          const names: string[] = [];
          // A page has 1000 names.
          for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket }))
            names.push(...Contents.map(({ Key }) => Key!));
          const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
          return [...names, ...Uploads.map(({ Key }) => Key!)];
        },
        get: async (Key) => {
          const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
          return Buffer.from(await Body!.transformToByteArray());
        },
        put: async (Key, bytes) => {
          if (bytes === null) await client.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
          else await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: bytes }));
        },
      };
    },
    freeze: (frozen) => void child?.process.kill(frozen ? 'SIGSTOP' : 'SIGCONT'),
    stop: async () => {
      client.destroy();
      if (child === null) return;
      child.process.kill('SIGCONT');
      child.process.kill('SIGKILL');
      await once(child.process, 'exit');
    },
  };
}

/** The environment with which the service uses a bucket. */
export function environmentOf({ config }: TestBucket): Record<string, string> {
  return {
    STORAGE_DRIVER: 's3',
    S3_BUCKET: config.bucket,
    S3_REGION: config.region,
    S3_ENDPOINT: config.endpoint,
    S3_FORCE_PATH_STYLE: 'true',
  };
}
