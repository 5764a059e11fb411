import type { Resource } from './templates.js';

/** A statement of a policy, as templates have it. */
export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

/** The statements of all policies but those of keys, whose resource `*` is the key itself. */
export function statementsOf(resources: readonly Resource[]): Statement[] {
  return resources.flatMap(({ Properties }) =>
    ['PolicyDocument', 'RepositoryPolicyText', 'ResourcePolicy', 'AssumeRolePolicyDocument'].flatMap(
      (name) => (Properties[name] as { Statement: Statement[] } | undefined)?.Statement ?? [],
    ),
  );
}

/** Each action with a resource, of which one has a wildcard, in order. A resource of the template is cut to its end. */
export function wildcardsOf({ Action, Resource }: Statement): string[] {
  const actions: readonly string[] = typeof Action === 'string' ? [Action] : Action;
  const resources = [Resource].flat().map(shown);
  return actions
    .flatMap((action) => resources.map((resource) => `${action} on ${resource}`))
    .filter((pair) => pair.includes('*'))
    .sort();
}

/** A text as it is, and of a joined one what follows the reference. */
function shown(resource: unknown): string {
  if (typeof resource === 'string') return resource;
  const text = JSON.stringify(resource ?? null);
  const [, end] = /"Fn::Join".*"([^"]*)"\]\]\}$/.exec(text) ?? [];
  return end === undefined ? text : `…${end}`;
}
