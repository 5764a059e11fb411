import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileOfService, list, ofType, only } from './found.js';
import { SETTINGS } from './templates.js';

const FOLDERS = ['src/audit/intake', 'src/audit/witness'];

describe('alarms', () => {
  it('are about requests, tasks, the database, the trail and its witness, and tell somebody', () => {
    const alarms = ofType('AWS::CloudWatch::Alarm');
    const metrics = alarms.map(({ MetricName, Metrics }) => MetricName ?? list(Metrics).map(({ Id }) => Id));
    assert.deepEqual(metrics, [
      ...['HTTPCode_ELB_5XX_Count', 'HTTPCode_Target_5XX_Count', 'UnHealthyHostCount'],
      ...['CPUUtilization', 'MemoryUtilization', 'FreeStorageSpace', 'CPUUtilization'],
      ...['AuditErrors', 'WitnessErrors', 'OtherErrors'],
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
    assert.equal(patterns.length, 3);
    const named = patterns.flatMap((text) =>
      [...text.matchAll(/context !?= "(\w+)"/g)].map(([, name]) => name!),
    );
    const loggers = [...new Set(named)];
    assert.equal(loggers.length, 6);
    for (const logger of loggers) {
      const file = `${logger.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}.ts`;
      const [source = ''] = FOLDERS.flatMap((folder) => contentOf(`${folder}/${file}`));
      assert.ok(source.includes(`new Logger(${logger}.name)`), logger);
    }
  });

  it('count no error twice', () => {
    const [audit, witness, others] = ofType('AWS::Logs::MetricFilter').map(({ FilterPattern }) =>
      String(FilterPattern),
    );
    const names = (text = '') =>
      [...text.matchAll(/context (!?=) "(\w+)"/g)].map(([, sign, name]) => `${sign} ${name}`);
    const counted = [...names(audit), ...names(witness)].map((name) => name.replace('=', '!='));
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
