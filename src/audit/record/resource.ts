import { parseId } from '../../common/ids.js';

/** Types of resources whose id is a UUID. */
const UUID_TYPES = [
  'audit',
  'factor',
  'file',
  'invitation',
  'key',
  'session',
  'share',
  'upload',
  'user',
] as const;
/** Types of resources with another id. */
const NAME_TYPES = ['instance', 'route'] as const;
const TYPES = [...UUID_TYPES, ...NAME_TYPES] as const;
/** Resources without an id: all files of a user, the whole audit trail, all users. */
const COLLECTIONS = ['audit', 'files', 'users'] as const;

/** A resource in an entry: `TYPE:ID`, or a collection. */
export type Resource = `${(typeof TYPES)[number]}:${string}` | (typeof COLLECTIONS)[number];

/** A resource in two parts. A collection has no id. */
export interface ResourceParts {
  readonly resource: string | null;
  readonly resourceType: string | null;
}

/** True when the text has a known type or is a collection. */
export function isResource(text: string): text is Resource {
  return typeOf(text) !== null || (COLLECTIONS as readonly string[]).includes(text);
}

/** Splits a resource into its id and its type. */
export function partsOf(resource: string | null): ResourceParts {
  if (resource === null) return { resource: null, resourceType: null };
  const type = typeOf(resource);
  return type === null
    ? { resource: null, resourceType: resource }
    : { resource: resource.slice(type.length + 1), resourceType: type };
}

/**
 * The resources that a filter matches. The filter is `TYPE:ID`, or an `ID` of any type, or a collection.
 * UUIDs may be in upper case.
 */
export function matchingResources(filter: string): string[] {
  const type = typeOf(filter);
  if (type !== null) {
    const id = filter.slice(type.length + 1);
    return [`${type}:${parseId(id) ?? id}`];
  }
  const uuid = parseId(filter);
  if (uuid !== null) return UUID_TYPES.map((each) => `${each}:${uuid}`);
  return [filter, ...NAME_TYPES.map((each) => `${each}:${filter}`)];
}

function typeOf(text: string): string | null {
  return TYPES.find((type) => text.startsWith(`${type}:`)) ?? null;
}
