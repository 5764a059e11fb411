import { PassThrough, pipeline, type Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { S3Config } from '../../config/app-config.js';
import { type ByteRange, type Handover, ObjectStorage, type OpenObject, type ServedAs, StorageError } from './object-storage.js';
import { questionClient, SILENT_MS, SilentBucket, transferClient, uploadClient } from './s3-clients.js';
import { checkedKey } from './storage-key.js';
import { StreamSource } from './stream-source.js';

/** S3's least for every part but the last; with two parts on their way, an upload holds about three: 15 MiB. */
const LEAST_PART_BYTES = 5 * 1024 * 1024;
const MOST_PARTS = 10_000;
const PARTS_AT_ONCE = 2;
/** How long a client has to begin with a presigned URL. */
const LINK_SECONDS = 60;
const PREFIX = 'blobs/';

/** Objects in a bucket, as `blobs/KEY`. Credentials come by the AWS chain. */
export class S3Storage extends ObjectStorage {
  readonly #questions: S3Client;
  readonly #transfers: S3Client;
  readonly #bucket: string;
  readonly #partBytes: number;

  /** Takes objects of up to `maxObjectBytes`: parts are larger where 10,000 of the least size would not hold one. */
  constructor(config: S3Config, maxObjectBytes: number) {
    super();
    this.#partBytes = Math.max(LEAST_PART_BYTES, Math.ceil(maxObjectBytes / MOST_PARTS));
    this.#bucket = config.bucket;
    this.#questions = questionClient(config);
    this.#transfers = transferClient(config);
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
    const requests = new AbortController();
    let refusal: unknown;
    const upload = new Upload({
      client: uploadClient(this.#transfers, requests.signal, (error) => {
        refusal ??= error;
        void upload.abort();
      }),
      params: { Bucket: this.#bucket, Key: objectName(key), Body: body },
      partSize: this.#partBytes,
      queueSize: PARTS_AT_ONCE,
      // Removed here, by what the bucket itself has of them.
      leavePartsOnError: true,
    });
    try {
      await upload.done();
    } catch (error) {
      requests.abort();
      source.destroy();
      // When the source fails, what it says is the reason; that the upload broke off is the consequence.
      const reason = sourceError ?? translate(refusal ?? error);
      if (!(refusal instanceof SilentBucket)) await this.#removeBroken(key);
      throw reason;
    }
  }

  override async open(key: string, range?: ByteRange): Promise<OpenObject> {
    const target = { Bucket: this.#bucket, Key: objectName(key) };
    try {
      const bytes = range === undefined ? {} : { Range: `bytes=${range.start}-${range.end}` };
      const { Body, ContentLength, ContentRange } = await inTime((abortSignal) =>
        this.#questions.send(new GetObjectCommand({ ...target, ...bytes }), { abortSignal }),
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
      const target = { Bucket: this.#bucket, Key: objectName(key) };
      await inTime((abortSignal) => this.#questions.send(new DeleteObjectCommand(target), { abortSignal }));
    } catch (error) {
      throw translate(error);
    }
  }

  override async check(): Promise<void> {
    try {
      const target = { Bucket: this.#bucket };
      await inTime((abortSignal) => this.#questions.send(new HeadBucketCommand(target), { abortSignal }));
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
      const { ContentLength } = await inTime((abortSignal) =>
        this.#questions.send(new HeadObjectCommand(target), { abortSignal }),
      );
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
    return { via: 'redirect', url: await getSignedUrl(this.#questions, command, { expiresIn: LINK_SECONDS }) };
  }

  /** The first error is the one to tell; what cannot be removed now, the caller's ledger has on record. */
  async #removeBroken(key: string): Promise<void> {
    await Promise.allSettled([this.delete(key)]);
  }

  /** Parts of an upload that a crash cut are no object yet, and would be paid for until somebody looked. */
  async #abortParts(Key: string): Promise<void> {
    const where = { Bucket: this.#bucket, Prefix: Key };
    const { Uploads = [] } = await inTime((abortSignal) =>
      this.#questions.send(new ListMultipartUploadsCommand(where), { abortSignal }),
    );
    for (const { UploadId, Key: found } of Uploads) {
      if (found !== Key) continue;
      const target = { Bucket: this.#bucket, Key, UploadId };
      await inTime((abortSignal) =>
        this.#questions.send(new AbortMultipartUploadCommand(target), { abortSignal }),
      );
    }
  }
}

/** Gives a question its time, with all its retries. */
async function inTime<T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = new AbortController();
  // Cleared by the answer: its body may take longer.
  const timer = setTimeout(() => deadline.abort(new SilentBucket()), SILENT_MS);
  try {
    return await ask(deadline.signal);
  } finally {
    clearTimeout(timer);
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
