import { describe, expect, it } from '@jest/globals';
import { createSecretKey } from 'node:crypto';
import { byAnonymous, byUser } from '../events/domain-event.js';
import { cutBytes, recordOfEvent } from './record-of-event.js';

const key = createSecretKey(Buffer.alloc(32, 1));
const context = { requestId: 'r1', ip: '203.0.113.7', userAgent: 'x'.repeat(511) + 'é' };

describe('recordOfEvent', () => {
  it('keeps what is personal apart from what stays', () => {
    const record = recordOfEvent(
      {
        type: 'file.uploaded',
        actor: byUser('u'),
        ownerId: 'u',
        fileId: 'f',
        name: 'diary.txt',
        size: 1,
        sha256: 'ab',
        mimeType: 'text/plain',
      },
      context,
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
      metadata: { size: 1, sha256: 'ab', mime_type: 'text/plain' },
      personal: { filename: 'diary.txt' },
    });
    expect(Buffer.byteLength(record.userAgent!)).toBe(511);
  });

  it('never keeps an unknown e-mail, and hashes its spellings alike', () => {
    const hash = (email: string) => {
      const record = recordOfEvent(
        { type: 'user.sign_in_failed', actor: byAnonymous, userId: null, email },
        undefined,
        key,
      );
      expect(record).toMatchObject({ subject: null, personal: null, ip: null, requestId: null });
      return record.metadata.email_hash;
    };
    expect(hash('My-Password')).toBe(hash(' my-password '));
    expect(hash('My-Password')).not.toBe(hash('other'));
  });

  it('replaces metadata that would exceed 4 KiB', () => {
    const record = recordOfEvent(
      {
        type: 'user.profile_updated',
        actor: byUser('u'),
        userId: 'u',
        fields: Array<string>(1000).fill('field'),
      },
      undefined,
      key,
    );
    expect(record.metadata).toEqual({ omitted_bytes: expect.any(Number) });
  });

  it('cuts at whole characters', () => {
    expect(cutBytes('aé', 2)).toBe('a');
    expect(cutBytes('aé', 3)).toBe('aé');
    expect(cutBytes('😀😀', 5)).toBe('😀');
  });
});
