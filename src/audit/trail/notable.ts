import { type Action, ACTIONS } from '../record/actions.js';

/** What users do all day: most entries are of these, and succeeded. */
const EVERYDAY: readonly Action[] = [
  'USER_LOGIN',
  'TOKEN_REFRESH',
  'FILE_UPLOAD',
  'FILE_LIST',
  'FILE_DOWNLOAD',
  'FILE_RENAME',
  'FILE_DELETE',
];

/** True for all other entries, named `e`. Word for word the condition of two indexes, which SQLite uses for nothing less. */
export const NOTABLE = `(e.outcome <> 'success' OR e.action NOT IN (${EVERYDAY.map((name) => `'${name}'`).join(', ')}))`;

/** The actions that a filter means, which are actions and groups such as `FILE_*`. */
export function actionsMeant(filter: readonly string[]): Action[] {
  return (Object.keys(ACTIONS) as Action[]).filter((action) =>
    filter.some((pattern) =>
      pattern.endsWith('*') ? action.startsWith(pattern.slice(0, -1)) : action === pattern,
    ),
  );
}

/** Whether a filter leaves notable entries only. */
export function meansNotable(filter: {
  readonly action?: readonly string[];
  readonly outcome?: string;
}): boolean {
  if (filter.outcome !== undefined && filter.outcome !== 'success') return true;
  return (
    filter.action !== undefined && !actionsMeant(filter.action).some((action) => EVERYDAY.includes(action))
  );
}
