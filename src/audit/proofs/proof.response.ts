import { ApiProperty } from '@nestjs/swagger';
import type { Response } from 'express';
import type { NoteVerifier } from '../merkle/signed-note.js';
import type { ConsistencyProof, InclusionProof } from './log-proofs.js';

const HASH = {
  type: 'string',
  format: 'byte',
  example: 'bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=',
} as const;

export class InclusionProofResponse {
  @ApiProperty({ type: 'integer', example: 41 })
  readonly seq: number;

  @ApiProperty({ description: 'The entry: exactly the bytes that were hashed.' })
  readonly entry: string;

  @ApiProperty({ ...HASH, description: 'SHA-256(0x00 ‖ entry), base64.' })
  readonly leaf_hash: string;

  @ApiProperty({ type: 'integer', example: 1024 })
  readonly tree_size: number;

  @ApiProperty({ type: [String], description: 'Base64, in the order of the audit path (RFC 6962, 2.1.1).' })
  readonly hashes: readonly string[];

  @ApiProperty({ description: 'The signed checkpoint of `tree_size` entries (C2SP tlog-checkpoint).' })
  readonly checkpoint: string;
}

/** An entry that is committed but not in a signed checkpoint yet. */
export class PendingProofResponse {
  @ApiProperty({ enum: ['pending'] })
  readonly status: 'pending';
}

export class ConsistencyProofResponse {
  @ApiProperty({ type: 'integer', example: 512 })
  readonly from: number;

  @ApiProperty({ type: 'integer', example: 1024 })
  readonly to: number;

  @ApiProperty({ type: [String], description: 'Base64, in the order of RFC 6962, 2.1.2.' })
  readonly hashes: readonly string[];
}

export class LogKeyResponse {
  @ApiProperty({ example: 'microservices-api' })
  readonly name: string;

  @ApiProperty({
    example: 'c74f20a3',
    description: 'The first 4 bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ key), in hex.',
  })
  readonly key_id: string;

  @ApiProperty({ enum: ['ed25519'] })
  readonly algorithm: 'ed25519';

  @ApiProperty({ example: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW' })
  readonly vkey: string;
}

/** Answers with the proof, or with 202 while no checkpoint includes the entry. */
export function sendInclusionProof(
  response: Response,
  proof: InclusionProof | null,
): InclusionProofResponse | PendingProofResponse {
  if (proof === null) {
    response.status(202).setHeader('Retry-After', '1');
    return { status: 'pending' };
  }
  return {
    seq: proof.seq,
    entry: proof.entry,
    leaf_hash: proof.leafHash.toString('base64'),
    tree_size: proof.checkpoint.size,
    hashes: proof.hashes.map((hash) => hash.toString('base64')),
    checkpoint: proof.checkpoint.note,
  };
}

export function toConsistencyProofResponse({ from, to, hashes }: ConsistencyProof): ConsistencyProofResponse {
  return { from, to, hashes: hashes.map((hash) => hash.toString('base64')) };
}

export function toLogKeyResponse({ name, keyId, vkey }: NoteVerifier): LogKeyResponse {
  return { name, key_id: keyId, algorithm: 'ed25519', vkey };
}
