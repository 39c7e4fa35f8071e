/**
 * The line with which a test runner ends a report of failed tests: pytest, unittest, Jest and Vitest, Surefire, Go, Cargo.
 * @see https://docs.pytest.org/en/stable/how-to/output.html
 */
export const TEST_REPORT =
  /^(?:=+ (?:[^=]{0,200}, )?\d{1,7} (?:failed|errors?)\b[^=]{0,200} in \d[^=]{0,60}=+$|FAILED \((?:failures|errors)=\d|Test(?:s| Suites| Files):? {1,9}(?:\d{1,7} \w{1,12}[,|] {0,2}){0,3}\d{1,7} failed\b|Tests run: \d{1,7}, (?:Failures: [1-9]|Failures: 0, Errors: [1-9])|FAIL\s{1,4}\S{1,200}\s{1,4}\d{1,7}\.\d{1,6}s$|test result: FAILED\.)/;
