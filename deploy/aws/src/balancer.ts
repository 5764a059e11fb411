import { Duration } from 'aws-cdk-lib';
import { SubnetType } from 'aws-cdk-lib/aws-ec2';
import { Certificate, CertificateValidation } from 'aws-cdk-lib/aws-certificatemanager';
import {
  ApplicationLoadBalancer,
  type ApplicationListener,
  ApplicationProtocol,
  ApplicationTargetGroup,
  ListenerAction,
  ListenerCondition,
  SslPolicy,
  TargetGroupLoadBalancingAlgorithmType,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { ARecord, HostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { LoadBalancerTarget } from 'aws-cdk-lib/aws-route53-targets';
import { Construct } from 'constructs';
import type { Network } from './network.js';
import { SERVICE_PORT } from './ports.js';
import { PUBLIC_PATHS } from './public-paths.js';
import type { Settings } from './settings.js';

/** Values of conditions that one rule of a listener may have. */
const PATHS_PER_RULE = 5;

/**
 * The only public part: an application load balancer that ends TLS (1.2 and 1.3), and redirects HTTP to HTTPS.
 * It keeps no access log, because tokens of links to files would be in it.
 */
export class Balancer extends Construct {
  readonly loadBalancer: ApplicationLoadBalancer;
  readonly targets: ApplicationTargetGroup;

  constructor(scope: Construct, id: string, network: Network, { host, zone }: Settings) {
    super(scope, id);
    const hostedZone = HostedZone.fromHostedZoneAttributes(this, 'Zone', {
      hostedZoneId: zone.id,
      zoneName: zone.name,
    });
    const certificate = new Certificate(this, 'Certificate', {
      domainName: host,
      validation: CertificateValidation.fromDns(hostedZone),
    });
    this.loadBalancer = new ApplicationLoadBalancer(this, 'LoadBalancer', {
      vpc: network.vpc,
      vpcSubnets: { subnetType: SubnetType.PUBLIC },
      securityGroup: network.balancer,
      internetFacing: true,
      http2Enabled: true,
      dropInvalidHeaderFields: true,
      deletionProtection: true,
      // The service closes an idle connection after 65 s, so that the balancer does it first.
      idleTimeout: Duration.seconds(60),
    });
    this.targets = this.#targets(network);
    const listener = this.loadBalancer.addListener('Https', {
      port: 443,
      protocol: ApplicationProtocol.HTTPS,
      certificates: [certificate],
      sslPolicy: SslPolicy.RECOMMENDED_TLS,
      open: false,
      defaultAction: ListenerAction.fixedResponse(404, {
        contentType: 'application/json',
        messageBody: '{"type":"about:blank","title":"No such route","status":404,"code":"route_not_found"}',
      }),
    });
    this.#forward(listener);
    this.loadBalancer.addRedirect({ open: false });
    const target = RecordTarget.fromAlias(new LoadBalancerTarget(this.loadBalancer));
    new ARecord(this, 'Name', { zone: hostedZone, recordName: `${host}.`, target });
  }

  #targets(network: Network): ApplicationTargetGroup {
    return new ApplicationTargetGroup(this, 'Targets', {
      vpc: network.vpc,
      protocol: ApplicationProtocol.HTTP,
      port: SERVICE_PORT,
      targetType: TargetType.IP,
      // Some requests hash a password, so turns would be unfair.
      loadBalancingAlgorithmType: TargetGroupLoadBalancingAlgorithmType.LEAST_OUTSTANDING_REQUESTS,
      // ECS stops a task only after this time, in which uploads and downloads end.
      deregistrationDelay: Duration.seconds(60),
      // ECS also replaces a task that fails here. A failover of the database takes up to two minutes, during
      // which no task is ready and each answers 503 itself; a task that hangs fails its own health check.
      healthCheck: {
        path: '/ready',
        interval: Duration.seconds(15),
        timeout: Duration.seconds(5),
        healthyThresholdCount: 2,
        unhealthyThresholdCount: 10,
      },
    });
  }

  #forward(listener: ApplicationListener): void {
    for (let from = 0; from < PUBLIC_PATHS.length; from += PATHS_PER_RULE) {
      const paths = PUBLIC_PATHS.slice(from, from + PATHS_PER_RULE);
      listener.addAction(`Paths${from}`, {
        priority: from + 1,
        conditions: [ListenerCondition.pathPatterns(paths)],
        action: ListenerAction.forward([this.targets]),
      });
    }
  }
}
