import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { ReadinessChecks, type RegisteredCheck } from '../../common/lifecycle/readiness-check.js';
import type { AppConfig } from '../../config/app-config.js';
import { FreeSpace, type SpaceReservation } from './free-space.js';
import type { ObjectStorage } from '../storage/object-storage.js';

const MIB = 1024 * 1024;
const RESERVE = 10 * MIB;
const CHUNK = 64 * 1024;

/** A disk with less free space after every write. */
class Disk {
  looks = 0;
  constructor(public free: number) {}

  async freeBytes(): Promise<number> {
    this.looks++;
    await new Promise((resolve) => setImmediate(resolve));
    return this.free;
  }
}

function spaceOn(disk: Disk): { space: FreeSpace; checks: ReadinessChecks } {
  const checks = new ReadinessChecks();
  const config = { database: { kind: 'postgres' }, files: { minFreeBytes: RESERVE } } as unknown as AppConfig;
  return { space: new FreeSpace(disk as unknown as ObjectStorage, config, checks, new Registry()), checks };
}

/** Sends `bytes` through a reservation, as an upload does. @returns whether all of them were admitted. */
async function send(disk: Disk, room: SpaceReservation, bytes: number): Promise<boolean> {
  for (let sent = 0; sent < bytes; sent += CHUNK) {
    try {
      await room.count(CHUNK);
    } catch {
      return false;
    }
    disk.free -= CHUNK;
    if (sent % (8 * CHUNK) === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return true;
}

describe('FreeSpace', () => {
  it.each([
    ['with their length', true],
    ['in chunks', false],
  ])('never touches the reserve, however many uploads of 3 MiB come at once, %s', async (_, announced) => {
    const disk = new Disk(RESERVE + 20 * MIB);
    const { space } = spaceOn(disk);
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const room = await space.reserve(announced ? 3 * MIB : null).catch(() => null);
        const whole = room !== null && (await send(disk, room, 3 * MIB));
        room?.release();
        return whole;
      }),
    );
    expect(disk.free).toBeGreaterThanOrEqual(RESERVE);
    const stored = outcomes.filter((whole) => whole).length;
    expect(stored).toBeLessThanOrEqual(6);
    if (announced) expect(stored).toBe(6);
  });

  it('gives back what an upload has announced and not sent', async () => {
    const disk = new Disk(RESERVE + 4 * MIB);
    const { space } = spaceOn(disk);
    const room = await space.reserve(3 * MIB);
    await expect(space.reserve(2 * MIB)).rejects.toMatchObject({ code: 'storage_full' });
    room.release();
    room.release();
    await expect(space.reserve(4 * MIB)).resolves.toBeDefined();
    await expect(space.reserve(1)).rejects.toMatchObject({ code: 'storage_full' });
  });

  it('ends an upload in the middle when somebody else fills the disk', async () => {
    const disk = new Disk(RESERVE + 100 * MIB);
    const { space } = spaceOn(disk);
    const room = await space.reserve(50 * MIB);
    expect(await send(disk, room, 2 * MIB)).toBe(true);
    disk.free = RESERVE - 1;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await send(disk, room, 2 * MIB)).toBe(false);
  });

  it('looks at the disk once for many small uploads', async () => {
    const disk = new Disk(Infinity);
    const { space } = spaceOn(disk);
    for (let upload = 0; upload < 100; upload++) (await space.reserve(CHUNK)).release();
    expect(disk.looks).toBeLessThan(10);
  });

  it('looks at the disk of the embedded database, too, when the bytes go to a bucket', async () => {
    const bucket = new Disk(Infinity) as unknown as ObjectStorage;
    const database = { kind: 'sqlite', file: join(tmpdir(), 'app.sqlite') };
    const spaceBelow = (minFreeBytes: number) =>
      new FreeSpace(
        bucket,
        { database, files: { minFreeBytes } } as unknown as AppConfig,
        new ReadinessChecks(),
        new Registry(),
      );
    await expect(spaceBelow(Number.MAX_SAFE_INTEGER).reserve(1)).rejects.toMatchObject({
      code: 'storage_full',
    });
    await expect(spaceBelow(0).reserve(Number.MAX_SAFE_INTEGER)).resolves.toBeDefined();
  });

  it('says to whoever asks that space is low', async () => {
    const disk = new Disk(RESERVE);
    const { checks } = spaceOn(disk);
    const [{ name, check }] = checks.entries() as [RegisteredCheck];
    expect([name, await check()]).toEqual(['free_space', undefined]);
    disk.free--;
    expect(await check()).toContain('uploads are refused');
  });
});
