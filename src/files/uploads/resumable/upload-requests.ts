import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Actor } from '../../../common/access/actor.js';
import { waitOf } from '../../../common/answer-wait.js';
import { errors } from '../../../common/refusals/errors.js';
import { ApiError } from '../../../common/refusals/refusal.js';
import { translateStorageError } from '../../contents/storage-refusals.js';
import { ArrivingBody } from './arriving-body.js';
import { BodyChecks } from './body-checks.js';
import { GrowingUploads } from './growing-uploads.js';
import type { HeldLease } from './held-lease.js';
import type { ResumableUpload } from './resumable-upload.entity.js';
import { bodyLength, requireOffsetStream, requireVersion, uploadOffset } from './tus-request.js';
import { UploadCompletion } from './upload-completion.js';
import { UploadLeases } from './upload-leases.js';
import { UploadLookup } from './upload-lookup.js';

/** Takes the requests that bring bytes to uploads. */
@Injectable()
export class UploadRequests {
  readonly #running = new Set<Promise<unknown>>();

  constructor(
    private readonly lookup: UploadLookup,
    private readonly leases: UploadLeases,
    private readonly uploads: GrowingUploads,
    private readonly completion: UploadCompletion,
  ) {}

  /**
   * Appends the body of a `PATCH`. With the last byte the upload becomes a file.
   * @returns the upload as it is then.
   * @throws `upload_not_found`, `upload_gone`, `upload_locked`, `offset_mismatch`, `invalid_upload_header`, `unsupported_media_type`,
   * and what the body, the storage and the completion throw.
   */
  async append(actor: Actor, id: string, request: Request): Promise<ResumableUpload> {
    requireVersion(request);
    const upload = await this.lookup.get(actor, id);
    requireOffsetStream(request);
    const offset = uploadOffset(request);
    const checks = BodyChecks.of(request);
    return this.receive(actor, upload, offset, checks, request);
  }

  /**
   * The upload of a `HEAD`. A request whose connection is half dead gives way first, so that the offset stays what it is.
   * @throws `upload_not_found`, `upload_gone`.
   */
  async progress(actor: Actor, id: string, request: Request): Promise<ResumableUpload> {
    requireVersion(request);
    const { id: uploadId } = await this.lookup.get(actor, id);
    await this.leases.quiet(uploadId);
    return this.lookup.get(actor, uploadId);
  }

  /** Appends the body of `request` to an upload that stands at `offset`. */
  async receive(
    actor: Actor,
    upload: ResumableUpload,
    offset: number,
    checks: BodyChecks | null,
    request: Request,
  ): Promise<ResumableUpload> {
    const work = this.#receive(actor, upload, offset, checks, request);
    this.#running.add(work);
    try {
      return await work;
    } catch (error) {
      throw translateStorageError(error);
    } finally {
      this.#running.delete(work);
    }
  }

  /** Resolves when every running request has recorded its bytes. The shutdown waits for it after it has closed the connections. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  async #receive(
    actor: Actor,
    { id, state, ...known }: ResumableUpload,
    offset: number,
    checks: BodyChecks | null,
    request: Request,
  ): Promise<ResumableUpload> {
    // A finished upload changes no more, so its offset is known without the lease.
    if (state === 'finished') requireOffset(known, offset);
    const announced = bodyLength(request);
    const lease = await this.leases.acquire(id);
    let failed = false;
    try {
      const upload = await this.lookup.get(actor, id);
      requireOffset(upload, offset);
      if (offset + (announced ?? 0) > upload.length) throw errors.fileTooLarge(upload.length);
      if (announced === 0 || (upload.state === 'finished' && checks === null)) return upload;
      const body = new ArrivingBody(request);
      // A transfer that makes progress may take any time; the body and the storage have timeouts of their own.
      try {
        return await waitOf(request).hold(() =>
          upload.state === 'open'
            ? this.#append(actor, lease, upload, body, announced, checks)
            : this.#repeat(actor, lease, upload, body, checks),
        );
      } finally {
        body.release();
      }
    } catch (error) {
      failed = !(error instanceof ApiError);
      throw error;
    } finally {
      // A database or a storage that has just failed is not waited for again.
      const released = lease.release();
      if (!failed) await released;
    }
  }

  async #append(
    actor: Actor,
    lease: HeldLease,
    upload: ResumableUpload,
    body: ArrivingBody,
    announced: number | null,
    checks: BodyChecks | null,
  ): Promise<ResumableUpload> {
    const received = await this.uploads.append(lease, upload, body, announced, checks);
    if (received.upload.state !== 'sealed') return received.upload;
    return this.completion.finish(actor, lease, received.upload, received.sha256);
  }

  /**
   * All bytes are there. When the request that brought the last ones was interrupted before the file was made, it is made now. What
   * is repeated is compared as what is new.
   */
  async #repeat(
    actor: Actor,
    lease: HeldLease,
    upload: ResumableUpload,
    body: ArrivingBody,
    checks: BodyChecks | null,
  ): Promise<ResumableUpload> {
    let left = upload.length - upload.offset;
    for (let bytes = await body.next(); bytes !== null; bytes = await body.next()) {
      left -= bytes.length;
      if (left < 0) throw errors.fileTooLarge(upload.length);
      checks?.update(bytes);
    }
    checks?.requireMatch();
    if (upload.state === 'finished') return upload;
    return this.completion.finish(actor, lease, upload, null);
  }
}

function requireOffset(upload: Pick<ResumableUpload, 'offset'>, offset: number): void {
  if (upload.offset !== offset) throw errors.offsetMismatch(upload.offset);
}
