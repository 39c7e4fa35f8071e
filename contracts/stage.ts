import { z } from 'zod';
import type { Lever } from './attempt.js';
import { parseBytes } from './bytes.js';
import type { Engine, Salvage } from './job.js';
import type { ArtifactRef, DatasetRef, ModelRef } from './refs.js';
import type { Resources, Settings } from './resources.js';

type Shape = z.core.$ZodShape;
type RefSchema = z.ZodType<DatasetRef | ArtifactRef | ModelRef | null>;
type InputShape = Readonly<Record<string, RefSchema>>;

/** The first guess of what a job needs: a base and, where size depends on the data, a share for each input row. Learned sizes replace it. */
export interface Needs {
  readonly memory: string;
  readonly memoryPerRow?: string;
  readonly cpus: number;
  readonly disk: string;
  readonly diskPerRow?: string;
}

/** What an author writes to define a stage. */
export interface StageSource<
  Name extends string,
  Inputs extends InputShape,
  Params extends Shape,
  Output extends Shape,
> {
  /** Unique inside its pipeline; part of every key and URI. */
  readonly name: Name;
  /** What it reads: references to published data. Their content hashes are part of the stage key. */
  readonly inputs: Inputs;
  /**
   * Columns and Arrow types that dataset inputs must have, and rows with them: checked before anything is spent on a job.
   * `{target}` is the column that the text parameter `target` names.
   */
  readonly requires?: { readonly [K in keyof Inputs]?: Readonly<Record<string, readonly string[]>> };
  /** What changes its result beside the inputs; part of the stage key. */
  readonly params: Params;
  /** What it gives: references to what it publishes, and small values. */
  readonly output: Output;
  readonly job: { readonly engine: Engine; readonly entry: string };
  readonly needs: Needs;
  /** First values of the levers, which may depend on the rows that it reads or makes; not part of the stage key. */
  readonly settings: Settings | ((rows: number) => Settings);
  /** What the job can change about itself when memory runs out, cheapest first. */
  readonly levers: readonly Lever[];
  readonly salvage: Salvage;
}

/** A stage: one unit of paid work with a contract. */
export interface StageDefinition<
  Name extends string = string,
  Inputs extends InputShape = InputShape,
  Params extends Shape = Shape,
  Output extends Shape = Shape,
> extends Omit<StageSource<Name, Inputs, Params, Output>, 'params' | 'output' | 'settings'> {
  readonly params: z.ZodObject<Params, z.core.$strict>;
  readonly output: z.ZodObject<Output, z.core.$strict>;
  readonly settingsFor: (rows: number) => Settings;
  /** The first guess for a call that reads or makes so many rows. */
  readonly sizeFor: (rows: number) => Resources;
}

/** The stages of a pipeline by name. */
export type Stages = Readonly<Record<string, StageDefinition>>;

/** What a workflow passes when it calls a stage: the inputs and the parameters in one object. */
export type StageCall<S extends StageDefinition> = {
  readonly [K in keyof S['inputs']]: z.infer<S['inputs'][K]>;
} & (keyof S['params']['shape'] extends never ? unknown : Readonly<z.input<S['params']>>);

/** What a stage call resolves to. */
export type StageOutput<S extends StageDefinition> = Readonly<z.infer<S['output']>>;

/**
 * Defines a stage.
 * @throws RangeError when a size in `needs` is not a size, or a lever has no setting to change
 */
export function defineStage<
  const Name extends string,
  Inputs extends InputShape,
  Params extends Shape,
  Output extends Shape,
>(source: StageSource<Name, Inputs, Params, Output>): StageDefinition<Name, Inputs, Params, Output> {
  const { memory, memoryPerRow = '0B', cpus, disk, diskPerRow = '0B' } = source.needs;
  const base = { memoryBytes: parseBytes(memory), diskBytes: parseBytes(disk) };
  const perRow = { memoryBytes: parseBytes(memoryPerRow), diskBytes: parseBytes(diskPerRow) };
  const { settings, ...rest } = source;
  const settingsFor = (rows: number) => (typeof settings === 'function' ? settings(rows) : settings);
  const missing = source.levers.find((lever) => lever !== 'memory' && !Object.hasOwn(settingsFor(0), lever));
  if (missing !== undefined) {
    const known = Object.keys(settingsFor(0)).join(', ') || 'none';
    throw new RangeError(
      `stage ${source.name}: the lever "${missing}" needs a setting of that name; its settings are ${known}`,
    );
  }
  return {
    ...rest,
    params: z.strictObject(source.params),
    output: z.strictObject(source.output),
    settingsFor,
    sizeFor: (rows) => ({
      memoryBytes: base.memoryBytes + perRow.memoryBytes * rows,
      cpus,
      diskBytes: base.diskBytes + perRow.diskBytes * rows,
    }),
  };
}
