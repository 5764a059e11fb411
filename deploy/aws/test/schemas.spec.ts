import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CfnService } from 'aws-cdk-lib/aws-ecs';
import { Deployment } from '../src/deployment.js';
import { SETTINGS } from './templates.js';

const STRICT = {
  '@aws-cdk/core:failSynthOnValidationErrors': true,
  '@aws-cdk/core:strictCfnValidateErrors': true,
};

describe('templates', () => {
  it('follow the schemas of CloudFormation', () => validate(() => undefined));

  it('would be refused for a value of the wrong type', () => {
    const spoil = ({ service }: Deployment) => {
      const services = service.node.findAll().filter((construct) => construct instanceof CfnService);
      assert.equal(services.length, 1);
      services[0]!.addPropertyOverride('DesiredCount', 'many');
    };
    assert.throws(() => validate(spoil), /Validation failed/);
  });
});

/** Synthesizes with the schemas of CloudFormation. The other tests do without, because reading these takes long. */
function validate(change: (deployment: Deployment) => void): void {
  const deployment = new Deployment({ ...SETTINGS, ...STRICT });
  change(deployment);
  process.env.CDK_VALIDATION = 'true';
  try {
    deployment.synth();
  } finally {
    process.env.CDK_VALIDATION = 'false';
  }
}
