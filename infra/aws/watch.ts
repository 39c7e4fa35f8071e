import { Duration } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { CfnApplication } from 'aws-cdk-lib/aws-emrserverless';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { DeploymentSettings } from './settings.js';
import type { WorkerService } from './worker-service.js';

/** What is watched. */
export interface WatchProps {
  readonly settings: DeploymentSettings;
  readonly workers: WorkerService;
  readonly application: CfnApplication;
}

/** Alarms that a person should act on, and the budget; a failed job is none of them, since a run deals with it. */
export class Watch extends Construct {
  constructor(scope: Construct, id: string, { settings, workers, application }: WatchProps) {
    super(scope, id);
    const key = new Key(this, 'Key', { enableKeyRotation: true, description: 'Alarms of Tempered' });
    key.grantEncryptDecrypt(new ServicePrincipal('cloudwatch.amazonaws.com'));
    const topic = new Topic(this, 'Alarms', { masterKey: key, enforceSSL: true });
    topic.addSubscription(new EmailSubscription(settings.alarmEmail));
    const tell = new SnsAction(topic);

    const every = { period: Duration.minutes(5), statistic: 'Minimum' } as const;
    const service = { ClusterName: workers.cluster.clusterName, ServiceName: workers.service.serviceName };
    new Alarm(this, 'NoWorker', {
      alarmDescription: 'No worker runs: runs stand still until one does. Look at the events of the ECS service.',
      metric: new Metric({
        namespace: 'ECS/ContainerInsights',
        metricName: 'RunningTaskCount',
        dimensionsMap: service,
        ...every,
      }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 2,
      treatMissingData: TreatMissingData.BREACHING,
    }).addAlarmAction(tell);
    new Alarm(this, 'WorkerMemory', {
      alarmDescription: 'A worker is short of memory: fewer cached workflows, or a larger task.',
      metric: workers.service.metricMemoryUtilization({ period: Duration.minutes(5), statistic: 'Maximum' }),
      threshold: 90,
      evaluationPeriods: 3,
    }).addAlarmAction(tell);
    new Alarm(this, 'CapacityFull', {
      alarmDescription: 'EMR Serverless is at its cap: runs wait. Raise emrServerless.maxVcpu, or wait.',
      metric: new Metric({
        namespace: 'AWS/EMRServerless',
        metricName: 'PendingJobs',
        dimensionsMap: { ApplicationId: application.attrApplicationId },
        ...every,
      }),
      threshold: 1,
      evaluationPeriods: 6,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    }).addAlarmAction(tell);

    const subscribers = [{ subscriptionType: 'EMAIL', address: settings.alarmEmail }];
    const notify = (notificationType: string, threshold: number) => ({
      notification: { notificationType, threshold, comparisonOperator: 'GREATER_THAN', thresholdType: 'PERCENTAGE' },
      subscribers,
    });
    new CfnBudget(this, 'Budget', {
      budget: {
        budgetName: settings.name,
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: settings.monthlyBudgetUsd, unit: 'USD' },
        costFilters: { TagKeyValue: [`user:project$${settings.name}`] },
      },
      notificationsWithSubscribers: [notify('ACTUAL', 80), notify('FORECASTED', 100)],
    });
  }
}
