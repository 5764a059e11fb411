import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { SERVICE_SECRETS } from '../src/service-secrets.js';

/** Gives each secret that has no value yet a random one. It never changes a value and never shows one. */
async function fillSecrets(): Promise<void> {
  const client = new SecretsManagerClient();
  for (const { name, make } of SERVICE_SECRETS) {
    if (await hasValue(client, name)) console.log(`${name}: has a value`);
    else if (make === null) console.log(`${name}: set it yourself if you need it`);
    else {
      await client.send(new PutSecretValueCommand({ SecretId: name, SecretString: make() }));
      console.log(`${name}: filled`);
    }
  }
}

/** @throws when the secret itself is not there: the stack makes it. */
async function hasValue(client: SecretsManagerClient, SecretId: string): Promise<boolean> {
  try {
    await client.send(new GetSecretValueCommand({ SecretId }));
    return true;
  } catch (error) {
    // Also the answer when there is no such secret. Then it cannot be filled, either.
    if (error instanceof ResourceNotFoundException) return false;
    throw error;
  }
}

await fillSecrets();
