import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { AppConfig } from '../../config/app-config.js';
import type { DomainEvent } from '../../events/domain-event.js';
import { byAnonymous } from '../../events/event-actor.js';
import type { DomainEvents } from '../../events/domain-events.js';
import { HashBudget } from './hash-budget.js';
import { HASHES_AT_ONCE } from './hash-capacity.js';

describe('HashBudget', () => {
  let budget: HashBudget;
  let published: DomainEvent[];
  beforeEach(() => {
    jest.useFakeTimers({ now: 0 });
    published = [];
    const publishRefusal = (event: DomainEvent) => Promise.resolve(void published.push(event));
    const config = { auth: { bcryptCost: 14 } } as unknown as AppConfig;
    budget = new HashBudget(config, { publishRefusal } as unknown as DomainEvents);
  });
  afterEach(() => void jest.useRealTimers());

  const from = (ip: string) => byAnonymous({ requestId: 'r', ip, userAgent: null });
  const spend = (ip: string) => budget.spend(from(ip), () => Promise.resolve('done'));
  async function spendAll(ip: string): Promise<number> {
    for (let spent = 0; ; spent++) {
      const outcome = await spend(ip).catch((error: { code: string }) => error.code);
      if (outcome !== 'done') return (expect(outcome).toBe('rate_limited'), spent);
    }
  }

  it('allows an address 104 hashes at once for each core but one, then 31 a minute, independent of other addresses', async () => {
    expect(await spendAll('203.0.113.1')).toBe(Math.floor(104.17 * HASHES_AT_ONCE));
    await expect(spend('203.0.113.1')).rejects.toMatchObject({
      headers: { 'Retry-After': String(Math.ceil(1.92 / HASHES_AT_ONCE)) },
    });
    expect(await spend('203.0.113.2')).toBe('done');
    jest.advanceTimersByTime(60_000);
    expect(await spendAll('203.0.113.1')).toBe(Math.floor(31.25 * HASHES_AT_ONCE));
    jest.advanceTimersByTime(3_600_000);
    expect(await spendAll('203.0.113.1')).toBe(Math.floor(104.17 * HASHES_AT_ONCE));
  });

  it('counts an IPv6 network as one address, and records it once in 15 minutes', async () => {
    await spendAll('2001:db8:1:2::1');
    await expect(spend('2001:db8:1:2:ffff::2')).rejects.toMatchObject({ code: 'rate_limited' });
    await expect(spend('2001:db8:1:2:ffff::3')).rejects.toMatchObject({ code: 'rate_limited' });
    expect(await spend('2001:db8:1:3::1')).toBe('done');
    expect(published).toEqual([
      { type: 'rate.limited', actor: from('2001:db8:1:2::1'), userId: null, reason: 'passwords' },
    ]);
    jest.advanceTimersByTime(16 * 60_000);
    await spendAll('2001:db8:1:2::1');
    expect(published).toHaveLength(2);
  });

  it('gives back the budget of a hash that was not made', async () => {
    const all = await spendAll('203.0.113.1');
    for (let i = 0; i < 2 * all; i++)
      await budget.spend(from('203.0.113.2'), () => Promise.reject(new Error('busy'))).catch(() => undefined);
    expect(await spendAll('203.0.113.2')).toBe(all);
  });
});
