import { verify } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { contextOf } from '../../common/access/request-context.js';
import { setSignedBody, SignedBody } from '../../common/access/signed-body.js';
import { hasBody } from '../../common/input/has-body.js';
import { errors } from '../../common/refusals/errors.js';
import { AppConfig } from '../../config/app-config.js';
import { LiveKeys } from '../keys/live-keys.js';
import { RequestNonces } from '../signatures/request-nonces.js';
import { requiredComponents } from '../signatures/required-components.js';
import { type SignedRequest, readSignedRequest } from '../signatures/signed-request.js';
import { messageOf } from '../signatures/signed-message.js';
import type { Credential, Identified } from './credential.js';

/** A signature of the request (RFC 9421) by an API key that has a public key. It acts as other API keys do. */
@Injectable()
export class SignedRequestCredential implements Credential<string> {
  /** The scheme that clients use. */
  readonly #scheme: string;

  constructor(
    private readonly keys: LiveKeys,
    private readonly nonces: RequestNonces,
    config: AppConfig,
  ) {
    this.#scheme = new URL(config.http.publicUrl).protocol.slice(0, -1);
  }

  read(request: Request): string | null {
    return (request.headers['signature-input'] as string | undefined) ?? null;
  }

  /**
   * The nonce is used up when the caller is admitted: only the holder of the private key can fill the table, within the limits of
   * the key.
   * @throws `invalid_signature` for whatever reason. A client that holds no key does not learn which.
   */
  async identify(request: Request): Promise<Identified> {
    const refusal = () => errors.invalidSignature(requiredComponents(request));
    const signed = this.#read(request);
    if (signed === null) throw refusal();
    const signer = await this.keys.findSigner(contextOf(request), signed.keyId);
    if (signer === null || !verify(null, signed.base, signer.publicKey, signed.signature)) throw refusal();
    const body = signed.digests === null ? null : new SignedBody(signed.digests, refusal);
    if (!hasBody(request)) body?.requireMatch();
    else if (body !== null) setSignedBody(request, body);
    const admit = async () => {
      if (!(await this.nonces.spend(signed.keyId, signed.nonce))) throw refusal();
      await this.keys.noteUse(signer.key);
    };
    return { actor: signer.actor, admit };
  }

  /** A token beside the signature is refused: it is not certain for whom the request should act. */
  #read(request: Request): SignedRequest | null {
    if (request.headers.authorization !== undefined) return null;
    // A target with an authority of its own (RFC 9112, section 3.2.2) could differ from `Host`.
    if (!request.originalUrl.startsWith('/') || !request.headers.host) return null;
    return readSignedRequest(messageOf(request, this.#scheme), requiredComponents(request), Date.now());
  }
}
