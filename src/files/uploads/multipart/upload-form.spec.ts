import { describe, expect, it } from '@jest/globals';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { receiveUpload } from './upload-form.js';

describe('receiveUpload', () => {
  it('refuses at once a request that was closed before it could be read', async () => {
    const request = new IncomingMessage(new Socket());
    request.headers['content-type'] = 'multipart/form-data; boundary=b';
    request.destroy();
    const stored: unknown[] = [];
    const upload = receiveUpload(request, 10, (source) => Promise.resolve(stored.push(source)));
    await expect(upload).rejects.toMatchObject({ code: 'malformed_upload' });
    expect(stored).toEqual([]);
  }, 2000);
});
