import { TEST_REPORT } from '../log/test-report.js';
import type { TextRule } from './rule.js';

/** Faults of the program and of how it was called, in runtimes that do not print a class. After every rule about memory. */
export const OWN_FAULT_RULES: readonly TextRule[] = [
  {
    id: 'tests-failed',
    kind: 'bug',
    certainty: 'probable',
    region: null,
    in: 'statement',
    pattern: TEST_REPORT,
    source: 'test runners',
  },
  {
    id: 'wrong-arguments',
    kind: 'invalid-input',
    certainty: 'probable',
    region: null,
    in: 'statement',
    pattern:
      /error: (?:argument \S{1,80}: |the following arguments are required|unrecognized arguments|ambiguous option|invalid choice)|(?:unrecognized|unknown|invalid|illegal) option\b|No such option/i,
    source: 'Python argparse and click, GNU getopt',
  },
  {
    id: 'no-such-command',
    kind: 'invalid-input',
    certainty: 'probable',
    region: null,
    in: 'statement',
    pattern: /^[^"'`]{0,300}: command not found$/,
    source: 'bash, exit code 127',
  },
  {
    id: 'refused-by-schema',
    kind: 'invalid-input',
    certainty: 'probable',
    region: null,
    in: 'statement',
    pattern:
      /(?:\b(?:The \w{1,60}|[A-Z]\w{1,40}) "[^"]{1,200}" is invalid: )?\b(?:metadata|spec)\.[\w.[\]-]{1,200}: (?:Invalid|Required|Unsupported) value|maximum \w{1,30} usage per (?:Container|Pod) is|Error response from daemon: (?:Minimum memory|invalid|Range of)/i,
    source: 'Kubernetes API server, Docker daemon',
  },
  {
    id: 'refused-by-service',
    kind: 'invalid-input',
    certainty: 'probable',
    region: null,
    in: 'message',
    pattern: /\bVALIDATION_ERROR\b|Failed to validate input data configuration/,
    source: 'EMR StateChangeReason.Code; SageMaker built-in algorithms',
  },
  {
    id: 'not-installed',
    kind: 'bug',
    certainty: 'probable',
    region: null,
    in: 'message',
    pattern:
      /\b(?:ImagePullBackOff|ErrImagePull|InvalidImageName|CreateContainerConfigError)\b|BOOTSTRAP_FAILURE|\bbootstrap action \d+ (?:returned|failed)|Library installation failed/,
    source: 'Kubernetes, EMR, Databricks: what the job needs could not be had',
  },
  {
    id: 'panic',
    kind: 'bug',
    certainty: 'probable',
    region: null,
    in: 'statement',
    pattern:
      /thread '[^']{1,80}' (?:\(\d{1,10}\) )?panicked at|panic: |Segmentation fault|task \d{1,7}: Bus error|AddressSanitizer: (?!out-of-memory|requested|allocat)|SIGSEGV \(0xb\)|Fatal Python error: (?!Aborted)/,
    source: 'Rust and Go panics, crashes that a shell, HotSpot or CPython reports',
  },
  {
    id: 'script-error',
    kind: 'bug',
    certainty: 'probable',
    region: null,
    in: 'statement',
    pattern: /^Error in .{1,200} : |(?:Failed to load|find or load main) class [\w.$]{1,200}$/,
    source: 'R: stop(); spark-submit and the java launcher',
  },
];
