import type { TextRule } from './rule.js';

/** What the platform did for reasons of its own. These win over memory: the same size on another day is the remedy. */
export const INFRASTRUCTURE_RULES: readonly TextRule[] = [
  {
    id: 'disk-full',
    kind: 'disk-full',
    certainty: 'definite',
    region: null,
    in: 'message',
    pattern:
      /No space left on device|not enough (?:free )?(?:disk )?space(?! to cache)(?! for \d+KB object heap)|[Ii]nsufficient disk space|Disk quota exceeded|Errno (?:28|122)\b|There is not enough space on the disk|DiskPressure|ephemeral[- ](?:local )?storage|local ephemeral|disk is full|database or disk is full|out[ _]of[ _]disk|ENOSPC|(?:volume|device|disk|file ?system) is out of (?:disk )?space|DiskSpace quota|space quota|max_temp_directory_size|failed to offload data block/i,
    source: 'errno 28 and 122 as the C library words them; Kubernetes; SQLite',
  },
  {
    id: 'evicted-over-its-request',
    kind: 'out-of-memory',
    certainty: 'probable',
    region: 'host',
    in: 'message',
    pattern:
      /low on resource: memory\b[\s\S]{0,400}?(?:was using \d|exceeds its request|has larger consumption of memory)/,
    source: 'kubelet eviction manager: it ends first who uses more than it asked for',
  },
  {
    id: 'preempted',
    kind: 'preempted',
    certainty: 'definite',
    region: null,
    in: 'message',
    pattern:
      /\b[Pp]reempt(?:ed|ing)\b|DUE TO PREEMPTION|[Dd]ue to [^\n]{0,40}[Pp]reemption|Container Killed to make room for Guaranteed Container|[Ss]pot (?:instance|Instance|interruption|request|VM|training)[^\n]{0,80}(?:interrupt|terminat|reclaim|evict)|SPOT_INSTANCE_(?:TERMINATION|INTERRUPTION)|(?:Spot|spot)[^\n]{0,40}reclaim|Host EC2 (?:\(instance [^)]{0,60}\) )?[Tt]erminated|PREEMPTED\b|killed after preemption|[Ss]pot (?:instance )?preemption|[Ss]pot node \S{1,60} is being (?:reclaimed|evicted)|Spot (?:Task|Instance|VM) was (?:interrupted|reclaimed)|AWS_INSUFFICIENT_SPOT|TERMINATED_BY_SPOT|managed spot training.{0,80}interrupt|EXECUTOR_DECOMMISSION|Spot interruption|TaintManagerEviction/,
    takesAway: true,
    source: 'YARN ContainerExitStatus.PREEMPTED; Slurm; EC2 spot; AWS Batch; Kubernetes evictions',
  },
  {
    id: 'spark-decommissioned',
    kind: 'preempted',
    certainty: 'probable',
    region: null,
    in: 'message',
    pattern: /\b(?:[Ee]xecutor|[Ww]orker|[Nn]ode) (?:(?:was|is|has been) )?(?:being )?decommission(?:ed\b|:)/,
    unless: /scale down|idle/i,
    takesAway: true,
    source: 'Spark: ExecutorDecommission; its cluster manager was told that the machine goes',
  },
  {
    id: 'evicted',
    kind: 'preempted',
    certainty: 'definite',
    region: null,
    in: 'message',
    pattern: /\bEvicted\b|DisruptionTarget/,
    aftermath: true,
    source: 'Kubernetes: reason and condition of every eviction; its message names what the node lacked',
  },
  {
    id: 'lost-node',
    kind: 'lost',
    certainty: 'definite',
    region: null,
    in: 'message',
    pattern:
      /Container released on a \*?lost\*? node|DUE TO NODE FAILURE|\bNODE_FAIL\b|NodeShutdown|node (?:was )?lost|NodeLost|ContainerStatusUnknown|DISKS_FAILED|exit(?:ed)?(?: with)?(?: ?status| ?code)? ?[:=]? ?-10[01]\b|Pod .{0,80}(?:deleted|not found)|Node .{0,60}is not ready|Lost node|instance (?:was )?(?:terminated|unhealthy)|failed liveness probe|lost communication with the (?:server|runner|agent)|Detected zombie job|Task was not acquired|We encountered an internal error/i,
    takesAway: true,
    source: 'YARN ContainerExitStatus.ABORTED and DISKS_FAILED; Slurm; Kubernetes; SageMaker',
  },
  {
    id: 'capacity',
    kind: 'capacity',
    certainty: 'definite',
    region: null,
    in: 'message',
    pattern:
      /CapacityError|Insufficient(?:Instance|Host|Reserved\w*)?Capacity\w*|ResourceLimitExceeded|Unable to provision requested|ServiceQuotaExceeded\w*|exceeds? your (?:[\w-]+ ){0,3}limit\b|\bRESOURCE:(?:MEMORY|CPU|GPU|ENI)\b|LimitExceededException|VcpuLimitExceeded|MaxSpotInstanceCountExceeded|QUOTA_EXCEEDED|Quota '?\w{0,60}'? exceeded|quota exceeded|exceeded quota|exceed quota limits?|ZONE_RESOURCE_POOL_EXHAUSTED|does not have enough resources available|CLOUD_PROVIDER_LAUNCH_FAILURE|INSTANCE_POOL_(?:MAX|CLUSTER)_\w+|Insufficient '?\w{1,60}'? quota|\b\d+ (?:node\(s\) had )?Insufficient (?:memory|cpu|nvidia\.com\/gpu)\b|nodes are available|Node didn't have enough resource|\bOutOf(?:memory|cpu|pods)\b|Unschedulable|not enough free (?:memory|resources)|cannot be scheduled|infeasible|No available node types can fulfill|exceed(?:s|ed)? (?:the )?(?:max|application'?s? max)\w* (?:capacity|allowed)|ApplicationMaxCapacity|exceeded maximumCapacity|Required (?:executor|AM) memory .{0,200}is above the max threshold|Requested node configuration is not available|Unable to allocate resources|Memory required by task is not available|NodeUnderMemoryPressure|Invalid resource request\b|requested (?:memory|resources?)\b[^\n]{0,60}(?:exceeds|greater than)|memory request\b[^\n]{0,40}exceeds|QOSMax\w{1,40}|Assoc(?:Grp|Max)\w{1,40}|exceeds queue resource limits|Job violates accounting|greater than maximum allowed allocation/,
    source: 'AWS, GCP and Databricks error codes; Kubernetes scheduler and admission; YARN and Slurm requests',
  },
  {
    id: 'throttled',
    kind: 'throttled',
    certainty: 'definite',
    region: null,
    in: 'message',
    pattern:
      /ThrottlingException|ThrottledException|Throttling\b|TooManyRequests\w*|RequestLimitExceeded|ProvisionedThroughputExceeded\w*|SlowDown\b|Rate exceeded|rateLimitExceeded|Too Many Requests|429 (?:Quota exceeded|Resource has been exhausted)|\b429\b[^\n]{0,30}(?:rate|requests)|reached max retries: \d+\)[^\n]{0,60}Rate/,
    source: 'AWS, GCP and HTTP error codes',
  },
  {
    id: 'capacity-class',
    kind: 'capacity',
    certainty: 'definite',
    region: null,
    in: 'class',
    pattern:
      /^[\w.]{0,80}(?:Insufficient\w{0,30}Capacity|ResourceLimitExceeded|ServiceQuotaExceeded|MaxCapacityExceeded|QuotaExceeded|CapacityError|(?:Task|Actor)Unschedulable)\w{0,20}(?:$|:)/,
    source: 'AWS and GCP clients: the code is the class; Ray',
  },
  {
    id: 'throttled-class',
    kind: 'throttled',
    certainty: 'definite',
    region: null,
    in: 'class',
    pattern:
      /^[\w.]{0,80}(?:Throttl(?:ing|ed)|TooManyRequests|RateLimit(?:Exceeded)?|RequestLimitExceeded|SlowDown)(?:Error|Exception)?(?:$|:)/,
    source: 'AWS, GCP and HTTP clients: the code is the class',
  },
  {
    id: 'timeout',
    kind: 'timeout',
    certainty: 'definite',
    region: null,
    in: 'message',
    pattern:
      /DUE TO TIME LIMIT|Watchdog caught collective operation timeout|MaxRuntimeExceeded|MaxWaitTimeExceeded|DeadlineExceeded\b|(?:Job was active|active on the node) longer than (?:the )?specified deadline|Could not execute broadcast in \d+ secs|(?:Job|Run|run|job|step|Step)\b[^\n]{0,60}(?:timed out|exceeded (?:the |its )?(?:maximum |max )?(?:execution |run ?)?time(?:out)?)|Task timed out after|\btimed out\.\s(?:Killing|Terminating)\b|\bTimed out after \d+ secs\b|\bcollective timeout\b|\bno progress (?:for|in) \d|TERM_RUNLIMIT|reaching (?:LSF )?run time limit|exceeded (?:hard |soft )?(?:wall ?clock|wall ?time|run ?time)\b|execution took longer than|context deadline exceeded|Too long with no output|\bTimeLimitExceeded\b|walltime \d+ exceeded limit|[Aa]ttempt duration exceeded timeout|\bTIMEDOUT\b|State ?[:=] ?TIMEOUT|^TIMEOUT$/,
    source: 'Slurm, SageMaker, Kubernetes Job, AWS Batch and Lambda, Databricks; PyTorch ProcessGroupNCCL',
  },
  {
    id: 'timeout-class',
    kind: 'timeout',
    certainty: 'definite',
    region: null,
    in: 'class',
    pattern:
      /^[\w.]{0,80}(?:TaskTimeout|(?:Soft)?TimeLimitExceeded|(?:Job|FlowRun|TaskRun)Timeout|MaxRuntimeExceeded)\w{0,12}(?:$|:)/,
    source: 'Airflow AirflowTaskTimeout, Celery SoftTimeLimitExceeded, Prefect',
  },
  {
    id: 'cancelled',
    kind: 'cancelled',
    certainty: 'definite',
    region: null,
    in: 'message',
    pattern:
      /CANCELLED by\b|operation was cancell?ed|(?:Job|Run|Step|Application|job|run|step)\b[^\n]{0,80}\b(?:was )?(?:cancell?ed|CANCELL?ED|stopped|killed) by (?:the )?(?:user|admin|owner|request)|killed by user|KILLED_BY_(?:RESOURCEMANAGER|APPMASTER|CONTAINER_SCHEDULER)|KILLED_AFTER_APP_COMPLETION|explicit termination request|User(?:Requested)?Stopped|USER_CANCELED|scancel\b|Terminated by user|\bintentionally stopped\b|\buser (?:asked|requested)\b|State ?[:=] ?CANCELLED\b|State of this instance has been externally set|application \S{1,80} killed by user/i,
    source: 'YARN ContainerExitStatus; Slurm; EMR, SageMaker and Databricks job states',
  },
  {
    id: 'slurm-cancelled',
    kind: 'cancelled',
    certainty: 'probable',
    region: null,
    in: 'message',
    pattern: /CANCELLED AT\b/,
    aftermath: true,
    source: 'Slurm: slurmd_req.c tells so of every job that it ends, whatever the reason',
  },
  {
    id: 'keyboard-interrupt',
    kind: 'cancelled',
    certainty: 'probable',
    region: null,
    in: 'class',
    pattern: /^KeyboardInterrupt\b/,
    source: 'CPython: SIGINT',
  },
  {
    id: 'shut-down',
    kind: 'lost',
    certainty: 'probable',
    region: null,
    in: 'message',
    pattern:
      /Pod was terminated in response to imminent node shutdown|Terminated\b.{0,40}node shutdown|^Shutdown$|node is shutting down/i,
    source: 'Kubernetes: graceful node shutdown',
  },
  {
    id: 'platform-gone',
    kind: 'lost',
    certainty: 'ambiguous',
    region: null,
    in: 'message',
    pattern:
      /[Dd]river has stopped unexpectedly|driver is (?:up but )?(?:not responsive|unresponsive)|DRIVER_(?:NOT_RESPONDING|UNRESPONSIVE|UNREACHABLE)|Unable to get response from algorithm|Lost connection to (?:cluster|driver)|Unknown Error\b/,
    source: 'Databricks, SageMaker batch transform and EMR when they do not know why',
  },
];
