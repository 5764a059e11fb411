import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileOfService, list, ofType, only } from './found.js';
import { resourcesOf, SETTINGS, templatesWith } from './templates.js';

const FOLDERS = ['src/audit/intake', 'src/audit/witness', 'src/audit/cosignatures'];

describe('alarms', () => {
  it('are about requests, tasks, the database, the trail and its witness, and tell somebody', () => {
    const alarms = ofType('AWS::CloudWatch::Alarm');
    const metrics = alarms.map(({ MetricName, Metrics }) => MetricName ?? list(Metrics).map(({ Id }) => Id));
    assert.deepEqual(metrics, [
      ...['HTTPCode_ELB_5XX_Count', 'HTTPCode_Target_5XX_Count', 'UnHealthyHostCount'],
      ...['CPUUtilization', 'MemoryUtilization', 'FreeStorageSpace', 'CPUUtilization'],
      ...['AuditErrors', 'WitnessErrors', 'CosignatureErrors', 'OtherErrors'],
      ['expr_1', 'failed', 'getitem', 'putitem', 'throttled'],
    ]);
    for (const { AlarmActions, AlarmDescription } of alarms) {
      assert.equal(list(AlarmActions).length, 1);
      assert.ok(String(AlarmDescription).length > 20);
    }
    assert.equal(only('AWS::SNS::Subscription').Endpoint, SETTINGS.alarmMail);
  });

  it('count the errors of loggers that the service has', () => {
    const patterns = ofType('AWS::Logs::MetricFilter').map(({ FilterPattern }) => String(FilterPattern));
    assert.equal(patterns.length, 4);
    const named = patterns.flatMap((text) =>
      [...text.matchAll(/context !?= "(\w+)"/g)].map(([, name]) => name!),
    );
    const loggers = [...new Set(named)];
    assert.equal(loggers.length, 7);
    for (const logger of loggers) {
      const file = `${logger.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}.ts`;
      const [source = ''] = FOLDERS.flatMap((folder) => contentOf(`${folder}/${file}`));
      assert.ok(source.includes(`new Logger(${logger}.name)`), logger);
    }
  });

  it('count the errors of every logger about trail and witness', () => {
    const patterns = ofType('AWS::Logs::MetricFilter').map(({ FilterPattern }) => String(FilterPattern));
    const [, loggers = ''] = /of the loggers (.+), and on/.exec(fileOfService('deploy/README.md')) ?? [];
    const named = [...loggers.matchAll(/`(\w+)`/g)].map(([, name]) => name!);
    assert.equal(named.length, 7);
    for (const name of named)
      assert.ok(
        patterns.some((text) => text.includes(` = "${name}"`)),
        name,
      );
  });

  it('ring during an outage of the witness, which is told again and again', () => {
    const alarm = ofType('AWS::CloudWatch::Alarm').find(({ MetricName }) => MetricName === 'WitnessErrors')!;
    const source = fileOfService('src/audit/witness/witness-outage.ts');
    const [, again = 'never'] = /AGAIN_MS = ([\d_]+);/.exec(source) ?? [];
    // Every period of the alarm has a line, wherever it begins.
    assert.ok(Number(again.replaceAll('_', '')) <= (Number(alarm.Period) * 1000) / 2);
  });

  it('count in either format of the log', () => {
    const ecs = resourcesOf(templatesWith({ environment: { LOG_FORMAT: 'ecs' } }));
    const patternsIn = (all: typeof ecs) =>
      all
        .filter(({ Type }) => Type === 'AWS::Logs::MetricFilter')
        .map(({ Properties }) => String(Properties.FilterPattern));
    const plain = patternsIn(resourcesOf(templatesWith({ environment: { LOG_FORMAT: 'pino' } })));
    assert.ok(plain.every((text) => text.includes('$.level = "error"') && text.includes('$.context')));
    const renamed = plain.map((text) =>
      text.replaceAll('$.level', "$.['log.level']").replaceAll('$.context', "$.['log.logger']"),
    );
    assert.deepEqual(patternsIn(ecs), renamed);
  });

  it('count no error twice', () => {
    const [audit, witness, cosignatures, others] = ofType('AWS::Logs::MetricFilter').map(
      ({ FilterPattern }) => String(FilterPattern),
    );
    const names = (text = '') =>
      [...text.matchAll(/context (!?=) "(\w+)"/g)].map(([, sign, name]) => `${sign} ${name}`);
    const counted = [...names(audit), ...names(witness), ...names(cosignatures)].map((name) =>
      name.replace('=', '!='),
    );
    assert.deepEqual(names(others), counted);
  });
});

/** The content of a file, or nothing when it is not there. */
function contentOf(path: string): string[] {
  try {
    return [fileOfService(path)];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
