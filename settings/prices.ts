import { join } from 'node:path';
import { PriceTable } from '../contracts/price-table.js';
import { projectRoot } from './home.js';
import { parseInput } from './input-errors.js';
import { readJsonFile } from './json-file.js';

/** The table that comes with the project. */
const OURS = join(projectRoot, 'costs', 'prices.json');

/**
 * The prices in force.
 * @param path of a table of one's own, `prices` of tempered.json; ours by default
 * @throws {TemperedError} `WRONG_INPUT` that names the file and every field that is wrong
 */
export function loadPrices(path: string | null): PriceTable {
  const file = path ?? OURS;
  return parseInput(PriceTable, readJsonFile(file), file);
}
