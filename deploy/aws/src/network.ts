import {
  GatewayVpcEndpointAwsService,
  type ISecurityGroup,
  IpAddresses,
  Port,
  Peer,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { DATABASE_PORT, SERVICE_PORT } from './ports.js';

/**
 * Two zones with three kinds of subnets: the balancer's, which alone can be reached from outside, the tasks',
 * and the database's, which has no way out. Each part admits only the one before it.
 */
export class Network extends Construct {
  readonly vpc: Vpc;
  readonly balancer: ISecurityGroup;
  readonly tasks: ISecurityGroup;
  readonly database: ISecurityGroup;

  constructor(scope: Construct, id: string, { natGateways, mail }: { natGateways: number; mail: boolean }) {
    super(scope, id);
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr('10.0.0.0/16'),
      maxAzs: 2,
      natGateways,
      subnetConfiguration: [
        { name: 'balancer', subnetType: SubnetType.PUBLIC, mapPublicIpOnLaunch: false },
        { name: 'tasks', subnetType: SubnetType.PRIVATE_WITH_EGRESS },
        { name: 'database', subnetType: SubnetType.PRIVATE_ISOLATED },
      ],
      // The bytes of files and the witness do not go through a NAT gateway, which costs by the byte.
      gatewayEndpoints: {
        S3: { service: GatewayVpcEndpointAwsService.S3 },
        DynamoDb: { service: GatewayVpcEndpointAwsService.DYNAMODB },
      },
    });
    this.balancer = this.#group('BalancerGroup', 'from everywhere to the balancer');
    this.tasks = this.#group('TasksGroup', 'from the balancer to the tasks');
    this.database = this.#group('DatabaseGroup', 'from the tasks to the database');
    for (const port of [80, 443]) this.balancer.addIngressRule(Peer.anyIpv4(), Port.tcp(port));
    connect(this.balancer, this.tasks, SERVICE_PORT);
    connect(this.tasks, this.database, DATABASE_PORT);
    // AWS itself, and witnesses that co-sign checkpoints.
    this.tasks.addEgressRule(Peer.anyIpv4(), Port.tcp(443));
    if (mail) for (const port of [465, 587]) this.tasks.addEgressRule(Peer.anyIpv4(), Port.tcp(port));
  }

  /** The network of a single task, as `aws ecs run-task` takes it. */
  get forCommands(): string {
    const { subnetIds } = this.vpc.selectSubnets({ subnetType: SubnetType.PRIVATE_WITH_EGRESS });
    const groups = `securityGroups=[${this.tasks.securityGroupId}]`;
    return `awsvpcConfiguration={subnets=[${subnetIds.join(',')}],${groups}}`;
  }

  #group(id: string, description: string): SecurityGroup {
    return new SecurityGroup(this, id, { vpc: this.vpc, description, allowAllOutbound: false });
  }
}

function connect(from: ISecurityGroup, to: ISecurityGroup, port: number): void {
  to.addIngressRule(from, Port.tcp(port));
  from.addEgressRule(to, Port.tcp(port));
}
