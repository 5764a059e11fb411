import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { at, containerIn, list, ofType, only, variable } from './found.js';

describe('tasks', () => {
  const group = only('AWS::ElasticLoadBalancingV2::TargetGroup');

  it('end in order: the balancer first, then the service, then ECS', () => {
    const drain = list(group.TargetGroupAttributes).find(
      ({ Key }) => Key === 'deregistration_delay.timeout_seconds',
    );
    assert.equal(drain?.Value, '60');
    assert.ok(Number(variable('SHUTDOWN_GRACE_SECONDS')) < Number(containerIn().StopTimeout));
  });

  it('are judged by /ready, and replaced only after the longest failover of the database', () => {
    assert.equal(group.HealthCheckPath, '/ready');
    assert.ok(Number(group.HealthCheckIntervalSeconds) * Number(group.UnhealthyThresholdCount) >= 150);
    assert.match(String(at(containerIn(), 'HealthCheck.Command.3')), /\/health/);
  });

  it('cannot write anywhere but in their storage', () => {
    assert.equal(containerIn().ReadonlyRootFilesystem, true);
    const places = list(containerIn().MountPoints).map(({ ContainerPath }) => ContainerPath);
    assert.deepEqual(places, ['/var/lib/storage']);
  });

  it('become more by processor time and by requests, within the size', () => {
    const { MinCapacity, MaxCapacity } = only('AWS::ApplicationAutoScaling::ScalableTarget');
    assert.deepEqual([MinCapacity, MaxCapacity], [2, 6]);
    // A number here would be set again at each deployment.
    assert.equal(only('AWS::ECS::Service').DesiredCount, undefined);
    const specification =
      'TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification.PredefinedMetricType';
    const metrics = ofType('AWS::ApplicationAutoScaling::ScalingPolicy').map((policy) =>
      at(policy, specification),
    );
    assert.deepEqual(metrics, ['ECSServiceAverageCPUUtilization', 'ALBRequestCountPerTarget']);
  });
});
