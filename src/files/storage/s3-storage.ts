import { PassThrough, pipeline, type Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { S3Config } from '../../config/app-config.js';
import { type ByteRange, type Handover, ObjectStorage, type OpenObject, type ServedAs, StorageError } from './object-storage.js';
import { checkedKey } from './storage-key.js';
import { StreamSource } from './stream-source.js';

/** S3's least for every part but the last; with two parts on their way, an upload holds about three: 15 MiB. */
const LEAST_PART_BYTES = 5 * 1024 * 1024;
const MOST_PARTS = 10_000;
const PARTS_AT_ONCE = 2;
const ATTEMPTS = 3;
const CONNECT_MS = 3000;
const STALL_MS = 15_000;
/** How long a client has to begin with a presigned URL. */
const LINK_SECONDS = 60;
const PREFIX = 'blobs/';

/** Objects in a bucket, as `blobs/KEY`. Credentials come by the AWS chain. */
export class S3Storage extends ObjectStorage {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #partBytes: number;

  /** Takes objects of up to `maxObjectBytes`: parts are larger where 10,000 of the least size would not hold one. */
  constructor(config: S3Config, maxObjectBytes: number) {
    super();
    this.#partBytes = Math.max(LEAST_PART_BYTES, Math.ceil(maxObjectBytes / MOST_PARTS));
    this.#bucket = config.bucket;
    this.#client = new S3Client({
      region: config.region,
      endpoint: config.endpoint,
      forcePathStyle: config.forcePathStyle,
      maxAttempts: ATTEMPTS,
      requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: STALL_MS, throwOnRequestTimeout: true },
      // The digest of what is stored is checked by the server (CRC-64 or CRC-32 in a trailer of each part).
      requestChecksumCalculation: 'WHEN_SUPPORTED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }

  /** The bucket is the operator's to make; whether it can be reached is for `check` to say. */
  override prepare(): Promise<void> {
    return Promise.resolve();
  }

  override async write(key: string, source: Readable): Promise<void> {
    let sourceError = source.errored;
    source.once('error', (error) => {
      if (!body.destroyed) sourceError = error;
    });
    // lib-storage reads the number of bytes to come from a property of its body such as `size` or `start`: this one has none.
    const body = pipeline(source, new PassThrough(), () => undefined);
    const upload = new Upload({
      client: this.#client,
      params: { Bucket: this.#bucket, Key: objectName(key), Body: body },
      partSize: this.#partBytes,
      queueSize: PARTS_AT_ONCE,
    });
    try {
      await upload.done();
    } catch (error) {
      source.destroy();
      await this.#removeBroken(upload, key);
      // When the source fails, what it says is the reason; that the upload broke off is the consequence.
      throw sourceError ?? translate(error);
    }
  }

  override async open(key: string, range?: ByteRange): Promise<OpenObject> {
    const target = { Bucket: this.#bucket, Key: objectName(key) };
    try {
      const bytes = range === undefined ? {} : { Range: `bytes=${range.start}-${range.end}` };
      const { Body, ContentLength, ContentRange } = await this.#client.send(
        new GetObjectCommand({ ...target, ...bytes }),
      );
      const size = ContentRange === undefined ? ContentLength : Number(ContentRange.split('/')[1]);
      return { size: size ?? 0, source: new StreamSource(Body as Readable) };
    } catch (error) {
      throw translate(error);
    }
  }

  override async delete(key: string): Promise<void> {
    try {
      await this.#abortParts(objectName(key));
      await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: objectName(key) }));
    } catch (error) {
      throw translate(error);
    }
  }

  override async check(): Promise<void> {
    try {
      await this.#client.send(new HeadBucketCommand({ Bucket: this.#bucket }));
    } catch (error) {
      throw new StorageError('unavailable', error);
    }
  }

  /** A full bucket says so when it is written to. */
  override freeBytes(): Promise<number> {
    return Promise.resolve(Infinity);
  }

  override async stat(key: string): Promise<{ size: number }> {
    try {
      const target = { Bucket: this.#bucket, Key: objectName(key) };
      const { ContentLength } = await this.#client.send(new HeadObjectCommand(target));
      return { size: ContentLength ?? 0 };
    } catch (error) {
      throw translate(error);
    }
  }

  /** A URL at which whoever has it can fetch the object within a minute, under the name and type given. */
  override async handOver(key: string, { contentType, contentDisposition }: ServedAs): Promise<Handover> {
    const command = new GetObjectCommand({
      Bucket: this.#bucket,
      Key: objectName(key),
      ResponseContentType: contentType,
      ResponseContentDisposition: contentDisposition,
      ResponseCacheControl: 'private, no-cache',
    });
    return { via: 'redirect', url: await getSignedUrl(this.#client, command, { expiresIn: LINK_SECONDS }) };
  }

  /** The first error is the one to tell; what cannot be removed now, the caller's ledger has on record. */
  async #removeBroken(upload: Upload, key: string): Promise<void> {
    await Promise.allSettled([upload.abort()]);
    await Promise.allSettled([this.delete(key)]);
  }

  /** Parts of an upload that a crash cut are no object yet, and would be paid for until somebody looked. */
  async #abortParts(Key: string): Promise<void> {
    const { Uploads = [] } = await this.#client.send(
      new ListMultipartUploadsCommand({ Bucket: this.#bucket, Prefix: Key }),
    );
    for (const { UploadId, Key: found } of Uploads) {
      if (found !== Key) continue;
      await this.#client.send(new AbortMultipartUploadCommand({ Bucket: this.#bucket, Key, UploadId }));
    }
  }
}

function objectName(key: string): string {
  return `${PREFIX}${checkedKey(key)}`;
}

/** An error of the vendor in the port's terms. */
function translate(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const name = error instanceof S3ServiceException ? error.name : '';
  if (name === 'NoSuchKey' || name === 'NotFound') return new StorageError('missing', error);
  if (name === 'QuotaExceeded' || name === 'InsufficientStorage') return new StorageError('full', error);
  return new StorageError('unavailable', error);
}
