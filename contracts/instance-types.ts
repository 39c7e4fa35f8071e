/** A machine that SageMaker rents. */
export interface InstanceType {
  /** As `ml.m6i.xlarge`. */
  readonly name: string;
  readonly cpus: number;
  readonly memoryGib: number;
}

const COMMON = ['xlarge', '2xlarge', '4xlarge', '8xlarge', '12xlarge', '16xlarge', '24xlarge'];
const WITH_LARGE = ['large', ...COMMON];

/** vCPUs of a size, whatever the family. */
const CPUS: Readonly<Record<string, number>> = {
  large: 2,
  xlarge: 4,
  '2xlarge': 8,
  '4xlarge': 16,
  '8xlarge': 32,
  '12xlarge': 48,
  '16xlarge': 64,
  '24xlarge': 96,
};

/**
 * The families that both training and processing jobs can have, without accelerators: GiB of memory for each vCPU, and their sizes.
 * @see TrainingInstanceType and ProcessingInstanceType of SageMaker's service model, botocore 1.43.11
 */
const FAMILIES: Readonly<Record<string, { readonly gibPerCpu: number; readonly sizes: readonly string[] }>> = {
  c6i: { gibPerCpu: 2, sizes: COMMON },
  c7i: { gibPerCpu: 2, sizes: WITH_LARGE },
  m5: { gibPerCpu: 4, sizes: ['large', 'xlarge', '2xlarge', '4xlarge', '12xlarge', '24xlarge'] },
  m6i: { gibPerCpu: 4, sizes: WITH_LARGE },
  m7i: { gibPerCpu: 4, sizes: WITH_LARGE },
  r5: { gibPerCpu: 8, sizes: WITH_LARGE },
  r6i: { gibPerCpu: 8, sizes: WITH_LARGE },
  r7i: { gibPerCpu: 8, sizes: WITH_LARGE },
};

/** Every instance type that a job may be given, by name. */
export const INSTANCE_TYPES: ReadonlyMap<string, InstanceType> = new Map(
  Object.entries(FAMILIES).flatMap(([family, { gibPerCpu, sizes }]) =>
    sizes.map((size) => {
      const cpus = CPUS[size] ?? 0;
      const type: InstanceType = { name: `ml.${family}.${size}`, cpus, memoryGib: cpus * gibPerCpu };
      return [type.name, type] as const;
    }),
  ),
);

/** What a name of an instance type must be, for a message. */
export const ALLOWED_INSTANCE_TYPES = `an instance type of the families ${Object.keys(FAMILIES).join(', ')}, as ml.m6i.xlarge`;

/**
 * The types that jobs get unless the profile says otherwise: each size doubles the memory and has a second type, for days when there is
 * no machine of the first.
 */
export const DEFAULT_INSTANCE_TYPES: readonly string[] = [
  ...['ml.m6i.xlarge', 'ml.m7i.xlarge'],
  ...['ml.m6i.2xlarge', 'ml.m7i.2xlarge'],
  ...['ml.r7i.2xlarge', 'ml.r6i.2xlarge'],
  ...['ml.r7i.4xlarge', 'ml.r6i.4xlarge'],
  ...['ml.r7i.8xlarge', 'ml.r6i.8xlarge'],
  ...['ml.r7i.16xlarge', 'ml.r6i.16xlarge'],
];
