import type { AccessEvents } from '../../events/access-events.js';
import { isResource, type Resource } from './resource.js';
import { codes, OTHER, type RecordTable } from './record-table.js';

const API_ACTIVITY = 6003;

export const ACCESS_RECORDS = {
  'access.denied': {
    action: 'ACCESS_DENIED',
    outcome: 'denied',
    codes: codes('warning', [API_ACTIVITY, 2], ['web', 'denied']),
    about: ({ userId, resource }) => ({ subject: userId, resource: known(resource) }),
    metadata: ({ reason }) => ({ reason }),
  },
  'rate.limited': {
    action: 'RATE_LIMITED',
    outcome: 'denied',
    codes: codes('warning', [API_ACTIVITY, OTHER], ['web', 'denied']),
    about: ({ userId }) => ({ subject: userId, resource: null }),
    metadata: ({ reason }) => ({ reason }),
  },
} as const satisfies RecordTable<AccessEvents>;

/** @throws for a resource of an unknown type, which is a bug. */
function known(resource: string): Resource {
  if (isResource(resource)) return resource;
  throw new Error(`unknown type of resource: "${resource}"`);
}
