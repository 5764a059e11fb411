import { ACMClient, RequestCertificateCommand } from '@aws-sdk/client-acm';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import {
  CreateSecretCommand,
  GetRandomPasswordCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { Properties, Resource } from './templates.js';

interface Template {
  readonly Resources: Record<string, Resource>;
  readonly Parameters?: Record<string, unknown>;
}

/** A stack as moto made it. */
export interface MadeStack {
  readonly outputs: Readonly<Record<string, string>>;
  /** The types of the resources that moto made. */
  readonly made: readonly string[];
  /** The types of those that moto does not know, and passes over. */
  readonly passedOver: readonly string[];
}

/** Gives templates to the CloudFormation of moto. */
export class MotoStacks {
  readonly #stacks = new CloudFormationClient();
  readonly #secrets = new SecretsManagerClient();
  readonly #certificates = new ACMClient();

  /** @throws Error with the reason when moto does not complete the stack. */
  async make(StackName: string, template: object): Promise<MadeStack> {
    const { adapted, without } = await this.#adapt(template as Template);
    await this.#stacks.send(new CreateStackCommand({ StackName, TemplateBody: adapted }));
    const { Stacks: [stack] = [] } = await this.#stacks.send(new DescribeStacksCommand({ StackName }));
    if (stack?.StackStatus !== 'CREATE_COMPLETE')
      throw new Error(`${StackName}: ${stack?.StackStatus} ${stack?.StackStatusReason}`);
    const listed = await this.#stacks.send(new ListStackResourcesCommand({ StackName }));
    const made = (listed.StackResourceSummaries ?? []).flatMap(({ ResourceType }) => ResourceType || []);
    const types = Object.values((template as Template).Resources).map(({ Type }) => Type);
    return {
      outputs: Object.fromEntries(
        (stack.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey!, OutputValue!]),
      ),
      made,
      passedOver: [...new Set(types)].filter((type) => !made.includes(type) && !without.has(type)).sort(),
    };
  }

  /**
   * What moto's CloudFormation cannot make is made beside it (the secrets and the certificate) or left out (the record
   * in a zone that is not there, the tags of the key, the group of parameters of the database).
   */
  async #adapt({ Parameters: _bootstrap, ...template }: Template) {
    const resources: Record<string, Resource> = {};
    const names = new Map<string, string>();
    for (const [id, resource] of Object.entries(template.Resources)) {
      const { Type, Properties } = resource;
      if (Type === 'AWS::SecretsManager::Secret') names.set(id, await this.#makeSecret(Properties));
      else if (Type === 'AWS::CertificateManager::Certificate')
        names.set(id, await this.#makeCertificate(Properties));
      else if (Type !== 'AWS::Route53::RecordSet')
        resources[id] = { ...resource, Properties: known(resource) };
    }
    const adapted = JSON.stringify({ ...template, Resources: resources }, (_key, value: unknown) => {
      const ref =
        typeof value === 'object' && value !== null && 'Ref' in value
          ? names.get(value.Ref as string)
          : undefined;
      return ref ?? value;
    });
    return { adapted, without: WITHOUT };
  }

  /** Makes a secret as CloudFormation does: with a generated value, or with none. @returns its ARN. */
  async #makeSecret({ Name, GenerateSecretString: rule }: Properties): Promise<string> {
    const value = rule === undefined ? undefined : await this.#generate(rule as GenerateRule);
    const { ARN } = await this.#secrets.send(
      new CreateSecretCommand({ Name: Name as string, SecretString: value }),
    );
    return ARN!;
  }

  async #makeCertificate({ DomainName }: Properties): Promise<string> {
    const command = new RequestCertificateCommand({ DomainName: DomainName as string });
    return (await this.#certificates.send(command)).CertificateArn!;
  }

  async #generate({ PasswordLength, ExcludePunctuation }: GenerateRule): Promise<string> {
    const command = new GetRandomPasswordCommand({ PasswordLength, ExcludePunctuation });
    return (await this.#secrets.send(command)).RandomPassword!;
  }
}

interface GenerateRule {
  readonly PasswordLength: number;
  readonly ExcludePunctuation: boolean;
}

const WITHOUT = new Set([
  'AWS::SecretsManager::Secret',
  'AWS::CertificateManager::Certificate',
  'AWS::Route53::RecordSet',
]);

/** The property of a type on which moto fails. */
const FAILING: Readonly<Record<string, string>> = {
  'AWS::KMS::Key': 'Tags',
  'AWS::RDS::DBInstance': 'DBParameterGroupName',
};

function known({ Type, Properties }: Resource): Properties {
  return Object.fromEntries(Object.entries(Properties).filter(([name]) => name !== FAILING[Type]));
}
