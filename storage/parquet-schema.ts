import { parquetSchema, type FileMetaData, type SchemaElement, type SchemaTree } from 'hyparquet';
import type { Column } from '../contracts/manifest.js';

/**
 * The columns of a Parquet file with the types that PyArrow prints for them. It goes by the Parquet schema alone: what only a
 * writer's own note (`ARROW:schema`) tells, as `large_string`, is read as its Parquet type.
 */
export function parquetColumns(metadata: FileMetaData): readonly Column[] {
  return parquetSchema(metadata).children.map((child) => ({
    name: child.element.name,
    type: child.element.repetition_type === 'REPEATED' ? `list<${field(child, 'REQUIRED')}>` : typeOf(child),
    nullable: child.element.repetition_type === 'OPTIONAL',
  }));
}

const UNITS = { MILLIS: 'ms', MICROS: 'us', NANOS: 'ns' } as const;

/** By converted type, which every writer sets where one exists. */
const CONVERTED: Readonly<Record<string, string>> = {
  UTF8: 'string',
  ENUM: 'binary',
  JSON: 'string',
  BSON: 'binary',
  DATE: 'date32[day]',
  TIME_MILLIS: 'time32[ms]',
  TIME_MICROS: 'time64[us]',
  TIMESTAMP_MILLIS: 'timestamp[ms, tz=UTC]',
  TIMESTAMP_MICROS: 'timestamp[us, tz=UTC]',
  INT_8: 'int8',
  INT_16: 'int16',
  INT_32: 'int32',
  INT_64: 'int64',
  UINT_8: 'uint8',
  UINT_16: 'uint16',
  UINT_32: 'uint32',
  UINT_64: 'uint64',
};

/** By physical type, where nothing more is said. INT96 is Spark's old timestamp. */
const PHYSICAL: Readonly<Record<string, string>> = {
  BOOLEAN: 'bool',
  INT32: 'int32',
  INT64: 'int64',
  INT96: 'timestamp[ns]',
  FLOAT: 'float',
  DOUBLE: 'double',
  BYTE_ARRAY: 'binary',
};

function typeOf(tree: SchemaTree): string {
  return tree.children.length > 0 ? nestedType(tree) : leafType(tree.element);
}

function leafType({
  type = 'BYTE_ARRAY',
  type_length,
  converted_type,
  logical_type,
  scale = 0,
  precision = 0,
}: SchemaElement): string {
  switch (logical_type?.type) {
    case 'TIMESTAMP':
      return `timestamp[${UNITS[logical_type.unit]}${logical_type.isAdjustedToUTC ? ', tz=UTC' : ''}]`;
    case 'TIME':
      return `${logical_type.unit === 'MILLIS' ? 'time32' : 'time64'}[${UNITS[logical_type.unit]}]`;
    case 'INTEGER':
      return `${logical_type.isSigned ? '' : 'u'}int${logical_type.bitWidth}`;
    case 'NULL':
      return 'null';
    case 'FLOAT16':
      return 'halffloat';
    case 'STRING':
      return 'string';
    default:
  }
  if (converted_type === 'DECIMAL') return `${precision > 38 ? 'decimal256' : 'decimal128'}(${precision}, ${scale})`;
  const converted = converted_type && CONVERTED[converted_type];
  if (converted !== undefined) return converted;
  return type === 'FIXED_LEN_BYTE_ARRAY' ? `fixed_size_binary[${type_length ?? 0}]` : (PHYSICAL[type] ?? 'binary');
}

/** Lists and maps in the three-level form of the Parquet specification; everything else with children is a struct. */
function nestedType(tree: SchemaTree): string {
  const kind = tree.element.converted_type;
  const [repeated] = tree.children;
  const [first, second] = repeated?.children ?? [];
  if (kind === 'LIST' && first !== undefined && second === undefined) return `list<${field(first)}>`;
  if ((kind === 'MAP' || kind === 'MAP_KEY_VALUE') && first !== undefined && second !== undefined) {
    return `map<${typeOf(first)}, ${typeOf(second)}>`;
  }
  return `struct<${tree.children.map((child) => field(child)).join(', ')}>`;
}

function field(tree: SchemaTree, repetition = tree.element.repetition_type): string {
  return `${tree.element.name}: ${typeOf(tree)}${repetition === 'REQUIRED' ? ' not null' : ''}`;
}
