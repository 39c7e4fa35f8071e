/** One column of a published table. `type` is Hive's. */
export interface CatalogColumn {
  readonly name: string;
  readonly type: string;
  /** Says something about a person by itself; seen only by those who were granted it. */
  readonly personal?: boolean;
}

/** A table that a stage publishes: `<root>/<stage>/<snapshot>/<folder>/`. */
export interface CatalogTable {
  readonly name: string;
  readonly stage: string;
  readonly folder: string;
  readonly columns: readonly CatalogColumn[];
}

/** What people may query. A new one is one entry here. */
export const CATALOG_TABLES: readonly CatalogTable[] = [
  {
    name: 'employees',
    stage: 'etl',
    folder: 'employees',
    columns: [
      { name: 'id', type: 'bigint' },
      { name: 'full_name', type: 'string', personal: true },
      { name: 'age', type: 'bigint' },
      { name: 'salary', type: 'double', personal: true },
      { name: 'signup_date', type: 'timestamp' },
      { name: 'is_active', type: 'boolean' },
    ],
  },
];
