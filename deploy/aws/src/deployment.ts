import { App, Tags } from 'aws-cdk-lib';
import { BaseStack } from './base-stack.js';
import { ServiceStack } from './service-stack.js';
import { readSettings } from './settings.js';

/** Both stacks, in an app with the settings in its context. */
export class Deployment extends App {
  readonly base: BaseStack;
  readonly service: ServiceStack;

  /** @param context the settings, for tests. Otherwise they come from `cdk.json` and the command line. */
  constructor(context?: Record<string, unknown>) {
    super({ context, analyticsReporting: false });
    // The scaling decides how many tasks run. A number in the template would be set again at each deployment.
    this.node.setContext('@aws-cdk/aws-ecs:removeDefaultDesiredCount', true);
    const settings = readSettings(this.node);
    this.base = new BaseStack(this, 'MicroservicesApiBase', { terminationProtection: true });
    this.service = new ServiceStack(this, 'MicroservicesApi', {
      base: this.base,
      settings,
      terminationProtection: true,
    });
    Tags.of(this).add('application', 'microservices-api');
  }
}
