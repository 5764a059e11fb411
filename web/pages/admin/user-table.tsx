import { useState } from 'preact/hooks';
import { api } from '../../api/access.js';
import type { ListedUser, User } from '../../api/types.js';
import { Icon } from '../../parts/icon.js';
import { ListStates } from '../../parts/list-states.js';
import { LongTable } from '../../parts/long-table.js';
import { SearchField } from '../../parts/search-field.js';
import { sizeOf } from '../../parts/size.js';
import { briefOf, momentOf } from '../../parts/time.js';
import { usePagedList } from '../../parts/use-paged-list.js';
import { UserDialog } from './user-dialog.js';

/** Everybody with an account, newest first. */
export function UserTable({ me }: { readonly me: User }) {
  const [search, setSearch] = useState('');
  const [list, state] = usePagedList<ListedUser>(
    (cursor, signal) =>
      api.users.list({ query: { limit: 100, cursor, search: search || undefined }, signal }),
    [search],
  );
  const [shown, setShown] = useState<string | null>(null);
  const user = state.items.find(({ id }) => id === shown);
  return (
    <section class="users" aria-labelledby="users-head">
      <div class="users-head">
        <h2 id="users-head">Users</h2>
        <SearchField label="Search e-mails" longest={254} take={setSearch} />
      </div>
      <ListStates
        list={list}
        state={state}
        empty={
          <div class="empty">
            <Icon name="people" />
            <h2>Nobody has such an e-mail</h2>
          </div>
        }
      >
        <LongTable
          list={list}
          state={state}
          heads={[
            { name: 'User', class: 'name' },
            { name: 'Storage', class: 'size used' },
            { name: 'Since', class: 'time' },
          ]}
          row={(row) => <UserCells user={row} show={setShown} />}
        />
      </ListStates>
      {user !== undefined && (
        <UserDialog
          user={user}
          isMe={user.id === me.id}
          changed={(part) => list.change(user.id, part)}
          gone={() => void list.take(user.id)}
          close={() => setShown(null)}
        />
      )}
    </section>
  );
}

interface UserCellsProps {
  readonly user: ListedUser;
  readonly show: (id: string) => void;
}

function UserCells({ user, show }: UserCellsProps) {
  const { id, email, name, created, disabled } = user;
  return (
    <>
      <td class="name">
        <span class="kind">
          <Icon name={disabled === null ? 'person' : 'lock'} />
        </span>
        <span class="what">
          <button type="button" class="open" title={email} onClick={() => show(id)}>
            {name === null ? email : `${name} · ${email}`}
          </button>
          <span class="under small quiet number">{storedOf(user)}</span>
        </span>
        <Marks user={user} />
      </td>
      <td class="size used number">{storedOf(user)}</td>
      <td class="time">
        <time dateTime={created} title={momentOf(created)}>
          {briefOf(created)}
        </time>
      </td>
    </>
  );
}

/** What sets a user apart from others. */
export function Marks({ user }: { readonly user: ListedUser }) {
  return (
    <>
      {user.disabled !== null && <span class="chip warn">disabled</span>}
      {user.roles
        .filter((role) => role !== 'user')
        .map((role) => (
          <span key={role} class="chip accent">
            {role}
          </span>
        ))}
    </>
  );
}

function storedOf({ storage: { used, quota } }: ListedUser): string {
  return quota === null ? sizeOf(used) : `${sizeOf(used)} of ${sizeOf(quota)}`;
}
