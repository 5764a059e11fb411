import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Client } from '../support/client.js';
import { answered, axeFindings, ConsoleStage, PHONE, SCREENS, signIn } from '../support/console.js';

interface Managed {
  readonly email: string;
  readonly roles: string[];
  readonly disabled: string | null;
  readonly storage: { readonly quota: number | null };
}

describe('the admin page of the console', () => {
  const stage = ConsoleStage.set();
  let admin: Client;
  let page: Page;
  beforeAll(async () => {
    admin = await stage.server.userWithRole('admin');
  });

  const managed = async ({ email }: Client): Promise<Managed> => {
    const search = encodeURIComponent(email);
    return (await admin.json<Managed[]>('GET', `/api/admin/users?search=${search}`)).body[0]!;
  };

  it.each(SCREENS)('shows whether the service is well, and what runs, on $name', async (screen) => {
    page = await stage.open(screen);
    await signIn(page, admin, '/admin');
    await page.getByText('All 10 checks are fine.').waitFor();
    await page.getByText(`0.1.0, on Node.js ${process.versions.node}`).waitFor();
    expect(await page.getByRole('list', { name: 'Checks' }).getByRole('listitem').count()).toBe(10);
    expect(await axeFindings(page)).toEqual([]);
  });

  it('tells which part does not work', async () => {
    page = await stage.open(PHONE);
    await stage.server.breakStorage(true);
    try {
      await signIn(page, admin, '/admin');
      await page.getByText(/of 10 checks needs? attention\.$/).waitFor();
      await page.getByText('Storage of files does not work').waitFor();
      expect(await axeFindings(page)).toEqual([]);
    } finally {
      await stage.server.breakStorage(false);
    }
  });

  it.each(SCREENS)('invites somebody by keyboard, and revokes an invitation, on $name', async (screen) => {
    page = await stage.open(screen);
    await signIn(page, admin, '/admin');
    await page.getByText('No invitation waits for an answer.').waitFor();
    await page.getByRole('button', { name: 'Invite somebody' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Invite somebody' }).waitFor();
    const email = `guest-${screen.width}@example.org`;
    await page.keyboard.type(email);
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Enter');
    const link = new URL(await page.getByLabel('The link').inputValue());
    expect(await axeFindings(page)).toEqual([]);
    const invitation = new URLSearchParams(link.hash.slice(1)).get('token');
    const registration = { email, password: 'a calm river under stones', invitation };
    await page.getByRole('button', { name: 'I have kept it' }).press('Enter');
    await page.getByRole('button', { name: `Revoke the invitation of ${email}` }).click();
    const confirm = page.getByRole('button', { name: 'Revoke it?' });
    await answered(page, 'DELETE', () => confirm.click());
    await page.getByText('No invitation waits for an answer.').waitFor();
    expect((await stage.server.client().json('POST', '/api/users/register', registration)).status).toBe(400);
  });

  it.each(SCREENS)('finds a user, and changes role, quota and sessions, on $name', async (screen) => {
    const bob = await stage.server.user();
    page = await stage.open(screen);
    await signIn(page, admin, '/admin');
    await page.getByLabel('Search e-mails').fill(bob.email.toUpperCase());
    const row = page.getByRole('button', { name: bob.email });
    await page.getByRole('cell').getByRole('button', { name: admin.email }).waitFor({ state: 'detached' });
    await row.click();
    await page.getByRole('heading', { name: bob.email }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByLabel('Auditor: reads the trail of everybody').click();
    await page.getByText(`${bob.email} is auditor now.`).waitFor();
    await page.getByLabel('Quota: no limit').selectOption('Of their own');
    await page.getByLabel('Gigabytes').fill('1.5');
    await page.keyboard.press('Enter');
    await page.getByText(`The quota of ${bob.email} was set.`).waitFor();
    await page.getByLabel('Quota: 1.5 GB').waitFor();
    expect(await managed(bob)).toMatchObject({
      roles: ['user', 'auditor'],
      storage: { quota: 1_500_000_000 },
    });

    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await page.getByRole('button', { name: 'Sign them out?' }).click();
    await page.getByText(`${bob.email} was signed out everywhere.`).waitFor();
    expect((await bob.json('GET', '/api/users/me')).status).toBe(401);

    await page.getByRole('button', { name: 'Disable', exact: true }).click();
    await page.getByRole('button', { name: 'Disable the account?' }).click();
    await page.getByText(`${bob.email} is disabled.`).waitFor();
    expect((await managed(bob)).disabled).not.toBeNull();
    await page.getByRole('button', { name: 'Enable', exact: true }).click();
    await page.getByText(`${bob.email} can sign in again.`).waitFor();
    expect((await managed(bob)).disabled).toBeNull();
  });

  it('is left by who is no admin any more, and shows nobody who is gone', async () => {
    const second = await stage.server.userWithRole('admin');
    const gone = await stage.server.user();
    page = await stage.open();
    await signIn(page, second, '/admin');
    await page.getByRole('cell').getByRole('button', { name: gone.email }).click();
    await gone.json('DELETE', '/api/users/me', { password: gone.password });
    await page.getByLabel('Auditor: reads the trail of everybody').click();
    await page.getByText('There is no user with this id.').waitFor();
    await page.getByRole('cell').getByRole('button', { name: gone.email }).waitFor({ state: 'detached' });
    expect(await page.getByRole('dialog').count()).toBe(0);

    await page.getByRole('cell').getByRole('button', { name: admin.email }).click();
    await admin.json('DELETE', `/api/admin/users/${second.userId}/roles/admin`);
    await page.getByLabel('Auditor: reads the trail of everybody').click();
    await page.getByRole('heading', { name: 'Files', exact: true, level: 1 }).waitFor();
    expect(await page.getByRole('link', { name: 'Admin' }).count()).toBe(0);
  });

  it('lets admins not lock themselves out, and is not there for others', async () => {
    page = await stage.open();
    await signIn(page, admin, '/admin');
    await page.getByLabel('Search e-mails').fill(admin.email);
    await page.getByRole('cell').getByRole('button', { name: admin.email }).click();
    expect(await page.getByLabel('Admin: manages users').isDisabled()).toBe(true);
    expect(await page.getByRole('button', { name: 'Disable', exact: true }).count()).toBe(0);

    page = await stage.open();
    await signIn(page, await stage.server.user(), '/admin');
    await page.getByRole('heading', { name: 'Files', exact: true }).waitFor();
    expect(await page.getByRole('link', { name: 'Admin' }).count()).toBe(0);
  });
});
