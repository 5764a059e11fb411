import { RemovalPolicy } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { FilterPattern, LogGroup, MetricFilter, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { LOG_GROUP } from './log-group-name.js';
import type { LogFormat } from './settings.js';

const NAMESPACE = 'microservices-api';

/** Parts of the service whose errors are about the audit trail. */
const AUDIT_LOGGERS = ['AuditWriter', 'HeldRecords', 'LogAlarm', 'Sequencer', 'Witness'];
const WITNESS_LOGGERS = ['WitnessOutage'];
const COSIGNATURE_LOGGERS = ['CosignatureCollector'];

/** Where a line has its level and its logger, in each format of the service's log. */
const FIELDS: Readonly<Record<LogFormat, { readonly level: string; readonly logger: string }>> = {
  pino: { level: '$.level', logger: '$.context' },
  // Names with dots in them.
  ecs: { level: "$.['log.level']", logger: "$.['log.logger']" },
};

/** The log of all tasks, and what is counted in it. */
export class ServiceLogs extends Construct {
  readonly group: LogGroup;
  /** Errors about the audit trail: records that wait, a log that contradicts its witness, a witness that was put back. */
  readonly auditErrors: Metric;
  /** The witness cannot be reached or read. */
  readonly witnessErrors: Metric;
  /** A witness of others has not cosigned. */
  readonly cosignatureErrors: Metric;
  /** Everything else that is a fault of the service. */
  readonly otherErrors: Metric;

  constructor(scope: Construct, id: string, key: IKey, format: LogFormat) {
    super(scope, id);
    this.group = new LogGroup(this, 'Group', {
      logGroupName: LOG_GROUP,
      encryptionKey: key,
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const { level, logger } = FIELDS[format];
    const any = (names: readonly string[]) => names.map((name) => `${logger} = "${name}"`).join(' || ');
    const none = (names: readonly string[]) => names.map((name) => `${logger} != "${name}"`).join(' && ');
    const count = (name: string, condition: string) =>
      this.#count(name, `(${level} = "error" || ${level} = "fatal") && ${condition}`);
    this.auditErrors = count('AuditErrors', `(${any(AUDIT_LOGGERS)})`);
    this.witnessErrors = count('WitnessErrors', `(${any(WITNESS_LOGGERS)})`);
    this.cosignatureErrors = count('CosignatureErrors', `(${any(COSIGNATURE_LOGGERS)})`);
    this.otherErrors = count(
      'OtherErrors',
      none([...AUDIT_LOGGERS, ...WITNESS_LOGGERS, ...COSIGNATURE_LOGGERS]),
    );
  }

  #count(metricName: string, condition: string): Metric {
    const filter = new MetricFilter(this, metricName, {
      logGroup: this.group,
      metricNamespace: NAMESPACE,
      metricName,
      filterPattern: FilterPattern.literal(`{ ${condition} }`),
      metricValue: '1',
      defaultValue: 0,
    });
    return filter.metric({ statistic: 'Sum' });
  }
}
