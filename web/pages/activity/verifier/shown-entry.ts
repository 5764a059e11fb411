import type { Entry } from '../../../api/types.js';

/** An entry as the log has it. Its personal values are in a digest. */
interface LoggedEntry {
  readonly action: string;
  readonly actor: { readonly id: string | null; readonly type: string };
  readonly id: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly occurred_at: string;
  readonly outcome: string;
  readonly private_digest: string | null;
  readonly request_id: string | null;
  readonly resource: string | null;
  readonly seq: number;
  readonly subject: string | null;
}

/**
 * What of an entry that is shown is not as the log has it, in a word. Null when all is that the log has in plain: address, device and
 * names are in the digest only, and whoever has none of them has no digest.
 */
export function differenceOf(shown: Entry, text: string): string | null {
  const logged = JSON.parse(text) as LoggedEntry;
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['id', shown.id, logged.id],
    ['place', shown.seq ?? logged.seq, logged.seq],
    ['action', shown.action, logged.action],
    ['outcome', shown.outcome, logged.outcome],
    ['time', shown.timestamp, logged.occurred_at],
    ['actor', shown.actor.id, logged.actor.id],
    ['actor', shown.actor.type, logged.actor.type],
    ['user', shown.user_id, logged.subject],
    ['request', shown.request_id, logged.request_id],
    ['resource', resourceOf(shown), logged.resource],
    ...Object.entries(logged.metadata).map(([name, value]) => [name, shown.metadata[name], value] as const),
  ];
  const differing = pairs.find(([, one, other]) => JSON.stringify(one) !== JSON.stringify(other));
  if (differing !== undefined) return differing[0];
  const further = Object.keys(shown.metadata).find((name) => !Object.hasOwn(logged.metadata, name));
  if (logged.private_digest !== null) return null;
  return further ?? (shown.ip !== null ? 'address' : null) ?? (shown.user_agent !== null ? 'device' : null);
}

function resourceOf({ resource, resource_type: type }: Entry): string | null {
  return resource === null ? type : `${type}:${resource}`;
}
