import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type Properties, resourcesOf, templatesWith } from './templates.js';

/** Both templates, with all that can be switched on. */
export const templates = templatesWith({ mailFrom: 'files@example.org', encryptContents: true });
export const resources = resourcesOf(templates);

/** The properties of all resources of a type, in the order of the templates. */
export function ofType(type: string): Properties[] {
  return resources.filter(({ Type }) => Type === type).map(({ Properties }) => Properties);
}

/** The properties of the one resource of a type. */
export function only(type: string): Properties {
  const [first, ...others] = ofType(type);
  assert.ok(first !== undefined && others.length === 0, `one ${type}`);
  return first;
}

/** What is at a path such as `Rules.0.Status`. Undefined when there is nothing. */
export function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, name) => (inner as Properties | undefined)?.[name], value);
}

/** The members of a list. */
export function list(value: unknown): Properties[] {
  assert.ok(Array.isArray(value), 'a list');
  return value as Properties[];
}

/** The container of the service in a list of resources. */
export function containerIn(all = resources): Properties {
  const task = all.find(({ Type }) => Type === 'AWS::ECS::TaskDefinition');
  return list(task?.Properties.ContainerDefinitions)[0]!;
}

/** The value of a variable of the service. */
export function variable(name: string, all = resources): unknown {
  return list(containerIn(all).Environment).find(({ Name }) => Name === name)?.Value;
}

/** The names of the secrets that the service gets, sorted. */
export function secretNames(all = resources): string[] {
  return list(containerIn(all).Secrets)
    .map(({ Name }) => Name as string)
    .sort();
}

/** A file of the service, by its path in the repository. */
export function fileOfService(path: string): string {
  return readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');
}
