import { ConnectionError } from '../../clients/typescript/src/main.js';
import { access, api, onLeave } from '../api/access.js';
import { connection } from '../api/connection.js';
import { describe } from '../api/files.js';
import { readProfile } from '../api/profile.js';
import { isGone } from '../api/refusal.js';
import type { StoredFile, UnfinishedUpload } from '../api/types.js';
import { inBackground } from '../parts/background.js';
import { Store } from '../parts/store.js';
import { forgetUpload, noteUpload, readJournal } from './journal.js';
import { Speed } from './speed.js';
import type { TusTransfer } from './tus-transfer.js';

/** `parted`: begun before a reload; the browser needs the file once more. */
export type UploadState = 'waiting' | 'running' | 'paused' | 'parted' | 'failed' | 'done';

/** A file on its way to the service, as the page shows it. */
export interface Upload {
  readonly key: number;
  readonly name: string;
  readonly size: number;
  readonly state: UploadState;
  readonly sent: number;
  /** Bytes a second. */
  readonly speed: number;
  readonly error: unknown;
}

/** What belongs to an upload, but is not shown. */
interface Work {
  file: File | null;
  uploadId: string | null;
  readonly replaces: string | null;
  readonly speed: Speed;
  transfer: TusTransfer | null;
  /** Where it last went on by itself. It does not do so twice without progress: the fault may be the file. */
  resumedAt: number | null;
}

const AT_ONCE = 3;
const REDRAW_MS = 200;

export const uploads = new Store<readonly Upload[]>([]);
/** The file that arrived last, by an upload or from the trash. */
export const arrived = new Store<StoredFile | null>(null);

const works = new Map<number, Work>();
/** Changes that are not shown yet: progress comes more often than anybody can see. */
const pending = new Map<number, Partial<Upload>>();
let redraw: ReturnType<typeof setTimeout> | undefined;
let last = 0;

connection.follow((now) => {
  if (now !== 'good') return;
  flush();
  for (const { key, error, sent } of uploads.value) {
    const work = works.get(key)!;
    if (!(error instanceof ConnectionError) || work.resumedAt === sent) continue;
    work.resumedAt = sent;
    resume(key);
  }
});
addEventListener('beforeunload', (event) => {
  if (uploads.value.some(({ state }) => state === 'running' || state === 'waiting')) event.preventDefault();
});
onLeave(() => void dropAll());

/** Sends files. One that was begun before goes on where it was. @param replaces the id of the file that gets a new content. */
export function add(files: readonly File[], replaces: string | null = null): void {
  const fresh: Upload[] = [];
  for (const file of files) {
    const parted = replaces === null ? findParted(file) : undefined;
    if (parted !== undefined) {
      works.get(parted.key)!.file = file;
      change(parted.key, { state: 'waiting' });
      continue;
    }
    const key = ++last;
    works.set(key, { file, uploadId: null, replaces, speed: new Speed(), transfer: null, resumedAt: null });
    fresh.push({ key, name: file.name, size: file.size, state: 'waiting', sent: 0, speed: 0, error: null });
  }
  uploads.value = [...uploads.value, ...fresh];
  startWaiting();
}

export function pause(key: number): void {
  void works.get(key)?.transfer?.pause();
  change(key, { state: 'paused', speed: 0 });
  startWaiting();
}

export function resume(key: number): void {
  change(key, { state: 'waiting', error: null });
  startWaiting();
}

/** Ends an upload for good, here and on the service. */
export function cancel(key: number): void {
  const work = works.get(key);
  remove(key);
  startWaiting();
  if (work === undefined) return;
  inBackground(endWork(work));
}

/** Takes those that are done from the list. */
export function clearDone(): void {
  for (const { key, state } of uploads.value) if (state === 'done') works.delete(key);
  uploads.value = uploads.value.filter(({ state }) => state !== 'done');
}

/** Lists what was begun in this browser before a reload. */
export async function recall(userId: string): Promise<void> {
  const own = Object.entries(readJournal()).filter(([, entry]) => entry.userId === userId);
  if (own.length === 0) return;
  const items = await api.uploads.list({ query: { limit: 200 } });
  for (const [id] of own) {
    const found = items.find((item) => item.id === id);
    if (found === undefined) forgetUpload(id);
    else if (![...works.values()].some(({ uploadId }) => uploadId === id)) recallOne(found);
  }
}

function recallOne({ id, name, length, offset }: UnfinishedUpload): void {
  const key = ++last;
  works.set(key, {
    file: null,
    uploadId: id,
    replaces: null,
    speed: new Speed(),
    transfer: null,
    resumedAt: null,
  });
  uploads.value = [
    ...uploads.value,
    { key, name, size: length, state: 'parted', sent: offset, speed: 0, error: null },
  ];
}

/** The same file: of the same name, size and time. */
function findParted(file: File): Upload | undefined {
  const journal = readJournal();
  return uploads.value.find(({ key, name, size, state }) => {
    if (state !== 'parted' || name !== file.name || size !== file.size) return false;
    return journal[works.get(key)!.uploadId!]?.lastModified === file.lastModified;
  });
}

function startWaiting(): void {
  flush();
  const running = uploads.value.filter(({ state }) => state === 'running').length;
  const waiting = uploads.value.filter(({ state }) => state === 'waiting');
  const next = waiting.slice(0, Math.max(0, AT_ONCE - running));
  for (const { key } of next) change(key, { state: 'running' });
  flush();
  for (const { key } of next) inBackground(start(key));
}

async function start(key: number): Promise<void> {
  const work = works.get(key)!;
  work.speed.reset();
  if (work.transfer === null) {
    const { TusTransfer } = await import('./tus-transfer.js');
    work.transfer = new TusTransfer(work.file!, work, {
      begun: (uploadId) => begun(work, uploadId),
      progressed: (bytes) => progressed(key, work, bytes),
      done: (fileId) => inBackground(done(key, work, fileId)),
      failed: (error) => failed(key, work, error),
    });
  }
  // It may have been paused or cancelled while the code was loaded.
  if (uploads.value.find((upload) => upload.key === key)?.state === 'running') work.transfer.start();
}

function begun(work: Work, uploadId: string): void {
  work.uploadId = uploadId;
  const now = access.value;
  if (now.state === 'in')
    noteUpload(uploadId, { lastModified: work.file!.lastModified, userId: now.user.id });
}

function progressed(key: number, { speed }: Work, bytes: number): void {
  speed.mark(bytes);
  change(key, { sent: bytes, speed: speed.value });
}

async function done(key: number, { uploadId }: Work, fileId: string): Promise<void> {
  if (uploadId !== null) forgetUpload(uploadId);
  const size = uploads.value.find((upload) => upload.key === key)?.size ?? 0;
  change(key, { state: 'done', sent: size, speed: 0 });
  startWaiting();
  arrived.value = await describe(fileId);
  await readProfile();
}

function failed(key: number, work: Work, error: unknown): void {
  // What the service does not know any more cannot go on; a new try begins at the start.
  if (isGone(error)) {
    if (work.uploadId !== null) forgetUpload(work.uploadId);
    work.uploadId = null;
    work.transfer = null;
  }
  change(key, { state: 'failed', speed: 0, error });
  startWaiting();
}

async function dropAll(): Promise<void> {
  const transfers = [...works.values()].flatMap(({ transfer }) => transfer ?? []);
  works.clear();
  pending.clear();
  uploads.value = [];
  await Promise.all(transfers.map((transfer) => transfer.pause()));
}

async function endWork(work: Work): Promise<void> {
  await work.transfer?.pause();
  // Known now, also when it was being created.
  const { uploadId } = work;
  if (uploadId === null) return;
  try {
    await api.uploads.delete({ path: { id: uploadId } });
  } catch (error) {
    if (!isGone(error)) throw error;
  }
  forgetUpload(uploadId);
  await readProfile();
}

function remove(key: number): void {
  works.delete(key);
  pending.delete(key);
  uploads.value = uploads.value.filter((upload) => upload.key !== key);
}

function change(key: number, part: Partial<Upload>): void {
  pending.set(key, { ...pending.get(key), ...part });
  redraw ??= setTimeout(flush, REDRAW_MS);
}

function flush(): void {
  clearTimeout(redraw);
  redraw = undefined;
  if (pending.size === 0) return;
  uploads.value = uploads.value.map((upload) => ({ ...upload, ...pending.get(upload.key) }));
  pending.clear();
}
