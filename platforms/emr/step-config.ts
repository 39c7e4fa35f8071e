import type { StepConfig } from '@aws-sdk/client-emr';
import type { EmrProfile } from '../../contracts/platform-profiles.js';
import { bootstrapArguments } from '../aws/bootstrap.js';
import type { RemoteJob } from '../aws/remote-service.js';
import { sparkClusterConf } from '../launch/spark-cluster.js';

/** Fetches the Python environment for the driver, which Spark unpacks for executors only, and becomes spark-submit. */
const WITH_ENVIRONMENT = [
  'set -e',
  'archive=$1 folder=$2',
  'shift 2',
  'mkdir -p "$folder"',
  'aws s3 cp "$archive" - | tar -xz -C "$folder"',
  'export PYSPARK_DRIVER_PYTHON="$folder/bin/python"',
  'exec spark-submit "$@"',
].join('; ');

/**
 * The step of a job: the bootstrap by spark-submit, the driver as a process of the step. So the driver ends when the step is cancelled,
 * where a driver inside YARN would run on; its log is the step's, and its exit code too.
 */
export function stepConfig(job: RemoteJob, profile: EmrProfile): StepConfig {
  const { spec, code, name } = job;
  const workDir = `/tmp/tempered/${name}`;
  const conf = sparkClusterConf({
    engine: spec.engine,
    worker: spec.resources,
    settings: spec.settings,
    executors: profile.executors,
    codeUri: code.zipUri,
    pythonArchive: profile.pythonArchive,
    sparkConf: profile.sparkConf,
  });
  const submit = [
    ...['--deploy-mode', 'client'],
    ...Object.entries(conf).flatMap(([key, value]) => ['--conf', `${key}=${value}`]),
    code.bootstrapUri,
    ...bootstrapArguments(job, workDir),
  ];
  const command =
    profile.pythonArchive === undefined
      ? ['spark-submit', ...submit]
      : ['bash', '-c', WITH_ENVIRONMENT, 'step', profile.pythonArchive, `${workDir}-python`, ...submit];
  return {
    Name: name,
    ActionOnFailure: 'CONTINUE', // the cluster is others' too
    HadoopJarStep: { Jar: 'command-runner.jar', Args: command },
  };
}
