import type { ComponentType } from 'preact';
import type { Role, User } from '../api/types.js';
import type { IconName } from '../parts/icon.js';
import { lazy } from '../parts/lazy.js';
import { PageBones } from '../parts/page-bones.js';

/** A page of the console, with its address. */
export interface Place {
  readonly path: string;
  readonly name: string;
  readonly icon: IconName;
  readonly Page: ComponentType<PageProps>;
  /** The role that it is for. Undefined for everybody. */
  readonly role?: Role;
}

export interface PageProps {
  readonly user: User;
}

type Loader = () => Promise<ComponentType<PageProps>>;

const page = (load: Loader) => lazy<PageProps>(load, <PageBones />);

const PLACES: readonly Place[] = [
  {
    path: '/',
    name: 'Files',
    icon: 'files',
    Page: page(async () => (await import('../pages/files/files-page.js')).FilesPage),
  },
  {
    path: '/links',
    name: 'Links',
    icon: 'link',
    Page: page(async () => (await import('../pages/links/links-page.js')).LinksPage),
  },
  {
    path: '/trash',
    name: 'Trash',
    icon: 'trash',
    Page: page(async () => (await import('../pages/trash/trash-page.js')).TrashPage),
  },
  {
    path: '/activity',
    name: 'Activity',
    icon: 'activity',
    Page: page(async () => (await import('../pages/activity/activity-page.js')).ActivityPage),
  },
  {
    path: '/security',
    name: 'Security',
    icon: 'shield',
    Page: page(async () => (await import('../pages/security/security-page.js')).SecurityPage),
  },
  {
    path: '/admin',
    name: 'Admin',
    icon: 'people',
    Page: page(async () => (await import('../pages/admin/admin-page.js')).AdminPage),
    role: 'admin',
  },
];

/** The pages that a user can go to. */
export function placesFor({ roles }: User): readonly Place[] {
  return PLACES.filter(({ role }) => role === undefined || roles.includes(role));
}
