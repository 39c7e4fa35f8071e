/** Names a submitted job. Plain JSON: it stands in workflow history and survives every process. */
export interface JobHandle {
  readonly platform: string;
  readonly key: string;
  /** The platform's own id of the job; equal to the key where the platform lets us choose. */
  readonly id: string;
}
