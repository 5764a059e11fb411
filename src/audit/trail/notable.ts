import { type Action, ACTIONS } from '../record/actions.js';

/** The frequent actions. Most entries are of these, with the outcome success. */
const EVERYDAY: readonly Action[] = [
  'USER_LOGIN',
  'TOKEN_REFRESH',
  'FILE_UPLOAD',
  'FILE_LIST',
  'FILE_DOWNLOAD',
  'FILE_RENAME',
  'FILE_DELETE',
];

/**
 * True for all other entries, named `e`. It is exactly the condition of two indexes, because SQLite uses them
 * only for an identical condition.
 */
export const NOTABLE = `(e.outcome <> 'success' OR e.action NOT IN (${EVERYDAY.map((name) => `'${name}'`).join(', ')}))`;

/** The actions that a filter selects. It has single actions and groups such as `FILE_*`. */
export function selectedActions(filter: readonly string[]): Action[] {
  return (Object.keys(ACTIONS) as Action[]).filter((action) =>
    filter.some((pattern) =>
      pattern.endsWith('*') ? action.startsWith(pattern.slice(0, -1)) : action === pattern,
    ),
  );
}

/** True when a filter selects only notable entries. */
export function selectsNotable(filter: {
  readonly action?: readonly string[];
  readonly outcome?: string;
}): boolean {
  if (filter.outcome !== undefined && filter.outcome !== 'success') return true;
  return (
    filter.action !== undefined && !selectedActions(filter.action).some((action) => EVERYDAY.includes(action))
  );
}
