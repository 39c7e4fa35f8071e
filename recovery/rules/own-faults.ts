import type { TextRule } from './rule.js';

/** Faults of the program and of how it was called, in runtimes that do not print a class. After every rule about memory. */
export const OWN_FAULT_RULES: readonly TextRule[] = [
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
    id: 'panic',
    kind: 'bug',
    certainty: 'probable',
    region: null,
    in: 'statement',
    pattern:
      /thread '[^']{1,80}' (?:\(\d{1,10}\) )?panicked at|panic: |Segmentation fault|SIGSEGV \(0xb\)|Fatal Python error: /,
    source: 'Rust and Go panics, crashes that a shell, HotSpot or CPython reports',
  },
];
