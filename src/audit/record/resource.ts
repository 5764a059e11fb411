import { parseId } from '../../common/ids.js';

/** What a UUID in an entry can be the id of. */
const UUID_TYPES = ['audit', 'file', 'key', 'session', 'user'] as const;
/** What any other id can be. */
const NAME_TYPES = ['instance', 'route'] as const;
const TYPES = [...UUID_TYPES, ...NAME_TYPES] as const;
/** Resources that are none of many: all files of a user, the whole trail, all users. */
const COLLECTIONS = ['audit', 'files', 'users'] as const;

/** A resource as an entry has it: `TYPE:ID`, or a collection. */
export type Resource = `${(typeof TYPES)[number]}:${string}` | (typeof COLLECTIONS)[number];

/** A resource in two parts; a collection has no id. */
export interface ResourceParts {
  readonly resource: string | null;
  readonly resourceType: string | null;
}

/** Whether the text has one of the types, or is a collection. */
export function isResource(text: string): text is Resource {
  return typeOf(text) !== null || (COLLECTIONS as readonly string[]).includes(text);
}

/** The id and what it is the id of. */
export function partsOf(resource: string | null): ResourceParts {
  if (resource === null) return { resource: null, resourceType: null };
  const type = typeOf(resource);
  return type === null
    ? { resource: null, resourceType: resource }
    : { resource: resource.slice(type.length + 1), resourceType: type };
}

/** The resources that a filter means, which is `TYPE:ID`, or an `ID` of any type, or a collection. UUIDs in any case. */
export function resourcesMeant(filter: string): string[] {
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
