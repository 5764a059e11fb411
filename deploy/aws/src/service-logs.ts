import { RemovalPolicy } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { FilterPattern, LogGroup, MetricFilter, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { LOG_GROUP } from './log-group-name.js';

const NAMESPACE = 'microservices-api';

/** Parts of the service whose errors are about the audit trail. */
const AUDIT_LOGGERS = ['AuditWriter', 'HeldRecords', 'LogAlarm', 'Sequencer'];
const WITNESS_LOGGERS = ['Witness', 'WitnessOutage'];

/** The log of all tasks, and what is counted in it. */
export class ServiceLogs extends Construct {
  readonly group: LogGroup;
  /** Errors about the audit trail: records that wait, a log that contradicts its witness. */
  readonly auditErrors: Metric;
  /** The witness cannot be reached or read. */
  readonly witnessErrors: Metric;
  /** Everything else that is a fault of the service. */
  readonly otherErrors: Metric;

  constructor(scope: Construct, id: string, key: IKey) {
    super(scope, id);
    this.group = new LogGroup(this, 'Group', {
      logGroupName: LOG_GROUP,
      encryptionKey: key,
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const any = (names: readonly string[]) => names.map((name) => `$.context = "${name}"`).join(' || ');
    const none = (names: readonly string[]) => names.map((name) => `$.context != "${name}"`).join(' && ');
    this.auditErrors = this.#count('AuditErrors', `(${any(AUDIT_LOGGERS)})`);
    this.witnessErrors = this.#count('WitnessErrors', `(${any(WITNESS_LOGGERS)})`);
    this.otherErrors = this.#count('OtherErrors', none([...AUDIT_LOGGERS, ...WITNESS_LOGGERS]));
  }

  #count(metricName: string, condition: string): Metric {
    const filter = new MetricFilter(this, metricName, {
      logGroup: this.group,
      metricNamespace: NAMESPACE,
      metricName,
      filterPattern: FilterPattern.literal(`{ ($.level = "error" || $.level = "fatal") && ${condition} }`),
      metricValue: '1',
      defaultValue: 0,
    });
    return filter.metric({ statistic: 'Sum' });
  }
}
