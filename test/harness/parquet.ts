import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../../settings/home.js';

/**
 * Writes a Parquet file with PyArrow, from Python that builds `table`: test data in the format's reference implementation.
 * @param python statements after `import pyarrow as pa`, as `table = pa.table({"id": [1]})`
 */
export function writeParquet(file: string, python: string): void {
  const program = `import datetime\nimport pyarrow as pa\nimport pyarrow.parquet as pq\n${python}\npq.write_table(table, ${JSON.stringify(file)})\n`;
  const ended = spawnSync(join(projectRoot, '.venv', 'bin', 'python'), ['-c', program], { encoding: 'utf8' });
  if (ended.status !== 0) throw new Error(`no Parquet file was written: ${ended.stderr}`);
}

/** Columns of a good employee table of four rows, as Python; replace one to make a bad table. */
const EMPLOYEE_COLUMNS: Readonly<Record<string, string>> = {
  id: 'pa.array([1, 2, 3, 4], pa.int64())',
  name: 'pa.array(["Alice", "Bob", "Charlie", "Eve"], pa.string())',
  age: 'pa.array([30, 40, 50, 60], pa.int64())',
  salary: 'pa.array([40000.0, 50000.0, 60000.0, 70000.0], pa.float64())',
  signup_date: 'pa.array([datetime.datetime(2020, 1, 1)] * 4, pa.timestamp("us"))',
  is_active: 'pa.array([True, False, True, True], pa.bool_())',
};

/** Python that builds an employee table with other columns than the good ones; null leaves a column out. */
export function employeeTable(changes: Readonly<Record<string, string | null>> = {}): string {
  const columns = Object.entries({ ...EMPLOYEE_COLUMNS, ...changes }).filter(([, values]) => values !== null);
  return `table = pa.table({${columns.map(([name, values]) => `${JSON.stringify(name)}: ${String(values)}`).join(', ')}})`;
}
