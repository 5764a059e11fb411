import { PassThrough, pipeline, type Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { S3Config } from '../../config/app-config.js';
import { type ByteRange, type Deletion, type Handover, ObjectStorage, type OpenObject, type ServedAs, StorageError } from './object-storage.js';
import { questionClient, SilentBucket, transferClient, uploadClient } from './s3-clients.js';
import { abortParts } from './s3-parts.js';
import { inTime, LEAST_PART_BYTES, MOST_PARTS, objectName, PREFIX, translateS3Error } from './s3-requests.js';
import { StreamSource } from './stream-source.js';

/** Objects that one request removes at most. */
const MOST_DELETED = 1000;
/** With two parts in transit, an upload holds about three parts: 15 MiB. */
const PARTS_AT_ONCE = 2;
/** The client must start a download from a presigned URL within this time. */
const LINK_SECONDS = 60;

/** Keeps objects in a bucket as `blobs/KEY`. Credentials come from the AWS chain. */
export class S3Storage extends ObjectStorage {
  readonly #questions: S3Client;
  readonly #transfers: S3Client;
  readonly #bucket: string;
  readonly #partBytes: number;

  /**
   * Takes objects of up to `maxObjectBytes`. Parts are larger than the smallest size when 10,000 of those
   * would not be enough.
   */
  constructor(config: S3Config, maxObjectBytes: number) {
    super();
    this.#partBytes = Math.max(LEAST_PART_BYTES, Math.ceil(maxObjectBytes / MOST_PARTS));
    this.#bucket = config.bucket;
    this.#questions = questionClient(config);
    this.#transfers = transferClient(config);
  }

  /** The operator makes the bucket. `check` tells whether it can be reached. */
  override prepare(): Promise<void> {
    return Promise.resolve();
  }

  override async write(key: string, source: Readable): Promise<void> {
    let sourceError = source.errored;
    source.once('error', (error) => {
      if (!body.destroyed) sourceError = error;
    });
    // lib-storage looks for the total size in properties of the body such as `size` or `start`. A PassThrough
    // has none of them.
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
      // `#removeBroken` removes the parts, from the bucket's own list.
      leavePartsOnError: true,
    });
    try {
      await upload.done();
    } catch (error) {
      requests.abort();
      source.destroy();
      // An error of the source comes first: the failed upload is only its consequence.
      const reason = sourceError ?? translateS3Error(refusal ?? error);
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
      throw translateS3Error(error);
    }
  }

  override async delete(key: string): Promise<void> {
    try {
      await abortParts(this.#questions, this.#bucket, objectName(key), new Set([objectName(key)]));
      const target = { Bucket: this.#bucket, Key: objectName(key) };
      await inTime((abortSignal) => this.#questions.send(new DeleteObjectCommand(target), { abortSignal }));
    } catch (error) {
      throw translateS3Error(error);
    }
  }

  override async deleteAll(keys: readonly string[]): Promise<Deletion> {
    const removed: string[] = [];
    const failures: StorageError[] = [];
    try {
      await abortParts(this.#questions, this.#bucket, PREFIX, new Set(keys.map(objectName)));
      for (let at = 0; at < keys.length; at += MOST_DELETED) {
        const failed = await this.#deleteGroup(keys.slice(at, at + MOST_DELETED));
        removed.push(...keys.slice(at, at + MOST_DELETED).filter((key) => !failed.has(objectName(key))));
        failures.push(...failed.values());
      }
    } catch (error) {
      failures.push(translateS3Error(error));
    }
    return { removed, failures };
  }

  /** @returns the objects that the bucket did not remove. */
  async #deleteGroup(keys: readonly string[]): Promise<Map<string, StorageError>> {
    const Delete = { Objects: keys.map((key) => ({ Key: objectName(key) })), Quiet: true };
    const { Errors = [] } = await inTime((abortSignal) =>
      this.#questions.send(new DeleteObjectsCommand({ Bucket: this.#bucket, Delete }), { abortSignal }),
    );
    return new Map(Errors.map((error) => [error.Key ?? '', new StorageError('unavailable', error)]));
  }

  override async check(): Promise<void> {
    try {
      const target = { Bucket: this.#bucket };
      await inTime((abortSignal) => this.#questions.send(new HeadBucketCommand(target), { abortSignal }));
    } catch (error) {
      throw new StorageError('unavailable', error);
    }
  }

  /** A full bucket refuses the write itself. */
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
      throw translateS3Error(error);
    }
  }

  /**
   * A presigned URL. Everyone who has it can fetch the object within a minute, under the given name and type.
   */
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

  /**
   * A failure of this removal is ignored: the caller throws the first error, and the ledger still has the
   * key.
   */
  async #removeBroken(key: string): Promise<void> {
    await Promise.allSettled([this.delete(key)]);
  }
}
