import { Template } from 'aws-cdk-lib/assertions';
import { Deployment } from '../src/deployment.js';

/** The settings of the tests. */
export const SETTINGS = {
  host: 'files.example.org',
  zoneId: 'Z0000000000000000000',
  zoneName: 'example.org',
  imageTag: '0.1.0',
  size: 'medium',
  alarmMail: 'operator@example.org',
};

export type Properties = Readonly<Record<string, unknown>>;

export interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly Properties: Properties;
}

export interface Templates {
  readonly base: object;
  readonly service: object;
}

/** The templates of both stacks. */
export function templatesWith(settings: Record<string, unknown> = {}): Templates {
  const { base, service } = new Deployment({ ...SETTINGS, ...settings });
  return { base: Template.fromStack(base).toJSON(), service: Template.fromStack(service).toJSON() };
}

export function resourcesOf({ base, service }: Templates): Resource[] {
  return [base, service].flatMap((template) =>
    Object.values((template as { Resources: Record<string, Resource> }).Resources),
  );
}
