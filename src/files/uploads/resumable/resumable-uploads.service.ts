import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Actor } from '../../../common/access/actor.js';
import { waitOf } from '../../../common/answer-wait.js';
import { ApiError } from '../../../common/refusals/refusal.js';
import { errors } from '../../../common/refusals/errors.js';
import { NewFiles } from '../../contents/new-files.js';
import { ArrivingBody } from './arriving-body.js';
import { BodyChecks } from './body-checks.js';
import type { ResumableUpload } from './resumable-upload.entity.js';
import { bodyLength, requireOffsetStream, requireVersion, uploadLength } from './tus-request.js';
import { UploadCreation } from './upload-creation.js';
import { UploadRequests } from './upload-requests.js';
import { UploadTermination } from './upload-termination.js';

/** Begins uploads, with their first bytes when the request brings some. */
@Injectable()
export class ResumableUploadsService {
  constructor(
    private readonly creation: UploadCreation,
    private readonly requests: UploadRequests,
    private readonly termination: UploadTermination,
    private readonly newFiles: NewFiles,
  ) {}

  /** Begins the upload of a `POST`. When its body is refused nothing is left, because the client does not know the upload. */
  async create(actor: Actor, request: Request): Promise<ResumableUpload> {
    requireVersion(request);
    const length = uploadLength(request);
    const sent = bodyLength(request);
    if (sent !== 0) requireOffsetStream(request);
    const checks = BodyChecks.of(request);
    // Before anything is made: a file without bytes is complete as soon as its upload begins.
    if ((sent ?? 0) > length) throw await this.newFiles.refused(actor, errors.fileTooLarge(length), false);
    if (length === 0) await requireNoBytes(request, checks);
    const upload = await this.#begin(actor, length, request);
    if (sent === 0 || length === 0) return upload;
    try {
      return await this.requests.receive(actor, upload, 0, checks, request);
    } catch (error) {
      await this.#endQuietly(actor, upload);
      throw error;
    }
  }

  async #begin(actor: Actor, length: number, request: Request): Promise<ResumableUpload> {
    try {
      return await this.creation.create(actor, length, request.get('upload-metadata') ?? '', waitOf(request));
    } catch (error) {
      // The lookup of the file to replace has recorded its refusal.
      if (error instanceof ApiError && error.code === 'file_not_found') throw error;
      throw await this.newFiles.refused(actor, error, false);
    }
  }

  /** A digest that does not match has ended it already. */
  async #endQuietly(actor: Actor, { id }: ResumableUpload): Promise<void> {
    try {
      await this.termination.end(actor, id);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }
}

/** @throws `file_too_large` when the body has a byte; `checksum_mismatch`, `invalid_signature`. */
async function requireNoBytes(request: Request, checks: BodyChecks | null): Promise<void> {
  const body = new ArrivingBody(request);
  const first = await body.next();
  body.release();
  if (first !== null) throw errors.fileTooLarge(0);
  checks?.requireMatch();
}
