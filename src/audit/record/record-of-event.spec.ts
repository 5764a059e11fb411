import { describe, expect, it } from '@jest/globals';
import { createSecretKey } from 'node:crypto';
import { byAnonymous, bySystem, byUser } from '../../events/event-actor.js';
import { cutBytes, recordOfEvent } from './record-of-event.js';

const key = createSecretKey(Buffer.alloc(32, 1));
const request = { requestId: 'r1', ip: '203.0.113.7', userAgent: 'x'.repeat(511) + 'é' };

describe('recordOfEvent', () => {
  it('separates personal values from the entry', () => {
    const record = recordOfEvent(
      {
        type: 'file.uploaded',
        actor: byUser('u', request),
        ownerId: 'u',
        fileId: 'f',
        name: 'diary.txt',
        size: 1,
        sha256: 'ab',
        mimeType: 'text/plain',
      },
      key,
    );
    expect(record).toMatchObject({
      action: 'FILE_UPLOAD',
      outcome: 'success',
      subject: 'u',
      actorType: 'user',
      actorId: 'u',
      resource: 'file:f',
      requestId: 'r1',
      ip: '203.0.113.7',
      metadata: { size: 1, sha256: 'ab' },
      personal: { filename: 'diary.txt', mime_type: 'text/plain' },
    });
    expect(Buffer.byteLength(record.userAgent!)).toBe(511);
  });

  it('names the acting key, and has no request for actions of the service', () => {
    const fields = { type: 'user.profile_updated', userId: 'u', fields: ['name'] } as const;
    const byKey = recordOfEvent(
      { ...fields, actor: { type: 'key', userId: 'u', keyId: 'k', scopes: [], roles: [], request } },
      key,
    );
    expect(byKey.metadata).toEqual({ fields: ['name'], by_key: 'k' });
    const own = recordOfEvent({ type: 'system.stopped', actor: bySystem, instance: 'i' }, key);
    expect(own).toMatchObject({ actorType: 'system', requestId: null, ip: null, userAgent: null });
  });

  it('never stores an unknown e-mail, and hashes all of its spellings alike', () => {
    const hash = (email: string) => {
      const record = recordOfEvent(
        {
          type: 'user.sign_in_failed',
          actor: byAnonymous(request),
          userId: null,
          email,
          reason: 'unknown_email',
        },
        key,
      );
      expect(record).toMatchObject({ subject: null, personal: null, actorId: null });
      return record.metadata.email_hash;
    };
    expect(hash('My-Password')).toBe(hash(' my-password '));
    expect(hash('My-Password')).not.toBe(hash('other'));
  });

  it('cuts at whole characters', () => {
    expect(cutBytes('aé', 2)).toBe('a');
    expect(cutBytes('aé', 3)).toBe('aé');
    expect(cutBytes('😀😀', 5)).toBe('😀');
  });
});
