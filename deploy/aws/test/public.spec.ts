import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PUBLIC_PATHS } from '../src/public-paths.js';
import { at, fileOfService, list, ofType, only } from './found.js';

const EVERYBODY = ['0.0.0.0/0', '::/0'];
/** Other spellings of paths that nobody outside may reach. */
const HIDDEN = [
  '/metrics',
  '/Metrics',
  '/metrics/',
  '//metrics',
  '/%6detrics',
  '/ready',
  '/READY',
  '/./ready',
];

describe('what is public', () => {
  it('is the balancer alone', () => {
    assert.equal(only('AWS::ElasticLoadBalancingV2::LoadBalancer').Scheme, 'internet-facing');
    const network = at(only('AWS::ECS::Service'), 'NetworkConfiguration.AwsvpcConfiguration');
    assert.equal(at(network, 'AssignPublicIp'), 'DISABLED');
    assert.equal(only('AWS::RDS::DBInstance').PubliclyAccessible, false);
    for (const subnet of ofType('AWS::EC2::Subnet')) assert.equal(subnet.MapPublicIpOnLaunch, false);
  });

  it('is on two ports: no other rule lets everybody in', () => {
    const inline = ofType('AWS::EC2::SecurityGroup').flatMap(({ SecurityGroupIngress = [] }) =>
      list(SecurityGroupIngress),
    );
    const rules = [...inline, ...ofType('AWS::EC2::SecurityGroupIngress')];
    const [open, closed] = [true, false].map((wanted) =>
      rules.filter((rule) => 'SourceSecurityGroupId' in rule !== wanted),
    );
    assert.deepEqual(
      open!.map(({ CidrIp, FromPort, ToPort }) => `${String(CidrIp)} ${String(FromPort)}-${String(ToPort)}`),
      ['0.0.0.0/0 80-80', '0.0.0.0/0 443-443'],
    );
    assert.equal(closed!.length, 2);
    assert.ok(
      closed!.every(
        ({ CidrIp, CidrIpv6 }) => ![CidrIp, CidrIpv6].some((from) => EVERYBODY.includes(from as string)),
      ),
    );
  });

  it('is no way out of the subnets of the database', () => {
    const subnets = list(only('AWS::RDS::DBSubnetGroup').SubnetIds).map((subnet) => at(subnet, 'Ref'));
    assert.equal(subnets.length, 2);
    const tables = ofType('AWS::EC2::SubnetRouteTableAssociation')
      .filter(({ SubnetId }) => subnets.includes(at(SubnetId, 'Ref')))
      .map(({ RouteTableId }) => at(RouteTableId, 'Ref'));
    assert.equal(tables.length, 2);
    const routed = ofType('AWS::EC2::Route').map(({ RouteTableId }) => at(RouteTableId, 'Ref'));
    assert.equal(routed.length, 4);
    assert.ok(routed.every((table) => !tables.includes(table)));
  });

  it('is no object of the bucket', () => {
    assert.deepEqual(only('AWS::S3::Bucket').PublicAccessBlockConfiguration, {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
  });

  it('has the paths of the ingress and of the console', () => {
    const ingress = fileOfService('deploy/kubernetes/ingress.yaml');
    const paths = [...ingress.matchAll(/path: (\S+)/g)].map(([, path]) => path!);
    const [, addresses = ''] =
      /ADDRESSES = \[([^\]]*)\]/.exec(fileOfService('src/console/console.controller.ts')) ?? [];
    const pages = [...addresses.matchAll(/'([^']*)'/g)].map(([, page]) => `/${page!}`);
    assert.ok(paths.length > 5 && pages.length > 5);
    for (const path of [...paths, ...pages, '/assets/x.js', '/s/token'])
      assert.ok(isPublic(path) || isPublic(`${path}/x`), path);
  });

  it('has neither /metrics nor /ready, in any spelling', () => {
    for (const path of HIDDEN) assert.ok(!isPublic(path), path);
  });

  it('is forwarded by rules that have all these paths, at most five each', () => {
    const values = ofType('AWS::ElasticLoadBalancingV2::ListenerRule').map(
      (rule) => at(rule, 'Conditions.0.PathPatternConfig.Values') as string[],
    );
    assert.ok(values.every(({ length }) => length <= 5));
    assert.deepEqual(values.flat(), PUBLIC_PATHS);
  });
});

/** What a path pattern of a listener matches: `*` any characters, upper and lower case apart. */
function isPublic(path: string): boolean {
  return PUBLIC_PATHS.some((pattern) => new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(path));
}
