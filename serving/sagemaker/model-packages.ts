import type * as SageMakerSdk from '@aws-sdk/client-sagemaker';
import { TemperedError } from '../../contracts/failure.js';
import type { Champion, MirroredModel } from '../../contracts/mirrored-model.js';
import type { AwsProfile, SageMakerProfile } from '../../contracts/platform-profiles.js';
import type { ModelRef } from '../../contracts/refs.js';
import { callAws } from '../../platforms/aws/aws-call.js';
import { faultOf } from '../../platforms/aws/aws-fault.js';
import { ifNew, ifThere } from '../../platforms/aws/tolerate.js';
import { tagsOf } from '../../platforms/sagemaker/job-request.js';
import { sageMakerClient, type SageMaker } from '../../platforms/sagemaker/sagemaker-client.js';
import type { ModelMirror } from '../model-mirror.js';
import { descriptionOf, descriptionStart, PACKAGE_MARKS, packageGroupOf, packageRequest } from './package-request.js';

/** What packages are registered with. */
export interface ModelPackagesOptions {
  readonly aws: AwsProfile;
  readonly profile: SageMakerProfile & { readonly modelPackageGroup: string };
}

type Summary = SageMakerSdk.ModelPackageSummary & { readonly ModelPackageArn: string };

/**
 * Model packages of SageMaker: the champion is an approved version of its group, and versions that were it are rejected. A version is
 * looked for before it is made, because the service remembers a client token for some time only.
 */
export class SageMakerModelPackages implements ModelMirror {
  readonly #client: () => Promise<SageMaker>;

  constructor(private readonly options: ModelPackagesOptions) {
    this.#client = sageMakerClient(options.aws);
  }

  show(champion: Champion): Promise<MirroredModel> {
    const { aws, profile } = this.options;
    const { model } = champion;
    refuseElsewhere(model);
    const group = packageGroupOf(profile.modelPackageGroup, model);
    const call = {
      action: `register ${model.name} in the model package group ${group}`,
      region: aws.region,
      fields: { subject: 'sagemaker.modelPackageGroup' },
    };
    return callAws(call, async () => {
      await this.#makeGroup(group);
      const name = (await this.#findVersion(group, model)) ?? (await this.#create(group, champion));
      // First the new one, then the old ones: whoever deploys what is approved finds one at any time.
      await this.#approve(name);
      await this.#rejectOthers(group, model, name);
      return { group, name };
    });
  }

  async #makeGroup(group: string): Promise<void> {
    const { sdk, client } = await this.#client();
    const found = await ifThere(() =>
      client.send(new sdk.DescribeModelPackageGroupCommand({ ModelPackageGroupName: group })),
    );
    if (found) return;
    await ifNew(() =>
      client.send(
        new sdk.CreateModelPackageGroupCommand({
          ModelPackageGroupName: group,
          ModelPackageGroupDescription:
            'Versions that Tempered has promoted; its own registry decides which one counts',
          Tags: tagsOf(this.options.aws, { 'tempered:models': group }),
        }),
      ),
    );
  }

  async #create(group: string, champion: Champion): Promise<string> {
    const { sdk, client } = await this.#client();
    const request = packageRequest(group, champion, this.options.profile);
    try {
      const { ModelPackageArn: name } = await client.send(new sdk.CreateModelPackageCommand(request));
      if (name !== undefined) return name;
    } catch (error) {
      // The token came with another request before: an image was changed in between. The list shows that version in a moment.
      if (faultOf(error) !== 'conflict') throw error;
    }
    const name = await this.#findVersion(group, champion.model);
    if (name !== undefined) return name;
    throw new TemperedError('PLATFORM_UNAVAILABLE', `the group ${group} does not show yet what was registered in it`, {
      advice: 'wait: the run goes on by itself',
    });
  }

  async #findVersion(group: string, model: ModelRef): Promise<string | undefined> {
    for await (const { ModelPackageArn, ModelPackageDescription } of this.#list(group)) {
      if (ModelPackageDescription !== descriptionOf(model)) continue;
      if ((await this.#versionOf(ModelPackageArn, model.name)) === model.sha256) return ModelPackageArn;
    }
    return undefined;
  }

  /** Somebody may have rejected it, or it was the champion before and is so again. */
  async #approve(name: string): Promise<void> {
    const { sdk, client } = await this.#client();
    const { ModelApprovalStatus } = await client.send(new sdk.DescribeModelPackageCommand({ ModelPackageName: name }));
    if (ModelApprovalStatus !== 'Approved') await this.#set(name, 'Approved', 'it is the champion');
  }

  async #rejectOthers(group: string, { name: modelName, sha256 }: ModelRef, champion: string): Promise<void> {
    for await (const { ModelPackageArn, ModelPackageDescription = '' } of this.#list(group, 'Approved')) {
      if (ModelPackageArn === champion || !ModelPackageDescription.startsWith(descriptionStart(modelName))) continue;
      if ((await this.#versionOf(ModelPackageArn, modelName)) === undefined) continue;
      await this.#set(ModelPackageArn, 'Rejected', `the champion is version ${sha256}`);
    }
  }

  async #set(name: string, status: SageMakerSdk.ModelApprovalStatus, why: string): Promise<void> {
    const { sdk, client } = await this.#client();
    await client.send(
      new sdk.UpdateModelPackageCommand({
        ModelPackageArn: name,
        ModelApprovalStatus: status,
        ApprovalDescription: why,
      }),
    );
  }

  /** The hash that a package's metadata names; undefined when it is none of ours, or of another model. */
  async #versionOf(name: string, modelName: string): Promise<string | undefined> {
    const { sdk, client } = await this.#client();
    const { CustomerMetadataProperties: marks = {} } = await client.send(
      new sdk.DescribeModelPackageCommand({ ModelPackageName: name }),
    );
    return marks[PACKAGE_MARKS.model] === modelName ? marks[PACKAGE_MARKS.version] : undefined;
  }

  async *#list(group: string, approval?: SageMakerSdk.ModelApprovalStatus): AsyncGenerator<Summary> {
    const { sdk, client } = await this.#client();
    const pages = sdk.paginateListModelPackages(
      { client },
      { ModelPackageGroupName: group, ...(approval && { ModelApprovalStatus: approval }) },
    );
    for await (const { ModelPackageSummaryList = [] } of pages) {
      for (const { ModelPackageArn, ...summary } of ModelPackageSummaryList) {
        if (ModelPackageArn !== undefined) yield { ...summary, ModelPackageArn };
      }
    }
  }
}

function refuseElsewhere({ name, uri }: ModelRef): void {
  if (uri.startsWith('s3://')) return;
  throw new TemperedError('WRONG_INPUT', `the model ${name} lies at ${uri}; SageMaker reads s3:// only`, {
    field: 'storage.root',
    advice: 'set storage.root in tempered.json to s3://bucket/prefix, or leave out sagemaker.modelPackageGroup',
  });
}
