/** Whatever calls itself memory: a schedulers' resource, a runtime's heap, a column of `qacct`. */
const MEMORY = String.raw`(?:memory|mem|vmem|pmem|pvmem|h_vmem|h_rss|rss|ram)`;
/** Without one of these no pattern here can match; a fast look before the slow ones. */
export const OF_MEMORY =
  /mem|paging|0x8007000E|rss|\bram\b|heap|alloc|bytes|[KMGT]i?B\b|buffer|array|OOM|err(?:no|or) 12|code: 12/i;

const OVER = String.raw`(?:exceed(?:s|ed|ing)?|gone over|went over|goes over|over|beyond|above|reach(?:es|ed|ing)|hit(?:s|ting)?|violat(?:es|ed|ing)|overr[au]n|surpass(?:es|ed)?)`;
const LIMIT = String.raw`(?:limits?|quotas?|capacity|cap|budget|allowance|maximum|request_memory)`;

/**
 * A limit of memory that was passed, in whatever order it is told: `exceeded MEM usage hard limit`, `Memory quota exceeded`,
 * `gone over cgroup memory limit`, `mem 33604412kb exceeded limit`, `exceeded the limit of 1024 megabytes`.
 */
export const LIMIT_PASSED = new RegExp(
  [
    String.raw`\b${OVER}\b[^.\n]{0,60}?\b${MEMORY}\b[^.\n;]{0,40}?\b${LIMIT}\b`,
    String.raw`\b${OVER}\b[^.\n]{0,40}?\b${LIMIT}\b[ "'(:]{1,3}${MEMORY}\b`,
    String.raw`\b${MEMORY}\b[^.\n]{0,30}?\b${LIMIT}\b[^.\n]{0,30}?\b(?:exceeded|reached|violated|exhausted|passed)\b`,
    String.raw`\b${MEMORY}\b ?[=:]? ?\d[\d.,]* ?(?:[kmgt]i?b?)? exceed(?:s|ed) (?:the )?limit\b`,
    String.raw`\b${OVER} (?:the |its |a )?${LIMIT} of \d[\d.,]* ?(?:(?:kilo|mega|giga)bytes|[KMGT]i?B)\b`,
  ].join('|'),
  'i',
);

/** What makes a line about a limit the end of something: who was ended, or that it was. */
export const ENDED =
  /\b(?:kill(?:ed|ing)?|abort(?:ed|ing)?|terminat(?:ed|ing)|cancell?ed|held|stopped|shut(?:ting)? down|fail(?:ed|ure)?|fatal|sigkill|job|container|process|task|step|pod|function|instance|dyno|replica|program|application|query|session)\b/i;

/** What a program does about memory that lets it live on, limits that nobody enforces, and what befalls jobs in general. */
export const LIVES_ON =
  /\b(?:spill\w*|flush\w*|soft limit|warn\w*|paus\w*|throttl\w*|back(?:ing)? ?off|dropp\w*|trimm?\w*|compact\w*|reduc\w*|skipp\w*|approach\w*|near(?:ing|ly)?|close to|within (?:(?:the|its|a) )?(?:\w+ )?(?:limits?|bounds|budgets?|quotas?|range)|below|% of (?:its )?requested|recursion|(?:are|get|will be|would be) (?:killed|terminated|cancell?ed|stopped|held))\b/i;

/** A program that calls itself without end runs out of any memory; an allocator that has not even a few bytes may not work at all. */
export const NO_SIZE_HELPS = /\brecursi(?:on|ve)|stack overflow|\ballocation of \d{1,3} bytes failed/i;

/** The same as a code, as services write it: `OUT_OF_MEMORY`, `MEMORY_LIMIT_EXCEEDED`, `CONTAINER_VIRTUAL_MEMORY_EXCEEDED`. */
const CODE = String.raw`(?:[A-Z\d]+_)*(?:OUT_OF_ME(?:M(?:ORY)?)?\b\+?|MEM(?:ORY)?_(?:LIMIT_|CAP_|QUOTA_)?EXCEEDED|OOM_KILLED)`;
export const CODE_OF_EXHAUSTION = new RegExp(String.raw`(?:^|\bError Code: )${CODE}(?:$|[:.\s])`);

const FAILS = String.raw`(?:cannot|can't|can not|could(?:n't| not)|unable to|fail(?:s|ed|ure|ing)? (?:to|while trying to|when trying to)|refuses? to|not able to)`;
const BYTES = String.raw`(?:\d[\d.,_]*|0x[\da-f]{1,16} \(\d{1,20}\)) ?(?:bytes|[KMGT]i?B)\b`;

/** An allocation that failed, whoever asked for what: `failed to acquire 8388608 bytes`, `refuses to provide memory`. */
export const ALLOCATION_FAILED = new RegExp(
  [
    String.raw`\b${FAILS} (?:re)?(?:alloc|allocate|reserve|commit) (?:(?!for\b|resources?\b)[\w-]+ ){0,5}?(?:memory|heap|buffers?|array|vector|tensor|arena|region|${BYTES})`,
    String.raw`\b${FAILS} (?:acquire|obtain|provide|get|map|grow|expand) (?:[\w-]+ ){0,3}?(?:memory|heap|${BYTES})`,
    String.raw`\b(?:memory|buffer|heap|bad|additional|array|tensor|arena) (?:object )?allocation (?:of ${BYTES} )?(?:failed|failure|error)\b`,
    String.raw`\ballocation of ${BYTES} for [\w. -]{1,60}? failed\b`,
    String.raw`\b(?:malloc|realloc|calloc|mmap) of (?:size )?\d+(?: bytes)? failed\b`,
    String.raw`\bbad_alloc\b|\bENOMEM\b|\b0x8007000E\b|\bpaging file is too small\b|\berrno 12\b|\bos error 12\b|\bOs \{ code: 12\b`,
    String.raw`\bmore (?:[\w-]+ ){0,2}?(?:memory|ram)\b[^\n]{0,40}\bthan (?:is )?(?:available|free|left)\b`,
    String.raw`\b(?:free|available) (?:[\w-]+ ){0,2}?(?:memory|ram|vram)\b[^\n]{0,80}\b(?:less|lower|smaller) than\b`,
    String.raw`\btoo much (?:[\w-]+ )?(?:memory|ram) (?:was |is |were )?(?:being )?(?:used|consumed|allocated|in use)\b`,
    String.raw`\b(?:us(?:es|ed|ing)|consum(?:es|ed|ing)|took|takes|allocated) too much (?:[\w-]+ )?(?:memory|ram)\b`,
    String.raw`\b(?:using|used|uses) (?:up )?all (?:of )?(?:the |its )?(?:available )?(?:memory|ram)\b`,
  ].join('|'),
  'i',
);

const ENDING = String.raw`(?:kill(?:ed|ing)|terminat(?:ed|ing)|stopp(?:ed|ing)|held|on hold|evict(?:ed|ing)|abort(?:ed|ing)|restart(?:ed|ing)|shut down|ended|crashed|died)`;
const BECAUSE = String.raw`(?:due to|because of|because (?:it|the \w{1,20}) (?:ran|was running|used|exceeded)|as(?= (?:its |the )?(?:memory|ram)\b)|for (?:using|exceeding|its)|owing to|as a result of)`;
const WANT = String.raw`(?:memory|ram)(?: (?:usage|use|consumption|pressure|exhaustion|shortage|overuse|limits?|constraints?))?`;
/** Memory is the last word or the subject: `memory settings` and `memory corruption` are something else. */
const NOT_OF_IT = String.raw`(?=\W*$|[.,;:()\[\]"'\n]| \d| (?:on|in|of|for|by|at|from|when|while|being|was|is|that|which|after|during|than|above|over|exceed\w*|reach\w*)\b)`;

/** Who was ended for memory, by whomever: `put on hold by SYSTEM_PERIODIC_HOLD due to memory usage`, `killed as memory usage exceeded`. */
export const ENDED_FOR_MEMORY = new RegExp(
  String.raw`\b${ENDING}\b[^.\n]{0,60}?\b${BECAUSE}\b (?:[\w-]+ ){0,3}?(?:${WANT}${NOT_OF_IT}|oom\b)`,
  'i',
);

/**
 * Memory that ran out, as the very last words of a program or of whoever ended it. Wider than what is believed anywhere else in a log,
 * because here nothing follows and nothing else explains the end.
 */
export const LAST_WORDS = new RegExp(
  [
    String.raw`(?<![\w/.-])out[-_ ]of[-_ ](?!shared)(?:\w+[ _])?memory(?![\w/(-])`,
    String.raw`\b(?:ran|run|running) out of (?:\w+ ){0,3}?(?:memory|heap|ram)\b`,
    String.raw`\b(?:memory|heap|ram)\b[^.\n]{0,30}\b(?:exhausted|exhaustion|depleted|used up)\b|\bexhausted\b[^.\n]{0,30}\b(?:memory|heap|ram)\b`,
    String.raw`\b(?:not enough|insufficient|no more|no free|lack of) (?:\w+[ -]){0,3}?(?:memory|heap|ram)\b`,
    String.raw`(?<![\w[.])OOM(?:[-_ ]?killed(?!["']?\s{0,2}[:=]\s{0,2}["']?false)|(?=[^.\n]{0,40}\b(?:killed|event|detected|error|crash\w*)))\b(?!#)`,
    String.raw`\b${CODE}`,
    String.raw`\b${BYTES}\)? array exceed(?:s|ed) (?:\w+ ){0,2}maximum\b`,
    LIMIT_PASSED.source,
    ALLOCATION_FAILED.source,
  ].join('|'),
  'i',
);

/** A request that nobody granted: what never ran did not run out of anything. */
export const REFUSED =
  /\brequested (?:memory|resources?)\b|\bmemory request\b|\breject\w*|\bsubmit\w*\b|\bper job\b|\bqueue\b[^\n]{0,40}\blimits?\b/i;

/** A class that is named after memory that ran out, in any language: `OutOfMemoryException`, `GpuSplitAndRetryOOM`. */
export const CLASS_OF_EXHAUSTION =
  /^[\w.$]{0,200}?(?:OutOf\w{0,20}Memory|MemoryLimit(?=Error|Exception)|Memory(?:Limit|Quota|Budget)\w{0,10}Exceeded|Exceeded\w{0,10}Memory|(?:Memory|Heap)\w{0,10}Exhaust(?:ed|ion)|Insufficient\w{0,10}Memory|NotEnoughMemory|NoMemory|(?<=[a-z.])OOM|(?<![A-Z])OOM(?=Error|Exception|Killed))(?:Error|Exception|Failure|Killed)?(?=$|[:(])/;

/** Clients of servers: the memory in their errors is another machine's, and a larger job does not help it. */
export const OF_A_SERVER =
  /^(?:(?:[\w.]{0,60}\.)?(?:Mongo|Postgres|MySQL|Mysql|MariaDB|Redis|Elasticsearch|OpenSearch|ClickHouse|Cassandra|Neo4j|Influx|Snowflake|BigQuery|Sequelize)\w{0,40}(?:Error|Exception)(?=$|:)(?=[\s\S]{0,600}(?:memory|OOM))|(?:redis|aioredis|psycopg\d?|asyncpg|pg8000|sqlalchemy|pymysql|mysql|MySQLdb|aiomysql|pymongo|motor|elasticsearch|opensearchpy|clickhouse_\w+|google\.(?:api_core|cloud)|snowflake|cassandra|trino|prestodb|impala|pyhive|pyathena|databricks\.sql|pyodbc|oracledb|cx_Oracle|neo4j|influxdb\w*|org\.postgresql|com\.mysql|org\.mariadb|com\.mongodb|redis\.clients|io\.lettuce|oracle\.jdbc|com\.microsoft\.sqlserver|java\.sql|net\.snowflake|com\.google\.cloud)\.[\w.$]{1,120}(?:$|:)(?=[\s\S]{0,600}(?:memory|OOM)))/i;

/** The same as programs of the command line word it, and as others who name the server or its code. */
export const TOLD_BY_A_SERVER =
  /^(?:psql|pg_dump|pg_dumpall|pg_restore|mysql|mysqldump|sqlcmd|clickhouse-client)\b[^\n]{0,200}\berror\b|\b(?:code|SQLSTATE|severity|Severity\.\w{1,12})\W{1,4}53200\b|\bSQL error\b|\b(?:inserting into|writing (?:in)?to|reading from|querying|answer(?:ed)? (?:of|by|from))\b[^\n]{0,40}\b(?:clickhouse|postgres\w{0,3}|mysql|mariadb|mongo\w{0,2}|redis|elasticsearch|opensearch|bigquery|snowflake|redshift)\b/i;

/** The client's own memory all the same: libpq and its kin say where the answer did not fit, DuckDB is no server. */
export const OF_THE_CLIENT = /for query result|retrieving query results|output buffer|\bOut of Memory Error: /i;

/** Words of an accelerator in a statement about memory. */
export const OF_A_DEVICE =
  /\b(?:CUDA|cuda\w*|GPUs?|Gpu\w+|HIP|ROCm|HBM|hbm|XPU|NPU|TPU|VRAM|RMM|device memory|on device|prefill|[Kk][Vv][- ]?[Cc]ache)\b/;

/** Memory of a JVM beside its heap. */
export const OFF_HEAP = /\boff-?heap\b|\bnative memory\b|\bnon-heap\b|\bmemory pool\b|\bMemTarget\b|\barrow\.memory\b/i;
