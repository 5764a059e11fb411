import { randomOctets } from '../../common/random-octets.js';
import type { AuditRecord } from '../record/audit-record.entity.js';
import type { Value, Values } from '../record/values.js';
import { canonicalize } from '../merkle/canonical-json.js';
import { leafHash } from '../merkle/hashing.js';
import { privateDigest, SALT_BYTES } from '../merkle/private-digest.js';

/** The format of an entry. It is part of the hashed text. */
export const ENTRY_TYPE = 'audit-event/v1';
const ENTRY_BYTES = 16_384;

/** An entry of the log, in the form of its canonical JSON. */
export interface AuditEntry {
  readonly action: string;
  readonly actor: { readonly id: string | null; readonly type: string };
  readonly id: string;
  readonly metadata: Values;
  readonly occurred_at: string;
  readonly outcome: string;
  /** Base64 of the digest of the personal values. Null when there are none. */
  readonly private_digest: string | null;
  readonly recorded_at: string;
  readonly request_id: string | null;
  readonly resource: string | null;
  readonly seq: number;
  readonly subject: string | null;
  /** Base64 of the leaf hash of the subject's previous entry. Null in the first. */
  readonly subject_prev: string | null;
  readonly subject_seq: number | null;
  readonly t: typeof ENTRY_TYPE;
}

/** The place of an entry in the log and in the chain of its subject. */
export interface Place {
  readonly seq: number;
  readonly subjectSeq: number | null;
  readonly subjectPrev: Buffer | null;
}

/** The text of an entry with its hash, and its personal values in a separate field. */
export interface SealedEntry {
  readonly entry: string;
  readonly leaf: Buffer;
  readonly personal: { readonly salt: Buffer; readonly values: string } | null;
}

/**
 * Makes the final text of a record at its place.
 * @throws RangeError when the entry would exceed 16 KiB.
 */
export function sealEntry(record: AuditRecord, place: Place): SealedEntry {
  const values = personalValues(record);
  const personal = values === null ? null : { salt: randomOctets(SALT_BYTES), values: canonicalize(values) };
  const entry = canonicalize({
    action: record.action,
    actor: { id: record.actorId, type: record.actorType },
    id: record.id,
    metadata: record.metadata,
    occurred_at: record.occurredAt,
    outcome: record.outcome,
    private_digest: personal === null ? null : privateDigest(personal.salt, personal.values),
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
  return { entry, leaf: leafHash(entry), personal };
}

/** The personal values of a record. Null when there are none. */
export function personalValues(record: AuditRecord): Values | null {
  const { personal, ip, userAgent } = record;
  if (personal === null && ip === null && userAgent === null) return null;
  const values: Record<string, Value> = { ...personal };
  if (ip !== null) values.ip = ip;
  if (userAgent !== null) values.user_agent = userAgent;
  return values;
}
