import type { StartJobRunRequest } from '@aws-sdk/client-emr-serverless';
import type { EmrServerlessProfile } from '../../contracts/platform-profiles.js';
import type { Resources } from '../../contracts/resources.js';
import { bootstrapArguments } from '../aws/bootstrap.js';
import type { RemoteJob } from '../aws/remote-service.js';
import { optionWord } from '../launch/option-word.js';
import { ARCHIVE_PYTHON, sparkClusterConf } from '../launch/spark-cluster.js';
import { WORKER_DISK_GIB } from './sizes.js';

const GIB = 2 ** 30;

/** What a job run is to start: the bootstrap by spark-submit, on workers of the attempt's size. */
export function jobDriver(job: RemoteJob, profile: EmrServerlessProfile): StartJobRunRequest['jobDriver'] {
  const { spec, code, name } = job;
  const conf = {
    ...sparkClusterConf({
      engine: spec.engine,
      worker: spec.resources,
      settings: spec.settings,
      executors: profile.executors,
      codeUri: code.zipUri,
      pythonArchive: profile.pythonArchive,
      sparkConf: {},
    }),
    'spark.emr-serverless.driver.disk': diskOf(spec.resources),
    'spark.emr-serverless.executor.disk': diskOf(spec.resources),
    ...(profile.pythonArchive !== undefined && {
      'spark.emr-serverless.driverEnv.PYSPARK_DRIVER_PYTHON': ARCHIVE_PYTHON,
      'spark.emr-serverless.driverEnv.PYSPARK_PYTHON': ARCHIVE_PYTHON,
    }),
    ...profile.sparkConf,
  };
  return {
    sparkSubmit: {
      entryPoint: code.bootstrapUri,
      entryPointArguments: bootstrapArguments(job, `/tmp/tempered/${name}`),
      sparkSubmitParameters: Object.entries(conf)
        .map(([key, value]) => `--conf ${optionWord(`${key}=${value}`)}`)
        .join(' '),
    },
  };
}

function diskOf({ diskBytes }: Resources): string {
  const gib = Math.ceil(diskBytes / GIB);
  return `${String(Math.min(WORKER_DISK_GIB.most, Math.max(WORKER_DISK_GIB.least, gib)))}G`;
}
