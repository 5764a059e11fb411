import type { Node } from 'constructs';
import { isSecret } from './service-secrets.js';
import { type Size, SIZES } from './size.js';

/** The formats of the service's log (`LOG_FORMAT`). */
export type LogFormat = 'pino' | 'ecs';

/** What differs between installations. It comes from the context: `cdk.json`, or `--context NAME=VALUE`. */
export interface Settings {
  /** The name that people type. */
  readonly host: string;
  /** The zone in Route 53 that has the host. */
  readonly zone: { readonly id: string; readonly name: string };
  /** The tag of the service's image in the registry. */
  readonly imageTag: string;
  readonly size: Size;
  /** Who is told of alarms. */
  readonly alarmMail: string;
  /** The sender of mails. Null when the service sends none. */
  readonly mailFrom: string | null;
  /** True when the service encrypts contents itself (`ENCRYPTION_KEY`), besides what S3 does. */
  readonly encryptContents: boolean;
  /** Of the lines of the log, which alarms count: `LOG_FORMAT` among the further variables. */
  readonly logFormat: LogFormat;
  /** Further variables of the service, without secrets. */
  readonly environment: Readonly<Record<string, string>>;
}

/** @throws Error that names the setting, when one is missing or invalid. */
export function readSettings(node: Node): Settings {
  const size = text(node, 'size');
  if (!(size in SIZES)) throw new Error(`size must be one of ${Object.keys(SIZES).join(', ')}`);
  const host = text(node, 'host');
  const zone = { id: text(node, 'zoneId'), name: text(node, 'zoneName') };
  if (host !== zone.name && !host.endsWith(`.${zone.name}`))
    throw new Error('host must be in the zone zoneName');
  const further = environment(node.tryGetContext('environment') ?? {});
  return {
    host,
    zone,
    imageTag: text(node, 'imageTag'),
    size: SIZES[size as keyof typeof SIZES],
    alarmMail: text(node, 'alarmMail'),
    mailFrom: node.tryGetContext('mailFrom') === undefined ? null : text(node, 'mailFrom'),
    // The command line gives text.
    encryptContents: [true, 'true'].includes(node.tryGetContext('encryptContents') as boolean | string),
    logFormat: logFormat(further.LOG_FORMAT),
    environment: further,
  };
}

function text(node: Node, name: string): string {
  const value: unknown = node.tryGetContext(name);
  if (typeof value !== 'string' || value === '') throw new Error(`${name} is not set`);
  return value;
}

function logFormat(text = 'pino'): LogFormat {
  if (text !== 'pino' && text !== 'ecs') throw new Error('environment: LOG_FORMAT must be pino or ecs');
  return text;
}

function environment(values: unknown): Record<string, string> {
  if (typeof values !== 'object') throw new Error('environment must be an object in cdk.json');
  const entries = Object.entries(values as object);
  for (const [name, value] of entries) {
    if (typeof value !== 'string') throw new Error(`environment: ${name} must be a text`);
    if (isSecret(name))
      throw new Error(`environment: ${name} is a secret, which only Secrets Manager may have`);
  }
  return Object.fromEntries(entries);
}
