import { describe, expect, it } from '@jest/globals';
import { partsOf, matchingResources } from './resource.js';

const ID = '019ab1c2-7d3e-7a41-9c55-0d6f5f0c2b11';

describe('the resource of an entry', () => {
  it.each([
    [`file:${ID}`, ID, 'file'],
    ['instance:host:8080', 'host:8080', 'instance'],
    ['route:GET /api/admin/users/:id', 'GET /api/admin/users/:id', 'route'],
    ['files', null, 'files'],
    [null, null, null],
  ])('is split in %s into the id %s and the type %s', (stored, resource, resourceType) =>
    expect(partsOf(stored)).toEqual({ resource, resourceType }),
  );

  it('is matched by its type and id, and by its id among other types', () => {
    expect(matchingResources(`file:${ID.toUpperCase()}`)).toEqual([`file:${ID}`]);
    expect(matchingResources(ID)).toEqual(expect.arrayContaining([`file:${ID}`, `user:${ID}`]));
    expect(matchingResources('files')).toContain('files');
    expect(matchingResources('GET /api/admin/users/:id')).toContain('route:GET /api/admin/users/:id');
  });
});
