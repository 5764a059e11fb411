import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Operation, type Table } from 'aws-cdk-lib/aws-dynamodb';
import type { FargateService } from 'aws-cdk-lib/aws-ecs';
import { HttpCodeElb, HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Balancer } from './balancer.js';
import type { Database } from './database.js';
import type { ServiceLogs } from './service-logs.js';
import type { Settings } from './settings.js';

const GIB = 1024 ** 3;
const period = Duration.minutes(1);
const { GREATER_THAN_OR_EQUAL_TO_THRESHOLD: AT_LEAST, LESS_THAN_THRESHOLD: BELOW } = ComparisonOperator;

export interface AlarmsProps {
  readonly key: IKey;
  readonly settings: Settings;
  readonly balancer: Balancer;
  readonly service: FargateService;
  readonly database: Database;
  readonly table: Table;
  readonly logs: ServiceLogs;
}

/** What the operator is told of, by mail. Each alarm says what to do. */
export class Alarms extends Construct {
  readonly #action: SnsAction;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const topic = new Topic(this, 'Topic', { masterKey: props.key });
    topic.addSubscription(new EmailSubscription(props.settings.alarmMail));
    this.#action = new SnsAction(topic);
    this.#watchRequests(props);
    this.#watchTasks(props);
    this.#watchDatabase(props);
    this.#watchTrail(props);
  }

  #watchRequests({ balancer: { loadBalancer, targets } }: AlarmsProps): void {
    const { metrics } = loadBalancer;
    this.#alarm('BalancerErrors', 'The balancer itself answers 5xx: no task can be reached.', {
      metric: metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, { period, statistic: 'Sum' }),
      threshold: 10,
    });
    this.#alarm('ServiceErrors', 'The service answers 5xx: read the lines of level error in its log.', {
      metric: targets.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, { period, statistic: 'Sum' }),
      threshold: 10,
    });
    this.#alarm('UnhealthyTargets', 'A task is not ready: the lines "not ready" in its log name the part.', {
      metric: targets.metrics.unhealthyHostCount({ period, statistic: 'Maximum' }),
      threshold: 1,
      minutes: 3,
    });
  }

  #watchTasks({ service, settings: { size } }: AlarmsProps): void {
    this.#alarm('TasksBusy', `${size.tasks.most} tasks are not enough, or the scaling does not work.`, {
      metric: service.metricCpuUtilization({ period }),
      threshold: 85,
      minutes: 10,
    });
    this.#alarm('TasksFull', 'The tasks are short of memory: take a larger size.', {
      metric: service.metricMemoryUtilization({ period }),
      threshold: 85,
      minutes: 5,
    });
  }

  #watchDatabase({ database: { instance }, settings: { size } }: AlarmsProps): void {
    this.#alarm(
      'DatabaseFull',
      'Less than a tenth of the disk of the database is free, and it may not grow.',
      {
        metric: instance.metricFreeStorageSpace({ period, statistic: 'Minimum' }),
        threshold: (size.databaseGiB * GIB) / 10,
        comparison: BELOW,
        minutes: 5,
      },
    );
    this.#alarm(
      'DatabaseBusy',
      'The processor of the database is busy: look for slow queries, or take a larger size.',
      {
        metric: instance.metricCPUUtilization({ period }),
        threshold: 80,
        minutes: 10,
      },
    );
  }

  #watchTrail({ logs, table }: AlarmsProps): void {
    this.#alarm(
      'AuditErrors',
      'The audit trail is not whole, or records wait: see deploy/README.md, the last table.',
      {
        metric: logs.auditErrors.with({ period }),
        threshold: 1,
      },
    );
    this.#alarm('WitnessErrors', 'The witness cannot be reached or read: nothing new is published.', {
      metric: logs.witnessErrors.with({ period }),
      threshold: 1,
      minutes: 3,
    });
    this.#alarm(
      'CosignatureErrors',
      'A witness of others has not cosigned. An answer of 409 or 422 means that it has seen another log.',
      {
        metric: logs.cosignatureErrors.with({ period }),
        threshold: 1,
      },
    );
    this.#alarm('OtherErrors', 'The service has a fault that no other alarm is about: read its log.', {
      metric: logs.otherErrors.with({ period }),
      threshold: 5,
    });
    this.#alarm('WitnessTable', 'DynamoDB fails or refuses requests for the witness.', {
      metric: tableErrors(table),
      threshold: 1,
      minutes: 3,
    });
  }

  #alarm(
    id: string,
    alarmDescription: string,
    {
      metric,
      threshold,
      minutes = 1,
      comparison = AT_LEAST,
    }: { metric: IMetric; threshold: number; minutes?: number; comparison?: ComparisonOperator },
  ): void {
    const alarm = new Alarm(this, id, {
      alarmDescription,
      metric,
      threshold,
      evaluationPeriods: minutes,
      comparisonOperator: comparison,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(this.#action);
    alarm.addOkAction(this.#action);
  }
}

/** Requests that DynamoDB failed to answer or throttled. A condition that did not hold is none of them. */
function tableErrors(table: Table): IMetric {
  const operations = [Operation.GET_ITEM, Operation.PUT_ITEM];
  const failed = table.metricSystemErrorsForOperations({ operations, period });
  const throttled = new Metric({
    namespace: 'AWS/DynamoDB',
    metricName: 'WriteThrottleEvents',
    dimensionsMap: { TableName: table.tableName },
    statistic: 'Sum',
    period,
  });
  return new MathExpression({
    expression: 'FILL(failed, 0) + FILL(throttled, 0)',
    usingMetrics: { failed, throttled },
    period,
  });
}
