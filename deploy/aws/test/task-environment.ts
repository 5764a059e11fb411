import { DescribeTaskDefinitionCommand, ECSClient } from '@aws-sdk/client-ecs';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/**
 * The variables of a task, as ECS would give them to it: those of its definition, and those whose values it reads from
 * Secrets Manager.
 */
export async function taskEnvironment(taskDefinition: string): Promise<Record<string, string>> {
  const answer = await new ECSClient().send(new DescribeTaskDefinitionCommand({ taskDefinition }));
  const [container] = answer.taskDefinition?.containerDefinitions ?? [];
  if (container === undefined) throw new Error(`${taskDefinition} has no container`);
  const variables = Object.fromEntries(
    (container.environment ?? []).map(({ name, value }) => [name!, value!]),
  );
  const secrets = new SecretsManagerClient();
  for (const { name, valueFrom } of container.secrets ?? []) {
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: valueFrom }));
    variables[name!] = SecretString!;
  }
  return variables;
}
