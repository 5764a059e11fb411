import { randomOctets } from '../../common/random-octets.js';
import type { AuditRecord } from '../record/audit-record.entity.js';
import type { Value, Values } from '../record/values.js';
import { canonicalize } from '../merkle/canonical-json.js';
import { leafHash } from '../merkle/hashing.js';
import { privateDigest, SALT_BYTES } from '../merkle/private-digest.js';

/** The form of an entry; part of what is hashed. */
export const ENTRY_TYPE = 'audit-event/v1';
const ENTRY_BYTES = 16_384;

/** An entry of the log, as its canonical JSON says it. */
export interface AuditEntry {
  readonly action: string;
  readonly actor: { readonly id: string | null; readonly type: string };
  readonly id: string;
  readonly metadata: Values;
  readonly occurred_at: string;
  readonly outcome: string;
  /** Base64 of the digest of the personal values; null when there are none. */
  readonly private_digest: string | null;
  readonly recorded_at: string;
  readonly request_id: string | null;
  readonly resource: string | null;
  readonly seq: number;
  readonly subject: string | null;
  /** Base64 of the leaf hash of the same subject's entry before; null in its first. */
  readonly subject_prev: string | null;
  readonly subject_seq: number | null;
  readonly t: typeof ENTRY_TYPE;
}

/** Where an entry comes to stand in the log and in the chain of its subject. */
export interface Place {
  readonly seq: number;
  readonly subjectSeq: number | null;
  readonly subjectPrev: Buffer | null;
}

/** An entry with its hash, and the personal values apart from it. */
export interface SealedEntry {
  readonly entry: string;
  readonly leaf: Buffer;
  readonly secret: { readonly salt: Buffer; readonly values: string } | null;
}

/**
 * Gives a record its final form at its place.
 * @throws RangeError when the entry would exceed 16 KiB.
 */
export function sealEntry(record: AuditRecord, place: Place): SealedEntry {
  const personal = personalValues(record);
  const secret =
    personal === null ? null : { salt: randomOctets(SALT_BYTES), values: canonicalize(personal) };
  const entry = canonicalize({
    action: record.action,
    actor: { id: record.actorId, type: record.actorType },
    id: record.id,
    metadata: record.metadata,
    occurred_at: record.occurredAt,
    outcome: record.outcome,
    private_digest: secret === null ? null : privateDigest(secret.salt, secret.values),
    recorded_at: record.recordedAt,
    request_id: record.requestId,
    resource: record.resource,
    seq: place.seq,
    subject: record.subject,
    subject_prev: place.subjectPrev?.toString('base64') ?? null,
    subject_seq: place.subjectSeq,
    t: ENTRY_TYPE,
  } satisfies AuditEntry);
  if (Buffer.byteLength(entry) > ENTRY_BYTES)
    throw new RangeError(`entry ${record.id} exceeds ${ENTRY_BYTES} bytes`);
  return { entry, leaf: leafHash(entry), secret };
}

/** Everything about a record that is somebody's own; null when there is nothing. */
export function personalValues(record: AuditRecord): Values | null {
  const { personal, ip, userAgent } = record;
  if (personal === null && ip === null && userAgent === null) return null;
  const values: Record<string, Value> = { ...personal };
  if (ip !== null) values.ip = ip;
  if (userAgent !== null) values.user_agent = userAgent;
  return values;
}
