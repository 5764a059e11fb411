import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { S3Config } from '../../config/app-config.js';
import { type GrowingObject, GrowingStorage, type Growth, type NewKey } from './growing-storage.js';
import { StorageError } from './object-storage.js';
import { abortParts } from './s3-parts.js';
import { questionClient, transferClient } from './s3-clients.js';
import { inTime, LEAST_PART_BYTES, MOST_PARTS, objectName, translateS3Error } from './s3-requests.js';
import { type PartList, growthOf, isComplete, partsOf } from './s3-part-list.js';

/** Numbers that a disputed object leaves out: the earlier writer may still be sending parts under them. */
const DISPUTED_NUMBERS = 8;
/** Numbers that are left for disputes, of 10,000. */
const SPARE_NUMBERS = 1000;

/**
 * Keeps a growing object as a multipart upload. The rest that is too short for a part is a small object beside it, under a key of
 * its own. Only parts in the recorded list become part of the object, and the bucket compares their entity tags.
 */
export class S3GrowingStorage extends GrowingStorage {
  readonly #questions: S3Client;
  readonly #transfers: S3Client;
  readonly #bucket: string;
  readonly #partBytes: number;

  /** Takes objects of up to `maxObjectBytes`. */
  constructor(config: S3Config, maxObjectBytes: number) {
    super();
    this.#partBytes = Math.max(LEAST_PART_BYTES, Math.ceil(maxObjectBytes / (MOST_PARTS - SPARE_NUMBERS)));
    this.#bucket = config.bucket;
    this.#questions = questionClient(config);
    this.#transfers = transferClient(config);
  }

  override begin(key: string): Growth {
    return growthOf({ key, uploadId: null, partBytes: this.#partBytes, next: 1, parts: [], rest: null });
  }

  override async open(growth: Growth, disputed: boolean, newKey: NewKey): Promise<GrowingObject> {
    const list = partsOf(growth);
    const next = disputed ? list.next + DISPUTED_NUMBERS : list.next;
    const rest = await this.#readRest(list);
    return new GrowingParts(this.#target(list.key), this.#transfers, { ...list, next }, rest, newKey);
  }

  override async finish(growth: Growth): Promise<Growth> {
    const list = partsOf(growth);
    if (isComplete(list)) return growth;
    const whole = (key: string) => growthOf({ ...list, key, uploadId: null, parts: [], rest: { key, size: growth.size } });
    // What is too short for parts is an object already.
    if (list.uploadId === null) return whole(list.rest!.key);
    try {
      await this.#complete(list, list.uploadId);
    } catch (error) {
      if (!(await this.#isThere(list.key, growth.size))) throw translateS3Error(error);
    }
    return whole(list.key);
  }

  async #complete(list: PartList, UploadId: string): Promise<void> {
    const target = this.#target(list.key);
    const rest = await this.#readRest(list);
    const parts = [...list.parts];
    if (rest !== null) parts.push([list.next, await sendPart(this.#transfers, { ...target, UploadId }, list.next, rest)]);
    const Parts = parts.map(([PartNumber, ETag]) => ({ PartNumber, ETag }));
    await this.#transfers.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }));
    // A crash between two records may have left another one.
    await abortParts(this.#questions, this.#bucket, target.Key, new Set([target.Key]));
  }

  /** True when the multipart upload was completed before. Then it is gone, and sending to it fails. */
  async #isThere(key: string, size: number): Promise<boolean> {
    try {
      const command = new HeadObjectCommand(this.#target(key));
      const { ContentLength } = await inTime((abortSignal) =>
        this.#questions.send(command, { abortSignal }),
      );
      return ContentLength === size;
    } catch {
      return false;
    }
  }

  async #readRest({ rest }: PartList): Promise<Buffer | null> {
    if (rest === null) return null;
    try {
      const command = new GetObjectCommand(this.#target(rest.key));
      return await inTime(async (abortSignal) => {
        const { Body } = await this.#questions.send(command, { abortSignal });
        return buffer(Body as Readable);
      });
    } catch (error) {
      throw translateS3Error(error);
    }
  }

  #target(key: string): Target {
    return { Bucket: this.#bucket, Key: objectName(key) };
  }
}

/** Gathers bytes until they make a part, and sends one part at a time. */
class GrowingParts implements GrowingObject {
  #list: PartList;
  #growth: Growth;
  /** A buffer of the size of a part, with `#filled` bytes in it. */
  #part: Buffer | null = null;
  #filled = 0;

  constructor(
    private readonly target: Target,
    private readonly client: S3Client,
    list: PartList,
    rest: Buffer | null,
    private readonly newKey: NewKey,
  ) {
    this.#list = list;
    this.#growth = growthOf(list);
    if (rest !== null) this.#take(rest);
  }

  get growth(): Growth {
    return this.#growth;
  }

  async append(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      at += this.#take(bytes.subarray(at));
      if (this.#filled === this.#list.partBytes) await this.#sendPart();
    }
  }

  checkpoint(): Promise<Growth> {
    return Promise.resolve(this.#growth);
  }

  async settle(): Promise<Growth> {
    if (this.#filled === 0 || this.#filled === this.#list.rest?.size) return this.#growth;
    const key = await this.newKey();
    const Body = this.#part!.subarray(0, this.#filled);
    try {
      await this.client.send(new PutObjectCommand({ ...this.target, Key: objectName(key), Body }));
    } catch (error) {
      throw translateS3Error(error);
    }
    return this.#record({ ...this.#list, rest: { key, size: this.#filled } });
  }

  close(): Promise<void> {
    this.#part = null;
    return Promise.resolve();
  }

  /** @returns how many of the bytes have found room. */
  #take(bytes: Buffer): number {
    this.#part ??= Buffer.allocUnsafeSlow(this.#list.partBytes);
    const taken = bytes.copy(this.#part, this.#filled);
    this.#filled += taken;
    return taken;
  }

  async #sendPart(): Promise<void> {
    const { next, parts } = this.#list;
    if (next > MOST_PARTS) throw new StorageError('unavailable', new Error('the object has no numbers left for parts'));
    const uploadId = this.#list.uploadId ?? (await this.#begin());
    try {
      const tag = await sendPart(this.client, { ...this.target, UploadId: uploadId }, next, this.#part!);
      this.#filled = 0;
      this.#record({ ...this.#list, uploadId, next: next + 1, parts: [...parts, [next, tag]], rest: null });
    } catch (error) {
      throw translateS3Error(error);
    }
  }

  async #begin(): Promise<string> {
    try {
      const command = new CreateMultipartUploadCommand(this.target);
      const { UploadId } = await inTime((abortSignal) => this.client.send(command, { abortSignal }));
      return UploadId!;
    } catch (error) {
      throw translateS3Error(error);
    }
  }

  #record(list: PartList): Growth {
    this.#list = list;
    this.#growth = growthOf(list);
    return this.#growth;
  }
}

interface Target {
  readonly Bucket: string;
  readonly Key: string;
}

/** @returns the entity tag of the part. */
async function sendPart(
  client: S3Client,
  target: Target & { readonly UploadId: string },
  PartNumber: number,
  Body: Buffer,
): Promise<string> {
  const { ETag } = await client.send(new UploadPartCommand({ ...target, PartNumber, Body }));
  return ETag!;
}
