import type { PolicyValidationPluginReport } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';

/** A finding of AWS' rules that was looked at and stays. */
interface Reviewed {
  /** Id of the finding: a rule, and for rights the pattern that it found. */
  readonly finding: RegExp;
  /** Path of the construct. */
  readonly at: RegExp;
  readonly reason: string;
}

const REVIEWED: readonly Reviewed[] = [
  {
    finding:
      /^AwsSolutions-IAM5\[Resource::(<|[\w-]+:ExportsOutputFnGetAtt)StorageBucket[\w.]+>?\/(tempered|logs)\/([\w-]+\/)?\*\]$/,
    at: /\/(LocationRole|Jobs\/Role|TaskRole)\/DefaultPolicy/,
    reason:
      'Objects are many and named by content: a right can only be given for a folder. Each role has its own folders.',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:logs:.*:log-group:\/aws\/sagemaker\/\*\]$/,
    at: /\/(Jobs\/Role|TaskRole)\/DefaultPolicy/,
    reason: 'SageMaker chooses the names of its log groups and streams.',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::\*\]$/,
    at: /\/((Jobs|Notebooks)\/Role|Task\/(ExecutionRole|TaskRole))\/DefaultPolicy/,
    reason:
      'ecr:GetAuthorizationToken and lakeformation:GetDataAccess know no resources; they give nothing by themselves.',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:sagemaker:.*\/tempered-\*\]$/,
    at: /\/TaskRole\/DefaultPolicy/,
    reason: 'Jobs are made by the workers under names that begin so; nothing else can be touched.',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:sagemaker:.*:(model|endpoint-config|endpoint)\/\*\]$/,
    at: /\/TaskRole\/DefaultPolicy/,
    reason: 'Users name their endpoints; each right asks for the tag that only the workers give.',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::<SparkServerless\w+\.Arn>\/jobruns\/\*\]$/,
    at: /\/TaskRole\/DefaultPolicy/,
    reason: 'Runs of one application; the service chooses their ids.',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:glue:.*:table\/\w+\/\*\]$/,
    at: /\/Notebooks\/Role\/DefaultPolicy/,
    reason: 'Names of the tables of one database; Lake Formation decides which columns are seen.',
  },
  {
    finding: /^AwsSolutions-IAM4\[Policy::.*\/AmazonEMRServicePolicy_v2\]$/,
    at: /\/Spark\/ServiceRole/,
    reason: 'The policy that EMR is maintained with; it is limited to resources tagged for EMR.',
  },
  {
    finding: /^AwsSolutions-EMR4$/,
    at: /\/Spark\/Cluster$/,
    reason:
      'Disks are encrypted. The rule looks for the settings at the top, EMR takes them inside EncryptionConfiguration only.',
  },
  {
    finding: /^AwsSolutions-EMR5$/,
    at: /\/Spark\/Cluster$/,
    reason:
      'Traffic stays inside one security group; Spark encrypts it (spark.network.crypto), which needs no certificates.',
  },
  {
    finding: /^AwsSolutions-EMR6$/,
    at: /\/Spark\/Cluster$/,
    reason: 'Nobody logs in: no key pair, no way in from outside; steps come by the API, under IAM.',
  },
  {
    finding: /^AwsSolutions-ECS2$/,
    at: /\/Workers\/Task\/Resource$/,
    reason: 'Addresses and names, no secrets: those come from Secrets Manager.',
  },
  {
    finding: /^AwsSolutions-SMG4$/,
    at: /\/Workers\/TemporalApiKey\/Resource$/,
    reason: 'The key is made by the Temporal service and cannot be rotated by AWS.',
  },
];

/** AWS' own rules for solutions, less the findings that were looked at: what it still reports fails `cdk synth` and the tests. */
export class OpenFindings extends AwsSolutionsChecks {
  override validateScope(scope: IConstruct): PolicyValidationPluginReport {
    const { violations, ...report } = super.validateScope(scope);
    const open = violations.flatMap((violation) => {
      const violatingResources = violation.violatingResources.filter(
        ({ constructPath = '' }) =>
          !REVIEWED.some(({ finding, at }) => finding.test(violation.ruleName) && at.test(constructPath)),
      );
      return violatingResources.length === 0 ? [] : [{ ...violation, violatingResources }];
    });
    return { ...report, success: open.length === 0, violations: open };
  }
}
