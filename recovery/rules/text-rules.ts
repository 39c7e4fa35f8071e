import { CLUSTER_RULES } from './cluster.js';
import { GPU_RULES } from './gpu.js';
import { INFRASTRUCTURE_RULES } from './infrastructure.js';
import { JOB_CLASS_RULES } from './job-classes.js';
import { JVM_RULES } from './jvm.js';
import { ALLOCATION_RULES, IMPOSSIBLE_RULES, NATIVE_RULES, SERVER_RULES } from './native.js';
import { NODE_RULES } from './node.js';
import { OWN_FAULT_RULES } from './own-faults.js';
import { PYTHON_RULES } from './python.js';
import { RAY_RULES } from './ray.js';
import type { TextRule } from './rule.js';
import { SERVICE_RULES } from './services.js';
import { SPARK_RULES } from './spark.js';

/** Every row over text, most specific first. */
export const TEXT_RULES: readonly TextRule[] = [
  ...JOB_CLASS_RULES,
  ...SPARK_RULES,
  ...INFRASTRUCTURE_RULES,
  ...SERVER_RULES,
  ...IMPOSSIBLE_RULES,
  ...SERVICE_RULES,
  ...RAY_RULES,
  ...GPU_RULES,
  ...CLUSTER_RULES,
  ...NODE_RULES,
  ...JVM_RULES,
  ...PYTHON_RULES,
  ...NATIVE_RULES,
  ...ALLOCATION_RULES,
  ...OWN_FAULT_RULES,
];
